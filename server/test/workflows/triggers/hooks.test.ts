// Requests to webhooks, on the functions that receive them: what starts an execution, what does not, and that equal ones start one.
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { AppError } from '../../../src/base/errors.ts'
import type { ForeignRequest } from '../../../src/calls/call.ts'
import { type HookServices, receiveHook } from '../../../src/workflows/triggers/hooks.ts'
import { createHookLimits } from '../../../src/workflows/triggers/hook-limits.ts'
import { openToken } from '../../../src/workflows/triggers/tokens.ts'
import { testPorts } from '../../support/ports.ts'
import { definitionOf, sealer, TriggerScene, type TriggerSent } from './fixture.ts'

let scene: TriggerScene
beforeAll(async () => {
  scene = await TriggerScene.open()
})
afterAll(() => scene[Symbol.asyncDispose]())

const secret = 'the secret of the sender'
let now = Date.now()

function hookServices(more: Partial<HookServices> = {}, per_minute = 600): HookServices {
  const ports = { ...testPorts, clock: { ...testPorts.clock, now: () => now } }
  const bounds = { body_bytes: 1_048_576, requests_per_minute: per_minute, misses_per_minute: 3 }
  return {
    ...scene.servicesOn({ database: scene.durable.database, ports }),
    ports,
    limits: createHookLimits(testPorts.clock, bounds),
    evaluate: async ({ names, text }) =>
      text === 'body.order'
        ? { value: (names['body'] as { order: string }).order, fault: null }
        : { value: null, fault: 'it fails' },
    readSecret: async (_store, name) => (name === 'HOOK' ? secret : null),
    requireRoom: async () => {
      if (!scene.has_room) throw new AppError('too_many_executions')
    },
    ...more,
  }
}

async function liveHook(config: Partial<TriggerSent> = {}) {
  const workflow_id = await scene.live(definitionOf({ hook: { type: 'webhook', ...config } }))
  return { workflow_id, token: await tokenOf(workflow_id) }
}

async function tokenOf(workflow_id: string): Promise<string> {
  const { id, token } = await scene.trigger(workflow_id)
  return openToken({ sealer }, id, token!)!
}

const json = (value: unknown, more: Partial<ForeignRequest> = {}): ForeignRequest => ({
  ...{ method: 'POST', query: '', body: Buffer.from(JSON.stringify(value)) },
  ...more,
  headers: { 'content-type': 'application/json', ...more.headers },
})

const send = (token: string, request: ForeignRequest, services = hookServices(), depth = 0) =>
  receiveHook(services, { token, request, address: '192.0.2.1', depth })

const refusal = (received: Promise<unknown>) =>
  received.then(
    () => null,
    (error: unknown) => (error instanceof AppError ? error.error : error),
  )

it('starts an execution with the request, without the credentials in its headers', async () => {
  const { workflow_id, token } = await liveHook()
  const headers = { 'x-event': 'paid', authorization: 'Bearer x', cookie: 'a=b' }
  const received = await send(token, json({ order: 'o1' }, { query: 'a=1&a=2&b', headers }), hookServices(), 2)
  expect(received).toMatchObject({ is_duplicate: false, respond: 'accepted' })
  const [execution, ...others] = await scene.executions(workflow_id)
  expect(others).toEqual([])
  expect(execution).toMatchObject({ id: received.execution_id, version: 1, depth: 2 })
  expect(execution!.input).toEqual({
    type: 'webhook',
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-event': 'paid' },
    query: { a: ['1', '2'], b: '' },
    body: { order: 'o1' },
  })
  expect(execution!.trigger).toEqual({ type: 'webhook', trigger_id: (await scene.trigger(workflow_id)).id })
  expect(await scene.fires(workflow_id)).toMatchObject([{ outcome: 'started', execution_id: received.execution_id }])
})

it('refuses what it does not take, and stores nothing then', async () => {
  const { workflow_id, token } = await liveHook({ methods: ['POST', 'PUT'] })
  const cases: [unknown, () => Promise<unknown>][] = [
    ['not_found', () => send('x'.repeat(43), json({}))],
    ['not_found', () => send('short', json({}))],
    ['not_found', () => send(token, json({}, { method: 'GET' }))],
    ['hook_media_type_unsupported', () => send(token, json({}, { headers: { 'content-type': 'image/png' } }))],
    ['malformed_request', () => send(token, json(null, { body: Buffer.from('{') }))],
    ['body_too_large', () => send(token, json(null, { body: Buffer.alloc(1_048_577, 0x20) }))],
    ['call_loop', () => send(token, json({}), hookServices(), 4)],
    [null, () => send(token, json({}, { method: 'PUT' }))],
  ]
  for (const [expected, call] of cases) expect(await refusal(call())).toBe(expected)
  scene.has_room = false
  expect(await refusal(send(token, json({})))).toBe('too_many_executions')
  scene.has_room = true
  expect(await scene.executions(workflow_id)).toHaveLength(1)
})

it('limits the requests of a URL, and those to URLs that nothing has', async () => {
  const { token } = await liveHook()
  const services = hookServices({}, 2)
  const outcomes = [1, 2, 3].map(() => refusal(send(token, json({}), services)))
  expect((await Promise.all(outcomes)).sort()).toEqual(['rate_limited', null, null].sort())
  const guesses: unknown[] = []
  for (let guess = 0; guess < 5; guess += 1) guesses.push(await refusal(send('y'.repeat(43), json({}), services)))
  expect(guesses).toEqual(['not_found', 'not_found', 'not_found', 'rate_limited', 'rate_limited'])
})

it('checks the signature over the bytes that came, and the time it was made', async () => {
  const { workflow_id, token } = await liveHook({ signature: { type: 'stripe', secret: 'HOOK' } })
  const body = Buffer.from('{"id": "evt_1",  "spaces": true}')
  const signed = (at: number, key = secret) => {
    const time = Math.floor(at / 1000)
    const v1 = createHmac('sha256', key).update(`${time}.`).update(body).digest('hex')
    return json(null, { body, headers: { 'stripe-signature': `t=${time},v1=${v1}` } })
  }
  now = Date.now()
  expect(await refusal(send(token, json(null, { body })))).toBe('hook_signature_invalid')
  expect(await refusal(send(token, signed(now, 'another')))).toBe('hook_signature_invalid')
  expect(await refusal(send(token, signed(now - 301_000)))).toBe('hook_signature_invalid')
  const lost = hookServices({ readSecret: async () => null })
  expect(await refusal(send(token, signed(now), lost))).toBe('hook_signature_invalid')
  const first = await send(token, signed(now))
  expect(await send(token, signed(now - 1000))).toMatchObject({
    execution_id: first.execution_id,
    is_duplicate: true,
  })
  expect(await scene.executions(workflow_id)).toHaveLength(1)
})

it.each([
  ['a header', 'X-Delivery', (n: number) => json({ n }, { headers: { 'x-delivery': 'd1' } })],
  ['an expression', 'body.order', (n: number) => json({ n, order: { id: 1, of: 'x' } })],
])('starts one execution for equal requests at once on two servers: %s', async (_name, dedupe, make) => {
  const { workflow_id, token } = await liveHook({ dedupe })
  const servers = [hookServices(), hookServices()]
  const received = await Promise.all(Array.from({ length: 30 }, (_each, n) => send(token, make(n), servers[n % 2])))
  const executions = await scene.executions(workflow_id)
  expect(executions).toHaveLength(1)
  expect(new Set(received.map(({ execution_id }) => execution_id))).toEqual(new Set([executions[0]!.id]))
  expect(received.filter(({ is_duplicate }) => !is_duplicate)).toHaveLength(1)
  expect((await scene.fires(workflow_id)).map(({ outcome }) => outcome).sort()).toEqual(
    ['started', ...Array.from({ length: 29 }, () => 'duplicate')].sort(),
  )
})

it('starts again when the time of a request is over, and when nothing tells it', async () => {
  const { workflow_id, token } = await liveHook({ dedupe: 'x-delivery', dedupe_hours: 2 })
  const request = json({}, { headers: { 'x-delivery': 'd1' } })
  const first = await send(token, request)
  expect(await send(token, request)).toMatchObject({ is_duplicate: true, execution_id: first.execution_id })
  await scene.pool.query(`update workflow_fires set dedupe_until = dedupe_until - interval '2 hours'`)
  const again = await send(token, request)
  expect(again).toMatchObject({ is_duplicate: false })
  expect(await send(token, request)).toMatchObject({ is_duplicate: true, execution_id: again.execution_id })
  await send(token, json({}))
  await send(token, json({}))
  expect(await scene.executions(workflow_id)).toHaveLength(4)
})

it('says what is wrong with an expression that fails', async () => {
  const { workflow_id, token } = await liveHook({ dedupe: '$error("no")' })
  expect(await refusal(send(token, json({})))).toBe('validation_failed')
  expect(await scene.executions(workflow_id)).toEqual([])
})

it('keeps its URL when another version goes live, and is gone while nothing is live', async () => {
  const { workflow_id, token } = await liveHook()
  scene.publish(
    workflow_id,
    2,
    definitionOf({ hook: { type: 'webhook', respond: 'result' }, other: { type: 'manual' } }),
  )
  await scene.goLive(workflow_id, 2)
  expect(await tokenOf(workflow_id)).toBe(token)
  expect(await send(token, json({}))).toMatchObject({ respond: 'result' })
  expect((await scene.executions(workflow_id)).map(({ version }) => version)).toEqual([2])
  await scene.goLive(workflow_id, null)
  expect(await refusal(send(token, json({})))).toBe('not_found')
  await scene.goLive(workflow_id, 1)
  expect(await refusal(send(token, json({})))).toBeNull()
  await scene.pool.query('update workflow_triggers set paused = true where workflow_id = $1', [workflow_id])
  expect(await refusal(send(token, json({})))).toBe('not_found')
})
