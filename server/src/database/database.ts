// Access to PostgreSQL: a pool, prepared statements, composed statements, transactions. Knows no room.
import type { Socket } from 'node:net'
import pg from 'pg'
import { type FairShare, createFairShare } from '../base/fair-share.ts'
import { systemPorts } from '../base/ports.ts'
import { parseJson } from '../base/read-json.ts'
import { version } from '../base/version.ts'
import { lookUpOne, createLookUp } from './look-up.ts'
import { CommitInDoubt, isConnectionLost } from './failures.ts'
import { compose } from './fragments.ts'
import { PreparedQuery, runOn } from './prepared-query.ts'
import type { Waits } from './waits.ts'
import { type AnyStatement, acrossOrganizations } from './statements.ts'

import type { Executor } from './executor.ts'

export type { Executor } from './executor.ts'
export { type AnyStatement, type Statement, acrossOrganizations, statement } from './statements.ts'

/**
 * Saves round trips within a transaction. Statements that are sent without waiting in between travel together, the last of them with
 * the commit.
 */
export interface Pipeline {
  /** Like `query`, but sent together with `begin`, before its response: the statement must change nothing. */
  readAtBegin<Row>(statement: AnyStatement, values: unknown[]): Promise<Row[]>
  /** Sends a statement without a result, after an earlier response. Its failure appears in the next query or the commit. */
  send(statement: AnyStatement, values: unknown[]): void
  /** Waits for all statements sent so far. */
  sent(): Promise<void>
}

/** The whole database, or a transaction in its place, in which a nested transaction is a savepoint. */
export interface Database extends Executor {
  /**
   * Commits when `work` resolves, rolls back when it throws. Must not wait for the network (T12). Throws `CommitInDoubt` if the
   * connection was lost before the commit was confirmed. `lock_wait_ms`: how long a statement may wait for a lock; absent: as long as a
   * statement may take.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, lock_wait_ms?: number): Promise<T>
  /** One statement that commits by itself; throws `CommitInDoubt` likewise. Not within a transaction. */
  commit<Row>(statement: AnyStatement, values: unknown[]): Promise<Row[]>
  /** One state of the database, only to read; each of its statements is cancelled after `statement_ms`. Not within a transaction. */
  snapshot<T>(statement_ms: number, work: (tx: Transaction) => Promise<T>): Promise<T>
  /**
   * The same database, used for an organization or a user without one: each use takes one of its owner's places, and may fail with
   * `ShareExhausted`. A transaction returns itself, because it already has a place.
   */
  sharedBy(owner: string): Database
}

export interface Transaction extends Database, Pipeline {}

export interface PooledDatabase extends Database, AsyncDisposable {
  readonly pool: pg.Pool
}

export interface DatabaseOptions {
  connection_string: string
  max_connections: number
  statement_timeout_ms: number
  onError: (error: Error) => void
  /** Told of every wait for a connection, and for an organization's share of them. */
  waits?: Waits
}

/**
 * How long a transaction may be idle. It never waits for the network (T12), so its process must have stopped. PostgreSQL then ends it
 * and releases its locks before a lease expires (8 s), so that another node can take over its turn in time (T7).
 */
const idle_transaction_ms = 5000

/**
 * The share of connections for the server's own work and for authentication, which never wait behind organizations. One more is left
 * to leased work, which constantly looks for something to do.
 */
const reserved_part = 0.25
const working_connections = 1
/** Time limit of waiting for a connection, and before that for an organization's share. */
const connection_wait_ms = 10_000
/** Waiting uses of one organization. */
const most_waiting = 10_000

const timestamptz = 1184
const int8 = 20
const numeric = 1700
const json = 114
const jsonb = 3802

/** `2026-01-31 09:30:00.12+00` becomes `2026-01-31T09:30:00.120000Z`. It is a text because a Date has no microseconds. */
export function formatTimestamp(text: string): string {
  const [date, rest = ''] = text.split(' ')
  const time = rest.replace(/[+-]\d\d(:\d\d)?$/, '')
  const [seconds, fraction = ''] = time.split('.')
  return `${date}T${seconds}.${fraction.padEnd(6, '0')}Z`
}

const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary') {
      if (oid === timestamptz) return formatTimestamp
      if (oid === int8 || oid === numeric) return Number
      if (oid === json || oid === jsonb) return parseJson
    }
    return pg.types.getTypeParser(oid, format as 'text')
  },
} as pg.CustomTypesConfig

export function openDatabase(options: DatabaseOptions): PooledDatabase {
  const pool = new pg.Pool({
    connectionString: options.connection_string,
    max: options.max_connections,
    pipeline: true,
    types,
    // Data is in memory or on an SSD, unlike the default assumes, which makes indexes cheaper. Statements are short: to compile them
    // (jit, which many installations of PostgreSQL have) takes several times as long as to run them.
    options: '-c TimeZone=UTC -c DateStyle=ISO -c random_page_cost=1.1 -c jit=off',
    statement_timeout: options.statement_timeout_ms,
    // For a dead connection, over which the server's own time limits cannot be reported.
    query_timeout: options.statement_timeout_ms + 5000,
    lock_timeout: options.statement_timeout_ms,
    idle_in_transaction_session_timeout: idle_transaction_ms,
    connectionTimeoutMillis: connection_wait_ms,
    // It says which servers use the database (`live/nodes.ts`).
    application_name: `parley ${version}`,
  })
  let isClosing = false
  pool.on('error', (error) => {
    if (!isClosing) options.onError(error)
  })
  // A connection that is lost during use fails its query, which is enough; without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  const { waits } = options
  waits?.watch(pool, options.max_connections)
  const query: Executor['query'] = async (statement, values) =>
    (await pool.query(queryOf(statement, values) as pg.QueryConfig)).rows
  const execute: Executor['execute'] = async (composed) => (await pool.query(compose(composed))).rows
  const share = createFairShare({
    clock: systemPorts.clock,
    places: countSharedPlaces(options.max_connections),
    most_waiting,
    wait_ms: connection_wait_ms,
    ...(waits ? { onWait: waits.begin } : {}),
  })
  const lookUp = createLookUp(query)
  const transaction: Database['transaction'] = (work, lock_wait_ms) => runTransaction(pool, begin(lock_wait_ms), work)
  const commit: Database['commit'] = (statement, values) => commitStatement(pool, queryOf(statement, values))
  const snapshot: Database['snapshot'] = (ms, work) => runTransaction(pool, beginSnapshot(ms), work)
  return {
    pool,
    query,
    execute,
    lookUp,
    transaction,
    commit,
    snapshot,
    sharedBy: (owner) => shareDatabase({ query, execute, lookUp, transaction, commit, snapshot }, share, owner),
    [Symbol.asyncDispose]() {
      isClosing = true
      return pool.end()
    },
  }
}

/** Without a name, nothing is kept prepared. */
function queryOf({ name, text, replanned }: AnyStatement, values: unknown[]): pg.QueryConfig | PreparedQuery {
  return replanned ? { text, values } : new PreparedQuery({ name, text, values })
}

type AnyQuery = string | pg.QueryConfig | PreparedQuery

const run = (client: pg.PoolClient, query: AnyQuery): Promise<pg.QueryResult> =>
  query instanceof PreparedQuery ? runOn(client, query) : client.query(query)

/** At least one, because two connections leave nothing to reserve. */
export function countSharedPlaces(max_connections: number): number {
  return Math.max(1, max_connections - working_connections - Math.ceil(max_connections * reserved_part))
}

type Whole = Pick<Database, 'query' | 'execute' | 'lookUp' | 'transaction' | 'commit' | 'snapshot'>

function shareDatabase(
  { query, execute, lookUp, transaction, commit, snapshot }: Whole,
  share: FairShare,
  owner: string,
): Database {
  const shared: Database = {
    query: (statement, values) => share.within(owner, () => query(statement, values)),
    execute: (composed) => share.within(owner, () => execute(composed)),
    // Batched look-ups serve several organizations at once, and have their own limit of connections.
    lookUp,
    transaction: (work, lock_wait_ms) => share.within(owner, () => transaction(work, lock_wait_ms)),
    commit: (statement, values) => share.within(owner, () => commit(statement, values)),
    snapshot: (ms, work) => share.within(owner, () => snapshot(ms, work)),
    sharedBy: () => shared,
  }
  return shared
}

const begin = (lock_wait_ms?: number) =>
  lock_wait_ms === undefined ? 'begin' : `begin; set local lock_timeout = ${Math.ceil(lock_wait_ms)}`

/** Its statements are planned for their values, also those that stay prepared. */
function beginSnapshot(statement_ms: number): string {
  const timeout = `set local statement_timeout = ${Math.max(1, Math.ceil(statement_ms))}`
  return `begin isolation level repeatable read read only; ${timeout}; set local plan_cache_mode = force_custom_plan`
}

async function runTransaction<T>(pool: pg.Pool, begin: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  const line = createLine(client)
  let broken: unknown
  try {
    const begun = line.query(begin)
    begun.catch(() => {}) // reported to the first caller that waits, and below
    const result = await work(transactionOn(line, begun))
    await begun
    await sendCommit(line)
    return result
  } catch (error) {
    // A lost connection cannot be used; closing it rolls back.
    if (isConnectionLost(error)) broken = error
    else await client.query('rollback').catch((rollbackError: unknown) => (broken = rollbackError))
    throw (await line.failure()) ?? error
  } finally {
    client.release(broken as Error | undefined)
  }
}

async function commitStatement<Row>(pool: pg.Pool, query: AnyQuery): Promise<Row[]> {
  const client = await pool.connect()
  let broken: unknown
  try {
    return (await run(client, query)).rows as Row[]
  } catch (error) {
    if (!isConnectionLost(error)) throw error
    broken = error
    throw new CommitInDoubt(error)
  } finally {
    client.release(broken as Error | undefined)
  }
}

/** A connection on which statements follow each other without waiting; those sent together travel as one message. */
interface Line {
  query(text: AnyQuery): Promise<pg.QueryResult>
  send(text: AnyQuery): void
  sent(): Promise<void>
  /** Waits for all responses and returns the error of the first statement that the database refused. */
  failure(): Promise<Error | null>
}

function createLine(client: pg.PoolClient): Line {
  const { connection } = client as unknown as { connection: { stream: Socket } }
  const sent: Promise<unknown>[] = []
  const query: Line['query'] = (text) => {
    const { stream } = connection
    stream.cork()
    // Runs after all code that is ready to run, and may send more.
    process.nextTick(() => stream.uncork())
    return run(client, text)
  }
  return {
    query,
    send(text) {
      const answered = query(text)
      answered.catch(() => {}) // reported by `failure`
      sent.push(answered)
    },
    async sent() {
      await Promise.all(sent)
    },
    async failure() {
      const outcomes = await Promise.allSettled(sent.splice(0))
      const refused = outcomes.find((outcome) => outcome.status === 'rejected' && !isConnectionLost(outcome.reason))
      return refused ? ((refused as PromiseRejectedResult).reason as Error) : null
    },
  }
}

async function sendCommit(line: Line): Promise<void> {
  let answer: pg.QueryResult
  try {
    answer = await line.query('commit')
  } catch (error) {
    throw isConnectionLost(error) ? new CommitInDoubt(error) : error
  }
  if (answer.command !== 'COMMIT') throw new Error('cannot commit a transaction with a failed statement')
}

/** Also releases the savepoint, so that its name refers to an outer savepoint again. */
const leaveSavepoint = 'rollback to savepoint inner_transaction; release savepoint inner_transaction'

function transactionOn(line: Line, begun: Promise<unknown>): Transaction {
  let isOpen = false
  begun.then(
    () => (isOpen = true),
    () => {},
  )
  const tx: Transaction = {
    async query(statement, values) {
      await begun
      return (await line.query(queryOf(statement, values))).rows
    },
    async execute(composed) {
      await begun
      return (await line.query(compose(composed))).rows
    },
    async readAtBegin(statement, values) {
      const [answer] = await Promise.all([line.query(queryOf(statement, values)), begun])
      return answer.rows
    },
    send(statement, values) {
      if (!isOpen) throw new Error('a transaction must read before it writes')
      line.send(queryOf(statement, values))
    },
    sent: line.sent,
    lookUp: (statement, row) => lookUpOne(tx.query, statement, row),
    sharedBy: () => tx,
    commit: () => Promise.reject(new Error('a transaction commits as a whole')),
    snapshot: () => Promise.reject(new Error('a snapshot is a transaction of its own')),
    async transaction(work) {
      await line.query('savepoint inner_transaction')
      try {
        const result = await work(tx)
        await line.query('release savepoint inner_transaction')
        return result
      } catch (error) {
        if (!isConnectionLost(error)) await line.query(leaveSavepoint)
        throw (await line.failure()) ?? error
      }
    },
  }
  return tx
}

const lockWaitStatement = acrossOrganizations(
  'it reads no table',
  'limit_lock_wait',
  `select set_config('lock_timeout', $1, true)`,
)

/** Applies to the rest of the transaction. */
export async function limitLockWait(tx: Pipeline, ms: number): Promise<void> {
  await tx.readAtBegin(lockWaitStatement, [`${ms}ms`])
}
