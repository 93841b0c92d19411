// The way to PostgreSQL: one pool, prepared hot statements, kysely for the rest, transactions. Knows no room.
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Tables } from './tables.ts'

/** A statement that is prepared once for each connection. Its name must be unique in the program. */
export interface Statement {
  readonly name: string
  readonly text: string
}

const statementNames = new Set<string>()

export function statement(name: string, text: string): Statement {
  if (statementNames.has(name)) throw new Error(`two statements are named ${name}`)
  statementNames.add(name)
  return { name, text }
}

/** Runs queries: the pool itself, or one transaction. */
export interface Executor {
  /** Runs a prepared statement. */
  query<Row>(statement: Statement, values: unknown[]): Promise<Row[]>
  readonly kysely: Kysely<Tables>
}

export interface Database extends Executor, AsyncDisposable {
  readonly pool: pg.Pool
  /** Commits when `work` resolves, rolls back when it throws. No network wait belongs in here (T12). */
  transaction<T>(work: (tx: Executor) => Promise<T>): Promise<T>
}

export interface DatabaseOptions {
  connection_string: string
  max_connections: number
  statement_timeout_ms: number
  onError: (error: Error) => void
}

const timestamptz = 1184
const int8 = 20
const numeric = 1700

/** `2026-01-31 09:30:00.12+00` becomes `2026-01-31T09:30:00.120000Z`: text, since a Date has no microseconds. */
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
    }
    return pg.types.getTypeParser(oid, format as 'text')
  },
} as pg.CustomTypesConfig

export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.connection_string,
    max: options.max_connections,
    types,
    options: '-c TimeZone=UTC -c DateStyle=ISO',
    statement_timeout: options.statement_timeout_ms,
    lock_timeout: options.statement_timeout_ms,
    idle_in_transaction_session_timeout: options.statement_timeout_ms,
    connectionTimeoutMillis: 10_000,
    application_name: 'parley',
  })
  let isClosing = false
  pool.on('error', (error) => {
    if (!isClosing) options.onError(error)
  })
  // A connection that is lost while it is used fails its query, which is enough; without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  return {
    pool,
    kysely,
    query: async (statement, values) => (await pool.query({ ...statement, values })).rows,
    transaction: (work) => runTransaction(pool, work),
    [Symbol.asyncDispose]() {
      isClosing = true
      return pool.end()
    },
  }
}

async function runTransaction<T>(pool: pg.Pool, work: (tx: Executor) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work(executorOn(client))
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((rollbackError: Error) => {
      broken = rollbackError
    })
    throw error
  } finally {
    client.release(broken)
  }
}

function executorOn(client: pg.PoolClient): Executor {
  let kysely: Kysely<Tables> | undefined
  return {
    query: async (statement, values) => (await client.query({ ...statement, values })).rows,
    get kysely() {
      kysely ??= new Kysely<Tables>({ dialect: new PostgresDialect({ pool: poolOfOne(client) }) })
      return kysely
    },
  }
}

/** Lets kysely run on a connection that a transaction already holds. */
function poolOfOne(client: pg.PoolClient) {
  const borrowed = { query: client.query.bind(client), release: () => {} }
  return { connect: async () => borrowed, end: async () => {} } as unknown as pg.Pool
}

/** Whether the database could not be reached or could not serve just now, as against a fault of the query. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = (error as Error & { code?: unknown }).code
  if (typeof code !== 'string')
    return /timeout exceeded when trying to connect|Connection terminated|is not queryable|Client was closed/.test(
      error.message,
    )
  return /^(08|3D000|55000|53|57P|57014|55P03|40P01|40001|25P03|ECONN|EPIPE|ETIMEDOUT|ENOENT|ENOTFOUND|EHOST|EAI_)/.test(
    code,
  )
}

/** Whether a value is one that PostgreSQL cannot hold: a time, a number or a text out of its range. */
export function isUnstorable(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' && /^22(003|007|008|009|021|P05)$/.test(code)
}

/** Whether a unique index refused the write; `index` narrows it to one. */
export function isUniqueViolation(error: unknown, index: string): boolean {
  const { code, constraint } = (error ?? {}) as { code?: unknown; constraint?: unknown }
  return code === '23505' && constraint === index
}
