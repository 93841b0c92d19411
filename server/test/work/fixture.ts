// Nodes that do leased work on a database of their own, without a server around them.
import { randomUUID } from 'node:crypto'
import type { Clock, Ports } from '../../src/base/ports.ts'
import { acrossOrganizations, statement } from '../../src/database/database.ts'
import type { TransactionStore } from '../../src/database/store.ts'
import { openBus } from '../../src/live/bus.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { noMetrics } from '../../src/telemetry/metrics.ts'
import { noTraces } from '../../src/telemetry/traces.ts'
import { type Due, addWork } from '../../src/work/add.ts'
import type { Outcome, WorkItem, WorkKey, WorkKind, WorkPort } from '../../src/work/port.ts'
import { type Work, createWork } from '../../src/work/work.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'
import { testPorts } from '../support/ports.ts'

export const soon = { timeout: 40_000, interval: 10 }

export const organization_id = randomUUID()
export const keyOf = (subject: string, owner = 'owner'): WorkKey => ({ organization_id, owner, subject })

export interface WorkRow {
  kind: string
  owner: string
  subject: string
  due_at: string
  ready: boolean
  lease: string | null
  tries: number
  again_at: string | null
  urgent_since: string | null
  slow: boolean
  stuck_at: string | null
}

export interface World extends AsyncDisposable {
  base: TestDatabase
  /** Every line of every node's log. */
  log: string[]
  /** How many nodes are notified of urgent work. */
  listening(): number
  add(key: WorkKey, due?: Due, kind?: string): Promise<void>
  rows(): Promise<WorkRow[]>
  /** What runs and failures have written. */
  written(): Promise<string[]>
  start(kinds: WorkKind[], ports?: Partial<Ports>): Work
  /** Like the time after the lease of a lost node. */
  loseLeases(): Promise<void>
}

export async function startWorld(): Promise<World> {
  await using stack = new AsyncDisposableStack()
  const base = stack.use(await createTestDatabase())
  const { pool } = base.database
  await pool.query('create table written (at bigint generated always as identity, text text)')
  const log: string[] = []
  let listening = 0
  const nodes = stack.use(new AsyncDisposableStack())
  const owned = stack.move()
  return {
    base,
    log,
    listening: () => listening,
    add: (key, due, kind = 'test') =>
      base.database.transaction(async (tx) => {
        await tx.readAtBegin(beginStatement, [])
        addWork(tx, kind, key, due)
      }),
    rows: async () => (await pool.query<WorkRow>('select * from work order by kind, owner, subject')).rows,
    written: async () =>
      (await pool.query<{ text: string }>('select text from written order by at')).rows.map(({ text }) => text),
    start(kinds, ports) {
      const own = { ...testPorts, ...ports }
      const { connection_string, database } = base
      const bus = nodes.use(
        openBus({
          database,
          connection_string,
          after: own.clock.after,
          onReconnect: () => void (listening += 1),
          onError: () => {},
        }),
      )
      const work = createWork({
        ...{ database, kinds, ports: own, node: { id: own.newId() } },
        metrics: noMetrics,
        traces: noTraces,
        live: { bus, presence: { whenGone: () => {} } },
        log: createLog('debug', { write: (line: string) => void log.push(line) }),
      })
      void work.start()
      nodes.defer(() => work.stop())
      return work
    },
    loseLeases: async () =>
      void (await pool.query('update work set lease = null, ready = true where lease is not null')),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export const beginStatement = acrossOrganizations('a test', 'test_begin', 'select 1')

const writeStatement = statement('test_write', 'insert into written (text) values ($1) -- of no organization_id')

export async function write(tx: TransactionStore, text: string): Promise<void> {
  await tx.query(writeStatement, [text])
}

/** Its outcome writes the subject; when it is given up, the reason. */
export function kindOf(
  run: (item: WorkItem, port: WorkPort) => Promise<Outcome>,
  more: Partial<WorkKind> = {},
): WorkKind {
  return {
    name: 'test',
    lease_ms: 10_000,
    delays_ms: [0, 0],
    share: { node: 16, organization: 8, owner: 8 },
    run,
    giveUp: (tx, { subject }, why) => write(tx, `${subject}: ${why}`),
    ...more,
  }
}

export const done = (text: string): Outcome => ({
  next: 'done',
  write: (tx) => write(tx, text),
})

/** Runs that wait for the test, in the order in which they started. */
export class Held {
  readonly begun: {
    item: WorkItem
    port: WorkPort
    finish: (outcome: Outcome) => void
    fail: (error: Error) => void
  }[] = []

  readonly run = (item: WorkItem, port: WorkPort): Promise<Outcome> => {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
    this.begun.push({ item, port, finish: resolve, fail: reject })
    port.signal.addEventListener('abort', () => reject(port.signal.reason as Error))
    return promise
  }
}

/** Waits of this many milliseconds end at once. */
export function hurriedClock(isMeant: (ms: number) => boolean): Clock {
  const { clock } = testPorts
  return { ...clock, after: (ms, call) => clock.after(isMeant(ms) ? 0 : ms, call) }
}
