// Triggers through the API: what is shown, a pause, a fire by hand, another URL, and requests of strangers over HTTP.
import { createHmac } from 'node:crypto'
import type { Client } from '@parley/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeKey } from '../support/actors.ts'
import { type TestServer, startTestServer } from '../support/server.ts'
import { goLive, hooked, publishWorkflow } from './fixture.ts'

let server: TestServer
let client: Client
beforeAll(async () => {
  server = await startTestServer()
  client = server.client
})
afterAll(() => server[Symbol.asyncDispose]())

const soon = { timeout: 30_000, interval: 20 }
const daily = {
  nodes: [
    {
      id: 'daily',
      type: 'trigger',
      config: { type: 'timer', cron: '0 9 * * *', timezone: 'Europe/Berlin' },
      next: 'end',
    },
    { id: 'end', type: 'output', config: {} },
  ],
}

const send = (url: string, body: string | null, headers: Record<string, string> = {}, method = 'POST') =>
  fetch(url, { method, headers, ...(body === null ? {} : { body }) })

const json = { 'content-type': 'application/json' }

it('shows the triggers of what is live, with their next time', async () => {
  const { workflow_id, trigger } = await goLive(client, daily)
  expect(trigger).toMatchObject({
    ...{ workflow_id, workflow_name: 'Workflow', version: 1, live: true, step_id: 'daily', type: 'timer', url: null },
    ...{ cron: '0 9 * * *', timezone: 'Europe/Berlin', paused: false, last_fire: null },
  })
  expect(trigger.next_at).toMatch(/T0[78]:00:00/)
  const trigger_id = trigger.id
  // A list has the first only.
  expect(trigger).not.toHaveProperty('next_times')
  const { next_times = [] } = await client.getWorkflowTrigger({ trigger_id })
  expect(next_times).toHaveLength(5)
  expect(next_times[0]).toBe(trigger.next_at)
  expect(next_times.every((time) => /T0[78]:00:00\.000000Z$/.test(time))).toBe(true)
  expect(next_times.toSorted()).toEqual(next_times)
  await client.goOfflineWorkflow({ workflow_id })
  expect(await client.getWorkflowTrigger({ trigger_id })).toMatchObject({ next_times: [] })
  expect(await client.getWorkflowTrigger({ trigger_id })).toMatchObject({ live: false, next_at: null, version: 1 })
  const { data } = await client.listWorkflowTriggers({ live: false, type: 'timer' })
  expect(data.map(({ id }) => id)).toEqual([trigger_id])
})

it('pauses a schedule: it has no next time until its pause ends', async () => {
  const { trigger } = await goLive(client, daily)
  const trigger_id = trigger.id
  expect(await client.updateWorkflowTrigger({ trigger_id, paused: true })).toMatchObject({
    paused: true,
    next_at: null,
  })
  expect(await client.updateWorkflowTrigger({ trigger_id, paused: false })).toMatchObject({
    ...{ paused: false, next_at: trigger.next_at },
  })
})

it('fires by hand, also in a pause, with what the caller gives', async () => {
  const { workflow_id, trigger_id } = await goLive(client, daily)
  await client.updateWorkflowTrigger({ trigger_id, paused: true })
  const { execution_id } = await client.fireWorkflowTrigger({ trigger_id, input_data: { note: 'now', type: 'x' } })
  const execution = await client.getWorkflowExecution({ execution_id })
  expect(execution).toMatchObject({
    ...{ workflow_id, trigger: { type: 'timer', trigger_id, manual: true }, mode: 'async' },
    ...{ input_data: { type: 'timer', note: 'now', missed: false } },
  })
  expect(execution.started_by).not.toBeNull()
  const { data } = await client.listWorkflowFires({ trigger_id })
  expect(data).toMatchObject([{ outcome: 'started', execution_id, scheduled_at: null, reason: null }])
  expect(await client.getWorkflowTrigger({ trigger_id })).toMatchObject({ last_fire: { execution_id } })
  await client.goOfflineWorkflow({ workflow_id })
  await expect(client.fireWorkflowTrigger({ trigger_id })).rejects.toMatchObject({ code: 'workflow_not_live' })
})

it('starts an execution for a request to its URL, and knows the same request again', async () => {
  const definition = {
    nodes: [{ ...hooked.nodes[0], config: { type: 'webhook', dedupe: 'x-delivery' } }, hooked.nodes[1]],
  }
  const { trigger } = await goLive(client, definition)
  const first = await send(trigger.url!, '{"order": "o1"}', { ...json, 'x-delivery': 'd1', authorization: 'Bearer x' })
  expect(first.status).toBe(202)
  const { execution_id } = (await first.json()) as { execution_id: string }
  const again = await send(trigger.url!, '{"order": "o1"}', { ...json, 'x-delivery': 'd1' })
  expect([again.status, await again.json()]).toEqual([202, { execution_id, duplicate: true }])
  const read = () => client.getWorkflowExecution({ execution_id })
  await expect.poll(async () => (await read()).status, soon).toBe('success')
  expect(await read()).toMatchObject({ output: { order: 'o1' }, input_data: { method: 'POST', body: { order: 'o1' } } })
  expect(JSON.stringify(await read())).not.toContain('Bearer')
})

it('takes every request while other versions go live, and equal ones once', async () => {
  const definition = {
    nodes: [{ ...hooked.nodes[0], config: { type: 'webhook', dedupe: 'x-delivery' } }, hooked.nodes[1]],
  }
  const { workflow_id, trigger } = await goLive(client, definition)
  await client.createWorkflowVersion({ workflow_id, base_version: 1 })
  await client.publishWorkflowVersion({ workflow_id, version: '2' })
  const answers: Response[] = []
  const over = new AbortController()
  const sender = async (n: number) => {
    for (let times = 0; !over.signal.aborted || times < 3; times += 1) {
      answers.push(await send(trigger.url!, '{}', { ...json, 'x-delivery': `delivery ${n}` }))
    }
  }
  const senders = Promise.all([0, 0, 1, 2].map(sender))
  for (let turn = 0; turn < 8; turn += 1) {
    await client.goLiveWorkflowVersion({ workflow_id, version: turn % 2 === 0 ? '2' : '1' })
  }
  over.abort()
  await senders
  // More than six hundred in a minute are too many, however quick the machine is.
  expect(answers.map(({ status }) => status).filter((status) => status !== 202 && status !== 429)).toEqual([])
  const { data } = await client.listWorkflowExecutions({ workflow_id })
  expect(data).toHaveLength(3)
})

it('answers the output where the trigger says so', async () => {
  const definition = {
    nodes: [{ ...hooked.nodes[0], config: { type: 'webhook', respond: 'result', methods: ['PUT'] } }, hooked.nodes[1]],
  }
  const { trigger } = await goLive(client, definition)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const answered = await send(trigger.url!, 'order=o2', form, 'PUT')
  expect([answered.status, await answered.json()]).toEqual([200, { order: 'o2' }])
  expect(answered.headers.get('content-type')).toMatch(/^application\/json/)
})

it('refuses other methods, media types, bodies and signatures', async () => {
  const secret = 'the secret of the sender'
  await client.setSecret({ name: 'HOOK_SECRET', value: secret })
  const signature = { type: 'github', secret: 'HOOK_SECRET' }
  const definition = { nodes: [{ ...hooked.nodes[0], config: { type: 'webhook', signature } }, hooked.nodes[1]] }
  const { trigger } = await goLive(client, definition)
  const url = trigger.url!
  const sign = (text: string) => ({
    ...json,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`,
  })
  const statuses = [
    [404, await send(url, null, {}, 'GET')],
    [404, await send(`${url}x`, '{}', json)],
    [401, await send(url, '{}', json)],
    [401, await send(url, '{ }', sign('{}'))],
    [415, await send(url, 'x', { 'content-type': 'image/png' })],
    [413, await send(url, ' '.repeat(1_048_577), json)],
    [400, await send(url, '{', sign('{'))],
    [400, await send(url, '{}', { ...sign('{}'), 'parley-depth': '4' })],
    [202, await send(url, '{}', sign('{}'))],
  ] as const
  expect(statuses.map(([, { status }]) => status)).toEqual(statuses.map(([status]) => status))
  expect(((await statuses[2][1].json()) as { detail: string }).detail).toBe('Invalid signature.')
})

it('gets another URL: the old one is unknown at once', async () => {
  const { trigger } = await goLive(client, hooked)
  const trigger_id = trigger.id
  const { url } = await client.rotateWorkflowTrigger({ trigger_id })
  expect(url).not.toBe(trigger.url)
  expect((await send(trigger.url!, '{}', json)).status).toBe(404)
  expect((await send(url!, '{}', json)).status).toBe(202)
  const { trigger_id: timer } = await goLive(client, daily)
  await expect(client.rotateWorkflowTrigger({ trigger_id: timer })).rejects.toMatchObject({ status: 422 })
})

it('does not show the URL to those who only read', async () => {
  const { trigger_id } = await goLive(client, hooked)
  const reader = server.as({ token: await makeKey(server, { only: ['workflows:read'] }) })
  expect(await reader.getWorkflowTrigger({ trigger_id })).not.toHaveProperty('url')
})

it('lets only one live workflow run before the conversations of an agent', async () => {
  const before = (agent_ids: string[] | null) => ({
    nodes: [
      { id: 'before', type: 'trigger', config: { type: 'pre_call', agent_ids }, next: 'end' },
      { id: 'end', type: 'output', config: {} },
    ],
  })
  const [a, b] = [crypto.randomUUID(), crypto.randomUUID()]
  const first = await goLive(client, before([a, b]))
  const second = await publishWorkflow(client, before([b]))
  const conflict = { status: 409, code: 'trigger_conflict' }
  await expect(client.goLiveWorkflowVersion({ workflow_id: second, version: '1' })).rejects.toMatchObject(conflict)
  await goLive(client, before([crypto.randomUUID()]))
  await client.goOfflineWorkflow({ workflow_id: first.workflow_id })
  await client.goLiveWorkflowVersion({ workflow_id: second, version: '1' })
  await expect(client.goLiveWorkflowVersion({ workflow_id: first.workflow_id, version: '1' })).rejects.toMatchObject(
    conflict,
  )
})
