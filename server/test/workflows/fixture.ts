// Workflows for tests, made through the API.
import type { Client } from '@parley/sdk'
import { expect } from 'vitest'

type Json = Record<string, unknown>

/** Begins at `begin`, and ends at once with a literal output. */
export const simple = {
  nodes: [
    { id: 'begin', type: 'trigger', config: { type: 'manual' }, next: { default: 'end' } },
    { id: 'end', type: 'output', config: { output_data: [{ name: 'answer', type: 'number', value: 42 }] } },
  ],
}

/** Waits for an hour, and can be resumed. */
export const waiting = {
  nodes: [
    { id: 'begin', type: 'trigger', config: { type: 'manual' }, next: { default: 'pause' } },
    {
      id: 'pause',
      type: 'wait',
      name: 'Pause',
      config: { duration: 1, unit: 'hours', resumable: true },
      next: { default: 'end' },
    },
    { id: 'end', type: 'output', config: { output_data: [] } },
  ],
}

/** Checks what it is given. */
export const asking = {
  nodes: [
    {
      id: 'begin',
      type: 'input',
      config: {
        fields: [
          { name: 'city', type: 'string', required: true },
          { name: 'count', type: 'number', default: 1 },
        ],
      },
      next: { default: 'end' },
    },
    { id: 'end', type: 'output', config: { output_data: [] } },
  ],
}

export async function makeWorkflow(client: Client, definition: Json = simple, name = 'Workflow'): Promise<string> {
  return (await client.createWorkflow({ name, definition })).id
}

/** Its version 1 is published. */
export async function publishWorkflow(client: Client, definition: Json = simple): Promise<string> {
  const workflow_id = await makeWorkflow(client, definition)
  await client.publishWorkflowVersion({ workflow_id, version: '1' })
  return workflow_id
}

/** Started by requests to a URL. */
export const hooked = {
  nodes: [
    { id: 'hook', type: 'trigger', config: { type: 'webhook' }, next: { default: 'end' } },
    { id: 'end', type: 'output', config: { output_data: [{ name: 'order', value: '{{ hook.body.order }}' }] } },
  ],
}

/** Its version 1 is live. Of its first trigger, the token is the last part of its URL. */
export async function goLive(client: Client, definition: Json) {
  const workflow_id = await publishWorkflow(client, definition)
  await client.goLiveWorkflowVersion({ workflow_id, version: '1' })
  const { data } = await client.listWorkflowTriggers({ workflow_id })
  const trigger = data.at(-1)!
  return { workflow_id, trigger_id: trigger.id, trigger, token: trigger.url?.split('/').at(-1) ?? '' }
}

/** Returns its id. It has not ended. */
export async function startExecution(client: Client, definition: Json = waiting): Promise<string> {
  const workflow_id = await publishWorkflow(client, definition)
  return (await client.executeWorkflowAsync({ workflow_id })).execution_id
}

/** Returns its id. It has ended with success. */
export async function endExecution(client: Client): Promise<string> {
  const workflow_id = await publishWorkflow(client)
  return (await client.executeWorkflow({ workflow_id })).execution_id
}

export const connection = { kind: 'http', url: 'https://crm.example.com' } as const

/** Its one step fails with `failure` as its mock. */
export const failing = {
  nodes: [
    { id: 'begin', type: 'trigger', config: { type: 'manual' }, next: { default: 'end' } },
    { id: 'end', name: 'Say it', type: 'output', config: { output_data: [{ name: 'n', type: 'any', value: 1 }] } },
  ],
}
export const failure = { end: { error: { code: 'output_invalid', message: 'It cannot be said.' } } } as const

export async function reachStatus(client: Client, execution_id: string, status: string): Promise<void> {
  const read = async () => (await client.getWorkflowExecution({ execution_id })).status
  await expect.poll(read, { timeout: 20_000, interval: 20 }).toBe(status)
}
