// The network between a server and PostgreSQL fails at each statement of an execution in turn, once and for good: a call that is repeated
// has one execution, which ends; a request that must not be repeated is sent at most once, and what is unknown says so (W1, W4, W5, W9).
import { randomUUID } from 'node:crypto'
import { type Client, ApiError } from '@parley/sdk'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { visitId } from '../../../src/workflows/rules/visit-id.ts'
import {
  type Fault,
  type PassingStatement,
  type PostgresProxy,
  startPostgresProxy,
} from '../../support/postgres-proxy.ts'
import { type TestServer, startTestServer } from '../../support/server.ts'
import { type ToolPeer, opened_hosts, startToolPeer } from '../../support/tool-peer.ts'
import { goLive, publishWorkflow } from '../fixture.ts'
import { soon } from './fixture.ts'
import { violationsText } from './violations.ts'

/** What the server does by itself, and statements of work, which all kinds share. */
const background =
  /^(renew_leases|abandoned_turns|limit_lock_wait|mark_credential_used|publish_on_bus|open_webhook_lanes|watch_secret_key|(merge|ready|lease|renew|give_back)_work|adopt_jobs|(find_gone|forget)_nodes|forget_\w+|fold_\w+|look_for_work|agents_timed_rules|(overdue|delete)_executions|delete_definitions|release_outputs_of_executions|find_changed_executions)$|^listen|node_locks|pg_locks|^\/\*|^(maintain|number|read_ends)/i

/** A caller, a webhook, a schedule's neighbour: what starts executions in a play, and how often it may be repeated. */
export const plays = ['waits', 'resumes', 'cancels', 'hook'] as const
type PlayName = (typeof plays)[number]

let server: TestServer
let proxy: PostgresProxy
let peer: ToolPeer
let stack: AsyncDisposableStack
let ids: Record<'sends' | 'pauses', string>
let token: string

const step = (id: string, method: string) => ({
  ...{ id, type: 'http', config: { method, url: `${peer.url}/${id}` } },
})
const linked = (...steps: Record<string, unknown>[]) => ({
  nodes: steps.map((one, at) => {
    const next = steps[at + 1]?.['id']
    if (!next) return one
    return { ...one, next: one['type'] === 'http' ? { default: next, error: next } : { default: next } }
  }),
})
const manual = { id: 'begin', type: 'trigger', config: { type: 'manual' } }
const end = { id: 'end', type: 'output', config: { output_data: [] } }

/** `every`: of the statements of a play, every nth, different ones at each point. */
export function testLosses(every: number): void {
  beforeAll(async () => {
    stack = new AsyncDisposableStack()
    proxy = stack.use(await startPostgresProxy(inject('postgres_url')))
    peer = stack.use(await startToolPeer())
    server = stack.use(
      await startTestServer(opened_hosts, { connectThrough: (connection_string) => proxy.through(connection_string) }),
    )
    const { client } = server
    ids = {
      sends: await publishWorkflow(client, linked(manual, step('post', 'POST'), step('put', 'PUT'), end)),
      pauses: await publishWorkflow(
        client,
        linked(manual, step('post', 'POST'), { ...{ id: 'pause', type: 'wait' }, config: { resumable: true } }, end),
      ),
    }
    const hook = { id: 'begin', type: 'trigger', config: { type: 'webhook', dedupe: 'x-id' } }
    token = (await goLive(client, linked(hook, step('post', 'POST'), end))).token
  })
  afterAll(() => stack.disposeAsync())
  test.each(plays)('%s', { timeout: 600_000 }, (play) => playWithEach(play, every))
}

interface Place {
  name: string
  nth: number
}

const points = (['before', 'after'] as const).flatMap((when) => [false, true].map((for_good) => ({ when, for_good })))

async function playWithEach(play: PlayName, every: number): Promise<void> {
  const places = await findPlaces(play)
  expect(places.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['insert_execution', 'write_execution', 'commit']),
  )
  const faults: string[] = []
  for (const [index, point] of points.entries()) {
    for (const [at, { name, nth }] of places.entries()) {
      if (at % every !== index % every) continue
      const how = (at + index) % 2 === 0 ? 'cut' : 'reset'
      const counts = (statement: PassingStatement) => statement.name === name
      const fault = proxy.failStatement(nth, { ...point, how, counts })
      void heal(fault, point.for_good)
      const found = await playOnce(play).catch((error: unknown) => [String(error)])
      fault.release()
      faults.push(
        ...found.map((what) => `${how} ${point.when} ${name} ${nth}${point.for_good ? ', for good' : ''}: ${what}`),
      )
    }
  }
  expect(faults).toEqual([])
}

/** A fault that is for good lasts until the server has noticed. */
async function heal(fault: Fault, for_good: boolean): Promise<void> {
  await fault.hit
  const hasLasted = () => !for_good || fault.isReleased || fault.refused >= 2
  while (!hasLasted()) await new Promise((resolve) => setTimeout(resolve, 20))
  fault.release()
}

async function findPlaces(play: PlayName): Promise<Place[]> {
  proxy.statements.length = 0
  expect(await playOnce(play)).toEqual([])
  const places: Place[] = []
  for (const { name } of proxy.statements) {
    if (name === '' || background.test(name)) continue
    places.push({ name, nth: places.filter((place) => place.name === name).length + 1 })
  }
  return places
}

async function playOnce(play: PlayName): Promise<string[]> {
  peer.requests.length = 0
  const hasten = setInterval(() => void hastenLeases().catch(() => {}), 100)
  try {
    const id = await acts[play](server.client)
    await expect.poll(() => isOver(id), soon).toBe(true)
    return await faultsOf(play, id)
  } finally {
    clearInterval(hasten)
  }
}

/** The rest of a lease passes sooner: what its holder still writes is refused by its fence. */
let seen = new Map<string, number>()
async function hastenLeases(): Promise<void> {
  const { rows } = await server.database.pool.query<{ lease: string }>(
    `select lease::text from work where kind = 'workflow_execution' and lease is not null and not ready`,
  )
  const before = seen
  seen = new Map(rows.map(({ lease }) => [lease, (before.get(lease) ?? 0) + 1]))
  const old = [...seen].flatMap(([lease, times]) => (times > 15 ? [lease] : []))
  await server.database.pool.query('update work set ready = true where lease = any($1::bigint[])', [old])
}

const isOver = async (id: string) =>
  (await server.database.pool.query('select from workflow_executions where id = $1 and finished_at is not null', [id]))
    .rowCount === 1

/** As often as it may be. */
async function untilServed<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await call()
    } catch (error) {
      const mayPass = !(error instanceof ApiError) || error.status >= 500
      if (!mayPass || tries > 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function start(client: Client, workflow_id: string): Promise<string> {
  const body = { workflow_id, idempotency_key: randomUUID() }
  const first = await untilServed(() => client.executeWorkflowAsync(body))
  expect(await untilServed(() => client.executeWorkflowAsync(body))).toEqual(first)
  return first.execution_id
}

async function untilWaiting(id: string): Promise<void> {
  const text = `select from workflow_executions where id = $1 and status = 'waiting'`
  await expect.poll(async () => (await server.database.pool.query(text, [id])).rowCount, soon).toBe(1)
}

/** Each returns the id of its execution, and throws what is not as it was told. */
const acts: Record<PlayName, (client: Client) => Promise<string>> = {
  async waits(client) {
    const body = { workflow_id: ids.sends, idempotency_key: randomUUID() }
    const first = await untilServed(() => client.executeWorkflow(body))
    expect(first).toMatchObject({ status: 'success' })
    expect(await untilServed(() => client.executeWorkflow(body))).toEqual(first)
    return first.execution_id
  },
  async resumes(client) {
    const execution_id = await start(client, ids.pauses)
    await untilWaiting(execution_id)
    const body = { execution_id, data: { n: 1 }, idempotency_key: randomUUID() }
    await untilServed(() => client.resumeExecution(body))
    return execution_id
  },
  async cancels(client) {
    const execution_id = await start(client, ids.pauses)
    await untilWaiting(execution_id)
    const body = { execution_id, idempotency_key: randomUUID() }
    const cancelled = await untilServed(() => client.cancelExecution(body))
    expect(cancelled.status).toBe('cancelled')
    return execution_id
  },
  async hook() {
    const headers = { 'content-type': 'application/json', 'x-id': randomUUID() }
    const send = async () => {
      const response = await fetch(`${server.url}/workflow/hooks/${token}`, { method: 'POST', headers, body: '{}' })
      if (response.status !== 202) throw new Error(`the webhook answered ${response.status}`)
      return ((await response.json()) as { execution_id: string }).execution_id
    }
    const first = await untilServed(send)
    expect(await untilServed(send)).toBe(first)
    return first
  },
}

async function faultsOf(play: PlayName, id: string): Promise<string[]> {
  const { pool } = server.database
  const faults: string[] = []
  await expect.poll(async () => (await pool.query(violationsText)).rows, soon).toEqual([])
  const visits = await pool.query<{ position: number; step_id: string; status: string; code: string | null }>(
    `select position, step_id, status, error ->> 'code' as code from workflow_visits where execution_id = $1 order by position`,
    [id],
  )
  for (const { position, step_id, status, code } of visits.rows) {
    const sent = peer.requests.filter(({ key }) => key === visitId(id, position)).length
    if (step_id === 'post' && sent > 1) faults.push(`it was sent ${sent} times`)
    if (step_id === 'post' && status === 'success' && sent !== 1) faults.push('it was not sent')
    if (step_id === 'put' && (status !== 'success' || sent === 0)) faults.push(`put: ${status}, ${sent} times`)
    if (status === 'failed' && code !== 'unknown_outcome') faults.push(`${step_id} failed with ${code}`)
  }
  const { rows } = await pool.query<{ status: string }>('select status from workflow_executions where id = $1', [id])
  const expected = play === 'cancels' ? 'cancelled' : 'success'
  if (rows[0]!.status !== expected) faults.push(`it is ${rows[0]!.status}`)
  return faults
}
