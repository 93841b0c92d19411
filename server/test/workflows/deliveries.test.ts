// Events of executions at webhook endpoints: in order, without payloads, and the output where the endpoint's maker could read it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeKey } from '../support/actors.ts'
import { type World, startWorld } from '../webhooks/fixture.ts'
import { publishWorkflow, simple } from './fixture.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const soon = { timeout: 30_000, interval: 20 }

test('of each execution in order; tests tell nobody', async () => {
  const { client, receiver } = world
  await world.newEndpoint({ events: ['workflow_execution.*', 'workflow_step.completed'] })
  const workflow_id = await publishWorkflow(client)
  const { execution_id } = await client.executeWorkflow({ workflow_id, test: {} })
  const done = await client.executeWorkflow({ workflow_id })
  await expect.poll(() => receiver.received.length, soon).toBe(5)
  const events = receiver.received.map(({ event }) => event)
  expect(events.map(({ type, data }) => [type, data['sequence']])).toEqual([
    ['workflow_execution.queued', 1],
    ['workflow_execution.started', 2],
    ['workflow_step.completed', 4],
    ['workflow_step.completed', 6],
    ['workflow_execution.completed', 7],
  ])
  expect(events.some(({ data }) => data['execution_id'] === execution_id)).toBe(false)
  const last = events.at(-1)!
  expect(last).toMatchObject({ conversation_id: null, sequence: null, agent_id: null })
  expect(last.data).toEqual({
    ...{ execution_id: done.execution_id, workflow_id, workflow_version: 1, sequence: 7, status: 'success' },
    ...{ step_id: null, position: null, attempt: null, error: null, until: null, cancel_reason: null },
    ...{ conversation_id: null, output: { answer: 42 } },
  })
  expect(events.slice(0, -1).every(({ data }) => !('output' in data))).toBe(true)
})

test('deliveries of one commit are listed in the order of its events', async () => {
  const { client, receiver } = world
  const webhook_id = await world.newEndpoint({ events: ['workflow_execution.*', 'workflow_step.completed'] })
  receiver.secret = null
  const workflow_id = await publishWorkflow(client)
  for (let round = 0; round < 6; round += 1) await client.executeWorkflow({ workflow_id })
  const types = [
    ...[
      'workflow_execution.queued',
      'workflow_execution.started',
      'workflow_step.completed',
      'workflow_step.completed',
    ],
    'workflow_execution.completed',
  ]
  const listed = async () => (await world.deliveries(webhook_id)).map(({ event_type }) => event_type)
  await expect.poll(async () => (await listed()).length, soon).toBe(6 * types.length)
  expect(await listed()).toEqual(Array.from({ length: 6 }, () => types).flat())
  await client.deleteWebhookEndpoint({ webhook_id })
})

test('makers without the scope get no outputs, and neither does an address that they choose', async () => {
  const { client, receiver, server } = world
  const token = await makeKey(server, { without: ['workflows:read_sensitive'] })
  const other = server.as({ token })
  const made = await other.createWebhookEndpoint({ url: receiver.url, events: ['workflow_execution.completed'] })
  receiver.secret = null
  const workflow_id = await publishWorkflow(client)
  const outputsOf = (id: string) =>
    receiver.received.flatMap(({ event, path }) =>
      event.data['execution_id'] === id && event.type === 'workflow_execution.completed'
        ? [[path, event.data['output']]]
        : [],
    )
  const first = await client.executeWorkflow({ workflow_id })
  await expect.poll(() => outputsOf(first.execution_id).length, soon).toBe(2)
  expect(outputsOf(first.execution_id).map(([, output]) => output)).toEqual(
    expect.arrayContaining([{ answer: 42 }, undefined]),
  )
  await client.deleteWebhookEndpoint({ webhook_id: made.id })
  const { id } = (await client.listWebhookEndpoints({})).data[0]!
  await other.updateWebhookEndpoint({ webhook_id: id, url: `${receiver.url}/elsewhere` })
  const second = await client.executeWorkflow({ workflow_id })
  await expect.poll(() => outputsOf(second.execution_id).length, soon).toBe(1)
  expect(outputsOf(second.execution_id)).toEqual([['/hook/elsewhere', undefined]])
})

test('an output that is too large is left out; texts that the deliveries cannot hold stop no execution', async () => {
  const { client, receiver, query } = world
  await world.newEndpoint({ events: ['workflow_execution.completed'] })
  receiver.secret = null
  const [begin, end] = simple.nodes
  const config = { output_data: [{ name: 'answer', type: 'string', value: 'x'.repeat(40_000) }] }
  const workflow_id = await publishWorkflow(client, { nodes: [begin, { ...end, config }] })
  const { execution_id } = await client.executeWorkflow({ workflow_id })
  const delivered = () => receiver.received.filter(({ event }) => event.data['execution_id'] === execution_id)
  await expect.poll(() => delivered().length, soon).toBeGreaterThan(0)
  expect(delivered().every(({ event }) => !('output' in event.data))).toBe(true)
  const texts = ['"a"', '"\\u0000"', '"\\ud800"']
  const rows = await query<{ held: unknown }>('select jsonb_or_null(each::json) as held from unnest($1::text[]) each', [
    texts,
  ])
  expect(rows.map(({ held }) => held)).toEqual(['a', null, null])
})
