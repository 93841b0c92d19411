// The lock of migrations, backups and restores. It is held by a transaction of its own connection, so it is gone with its process, also
// through a pooler.
import pg from 'pg'
import { systemPorts } from '../base/ports.ts'
import { sleep } from '../base/retry.ts'
import type { PooledDatabase } from './database.ts'

const lock = 7_275_014
/** That of kysely, whose library ran the migrations of earlier versions. */
export const kysely_lock = '3853314791062309107'
const between_tries_ms = 250

/** For a transaction that begins: a pooler drops what the connection asks for, and its role may have limits. */
export const no_limits_in_transaction = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']
  .map((name) => `set local ${name} = 0`)
  .join('; ')

export interface LockOptions {
  /** `alone`: nobody else has it. `beside`: only others that have it `beside`. */
  mode: 'alone' | 'beside'
  /** Called once if others have it. */
  onWait?: (() => void) | undefined
  signal?: AbortSignal | undefined
}

export interface MigrationLock extends AsyncDisposable {
  /**
   * The transaction that holds it. Between statements without parameters it has no snapshot, for which an index that is made concurrently
   * would wait.
   */
  readonly client: pg.Client
  /** Aborts when the connection, and so the lock, is lost. */
  readonly lost: AbortSignal
}

export async function holdMigrationLock(
  database: PooledDatabase,
  { mode, onWait, signal }: LockOptions,
): Promise<MigrationLock> {
  const client = await connectWithoutLimits(database, 'parley migration lock')
  const lost = new AbortController()
  client.once('end', () => lost.abort(new Error('the connection that holds the lock of migrations was lost')))
  try {
    await client.query(`begin; ${no_limits_in_transaction}`)
    let isWaiting = false
    // By trying: a statement that waits has a snapshot.
    while (!(await tryLock(client, mode))) {
      if (!isWaiting) onWait?.()
      isWaiting = true
      await sleep(systemPorts.clock, between_tries_ms, signal)
    }
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
  return { client, lost: lost.signal, [Symbol.asyncDispose]: () => client.end().catch(() => {}) }
}

async function tryLock(client: pg.Client, mode: LockOptions['mode']): Promise<boolean> {
  const call = mode === 'alone' ? 'pg_try_advisory_xact_lock' : 'pg_try_advisory_xact_lock_shared'
  const { rows } = await client.query<{ held: boolean }>(`select ${call}(${lock}) as held`)
  return rows[0]!.held
}

/** In its transaction: no older server migrates beside it. Not by waiting, for the same reason. */
export async function takeKyselyLock(client: pg.Client, signal?: AbortSignal): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ held: boolean }>(`select pg_try_advisory_xact_lock(${kysely_lock}) as held`)
    if (rows[0]!.held) return
    await sleep(systemPorts.clock, between_tries_ms, signal)
  }
}

const keep_alive = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3'
const no_limits =
  '-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0 -c idle_session_timeout=0'

/** A connection for what takes longer than the limits of the pool. PostgreSQL notices within seconds when its process is gone. */
export async function connectWithoutLimits({ pool }: PooledDatabase, application_name: string): Promise<pg.Client> {
  const { options = '', ...rest } = pool.options
  const client = new pg.Client({
    ...rest,
    ...{ statement_timeout: 0, query_timeout: 0, lock_timeout: 0, idle_in_transaction_session_timeout: 0 },
    ...{ pipeline: false, keepAlive: true, application_name },
    options: `${options} ${no_limits} ${keep_alive}`,
  })
  client.on('error', () => {})
  await client.connect()
  // Also in the middle of a long statement; not every system can tell.
  await client.query(`set client_connection_check_interval = '2s'`).catch(() => {})
  // Earlier versions than 17 have no such limit.
  await client.query('set transaction_timeout = 0').catch(() => {})
  return client
}
