// Runs migrations, each by its kind, on a connection of its own. None blocks others for more than two seconds: it waits that long for a
// lock, gives up, and tries again.
import type pg from 'pg'
import { systemPorts } from '../base/ports.ts'
import { sleep } from '../base/retry.ts'
import type { PooledDatabase } from './database.ts'
import {
  type MigrationLock,
  connectWithoutLimits,
  holdMigrationLock,
  no_limits_in_transaction,
  takeKyselyLock,
} from './migration-lock.ts'
import { createMigrationTable, recordMigration } from './make-schema.ts'
import { listMigrations, readMigration } from './migration-files.ts'
import { MigrationBlocked, default_limit_ms, max_tries } from './migration-blocked.ts'
import { describeBlockers, watchProgress } from './migration-watch.ts'
import { type MigrationState, type RecordedMigration, first_with_version, kindOf } from './rules/migration-names.ts'
import { type ConcurrentStatement, readConcurrent, splitStatements, withoutConcurrently } from './rules/split-sql.ts'
import { judge, readRecorded } from './schema.ts'

/** As pino has it. */
export interface MigrationLog {
  info(fields: Record<string, unknown>, message: string): void
}

export interface MigrateOptions {
  /** Of the files. */
  folder?: string
  /** Ends the run: what is not committed is run at the next start. */
  signal?: AbortSignal
  log?: MigrationLog
  /** Between tries. */
  pause_ms?: number
  /** Instead of two seconds, in tests. */
  limit_ms?: number
  /** Called after each statement, with its migration and its number there, from 1. */
  reached?: (name: string, statement: number) => void | Promise<void>
}

const default_pause_ms = 1000
/** Earlier ones were written without the limit. */
const first_with_limit = first_with_version

export async function openRun(database: PooledDatabase, options: MigrateOptions): Promise<MigrationRun> {
  const { log, signal } = options
  const onWait = () => log?.info({}, 'waiting for another server that migrates, or for a backup')
  await using stack = new AsyncDisposableStack()
  const lock = stack.use(await holdMigrationLock(database, { mode: 'alone', onWait, signal }))
  const connect = () => connectWithoutLimits(database, 'parley migration')
  const client = await connect()
  stack.defer(() => client.end().catch(() => {}))
  const known = await listMigrations(options.folder)
  const recorded = await readRecorded((text) => client.query(text))
  stack.move()
  return new MigrationRun({ client, connect, lock, known, isNew: recorded.length === 0, options })
}

interface RunParts {
  client: pg.Client
  /** Another one, if that is lost. */
  connect: () => Promise<pg.Client>
  lock: MigrationLock
  known: string[]
  /** Nobody uses the database yet, so nobody can be held up. */
  isNew: boolean
  options: MigrateOptions
}

export class MigrationRun implements AsyncDisposable {
  readonly #parts: RunParts
  #client: pg.Client
  /** PostgreSQL ends the connection if this process stands still within a transaction. */
  #isLost = false
  /** Aborts when the run must end. */
  readonly #signal: AbortSignal

  constructor(parts: RunParts) {
    this.#parts = parts
    this.#client = parts.client
    const { lock, options } = parts
    this.#signal = options.signal ? AbortSignal.any([lock.lost, options.signal]) : lock.lost
    this.#signal.addEventListener('abort', () => void this.#client.end().catch(() => {}), { once: true })
  }

  /** Throws `SchemaNewer`. */
  readState(): Promise<MigrationState> {
    return this.#unlessEnded(async () =>
      judge(this.#parts.known, await readRecorded((text) => this.#client.query(text))),
    )
  }

  /** `before` runs in the transaction of the migration, before its statements. */
  run(name: string, before: (client: pg.Client) => Promise<void> = async () => {}): Promise<void> {
    return this.#unlessEnded(async () => {
      const text = await readMigration(name, this.#parts.options.folder)
      await this.#runKind(name, text, before)
    })
  }

  /** What fails because the run must end, fails with the reason of that. */
  async #unlessEnded<T>(work: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      this.#signal.throwIfAborted()
      throw error
    }
  }

  async #runKind(name: string, text: string, before: (client: pg.Client) => Promise<void>): Promise<void> {
    const { isNew } = this.#parts
    switch (kindOf(name)) {
      case 'concurrent':
        if (!isNew) return this.#runBeside(name, text)
        return this.#transaction(name, [withoutConcurrently(readConcurrent(text).statement)], before)
      case 'backfill':
        return this.#transaction(name, [`select begin_backfill('${name}', ${!isNew})`], before)
      default:
        return this.#transaction(name, name < first_with_limit ? [text] : splitStatements(text), before)
    }
  }

  async #transaction(name: string, statements: string[], before: (client: pg.Client) => Promise<void>): Promise<void> {
    const isLimited = !this.#parts.isNew && name >= first_with_limit
    if (!isLimited) return this.#tryOnce(name, statements, { before, isLimited })
    const { options } = this.#parts
    for (let tries = 1; ; tries += 1) {
      const watch = describeBlockers(this.#parts.lock.client, this.#client)
      try {
        return await this.#tryOnce(name, statements, { before, isLimited })
      } catch (error) {
        if (!this.#isLost && !mayPass(error)) throw error
        if (tries >= max_tries) throw new MigrationBlocked(name, watch.blockers)
        options.log?.info(
          { migration: name, tries, blocked_by: watch.blockers },
          'a migration is blocked; trying again',
        )
      } finally {
        await watch.stop()
      }
      await sleep(systemPorts.clock, options.pause_ms ?? default_pause_ms, this.#signal)
      if (this.#isLost) await this.#connectAgain()
    }
  }

  async #connectAgain(): Promise<void> {
    await this.#client.end().catch(() => {})
    this.#client = await this.#parts.connect()
    this.#isLost = false
    if (!this.#signal.aborted) return
    await this.#client.end().catch(() => {})
    this.#signal.throwIfAborted()
  }

  async #tryOnce(
    name: string,
    statements: string[],
    { before, isLimited }: { before: (client: pg.Client) => Promise<void>; isLimited: boolean },
  ): Promise<void> {
    const { options } = this.#parts
    const client = this.#client
    // A commit does not wait for the disk: after a loss of power the last ones are missing, in order, as if they had not run yet.
    try {
      await client.query(`begin; set local synchronous_commit = off; ${no_limits_in_transaction}`)
      if (await this.#isRecorded(name)) return void (await client.query('commit'))
      const { limit_ms = default_limit_ms } = options
      const began_at = performance.now()
      if (isLimited) await client.query(`set local lock_timeout = ${limit_ms}`)
      const limit = async () => {
        const left_ms = Math.max(1, Math.ceil(limit_ms - (performance.now() - began_at)))
        if (isLimited) await client.query(limitText(left_ms))
      }
      await limit()
      await before(client)
      for (const [at, statement] of statements.entries()) {
        await limit()
        await client.query(statement)
        await options.reached?.(name, at + 1)
      }
      await limit()
      await recordMigration(client, name)
      await client.query('commit')
    } catch (error) {
      await client.query('rollback').catch(() => (this.#isLost = true))
      throw error
    }
  }

  /** Under the lock of earlier versions, which have no other. */
  async #isRecorded(name: string): Promise<boolean> {
    const client = this.#client
    await takeKyselyLock(client, this.#signal)
    await client.query(createMigrationTable)
    const { rows } = await client.query<RecordedMigration>('select name from kysely_migration where name = $1', [name])
    return rows.length > 0
  }

  /** Beside readers and writers. It waits for transactions that are older than it, without a limit, and holds up none of them. */
  async #runBeside(name: string, text: string): Promise<void> {
    const { lock, options } = this.#parts
    const made = readConcurrent(text)
    const watch = watchProgress(lock.client, this.#client, (progress) =>
      options.log?.info({ migration: name, ...progress }, 'making an index'),
    )
    try {
      for (let tries = 1; ; tries += 1) {
        try {
          await this.#makeBeside(name, made)
          break
        } catch (error) {
          if (!isOfKilled(error) || tries >= max_tries) throw error
          options.log?.info({ migration: name, tries }, 'an earlier start is still making an index; trying again')
        }
        await sleep(systemPorts.clock, options.pause_ms ?? default_pause_ms, this.#signal)
      }
    } finally {
      await watch.stop()
    }
    await this.#transaction(name, [], async () => {})
  }

  async #makeBeside(name: string, { index, statement }: ConcurrentStatement): Promise<void> {
    if (index === null || !(await this.#hasIndex(name, index))) await this.#client.query(statement)
    await this.#parts.options.reached?.(name, 2)
  }

  /** One that was killed leaves an invalid index, which is removed, or a valid one that is not recorded. */
  async #hasIndex(name: string, index: string): Promise<boolean> {
    const { options } = this.#parts
    const client = this.#client
    const found = 'select indisvalid as is_valid from pg_index where indexrelid = to_regclass($1)'
    const { rows } = await client.query<{ is_valid: boolean }>(found, [index])
    if (rows[0]?.is_valid !== false) return rows.length > 0
    await client.query(`drop index concurrently ${index}`)
    await options.reached?.(name, 1)
    return false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end().catch(() => {})
    await this.#parts.lock[Symbol.asyncDispose]()
  }
}

/** Also while the process stands still, so that nobody waits for one that was stopped. */
const limitText = (left_ms: number) =>
  `set local statement_timeout = ${left_ms}; set local idle_in_transaction_session_timeout = ${left_ms}`

/** Another transaction was in the way: a lock that was not free in time, or a deadlock. Or the limit itself was reached. */
function mayPass(error: unknown): boolean {
  return ['55P03', '57014', '40P01'].includes(String((error as { code?: unknown } | null)?.code))
}

/**
 * PostgreSQL has not noticed yet that an earlier start was killed: it is still making the index, or has just made or removed it. To remove
 * that index is to wait for one that waits for everybody, which is a deadlock.
 */
function isOfKilled(error: unknown): boolean {
  return ['40P01', '42P07', '42704'].includes(String((error as { code?: unknown } | null)?.code))
}
