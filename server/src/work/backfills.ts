// Fills columns that a migration has added, batch by batch, beside everything else. A batch is one commit with the place where the next
// one begins, so that any node goes on after a stop. Each is a kind of work of its own, so that nodes which do not know it leave it alone.
import { sleep } from '../base/retry.ts'
import type { Ports } from '../base/ports.ts'
import { type Database, type Executor, acrossOrganizations } from '../database/database.ts'
import { sql } from '../database/fragments.ts'
import { readMigration } from '../database/migration-files.ts'
import { kindOf } from '../database/rules/migration-names.ts'
import type { Outcome, WorkKind, WorkPort } from './port.ts'

/** Rows. */
const full_batch = 5000
const least_batch = 50
/** A batch holds its rows locked. One that takes longer is made smaller. */
const default_batch_ms = 2000
/** Between batches, so that others come first. */
const pause_ms = 20

export interface Backfill {
  name: string
  rows: number
  ended_at: string | null
}

const of_server = 'the schema is that of all organizations'
const listStatement = acrossOrganizations(
  of_server,
  'list_backfills',
  'select name, rows, ended_at from backfills order by name',
)

export function listBackfills(database: Executor): Promise<Backfill[]> {
  return database.query<Backfill>(listStatement, [])
}

const lockStatement = acrossOrganizations(
  of_server,
  'lock_backfill',
  'select after from backfills where name = $1 and ended_at is null for update',
)

const noteStatement = acrossOrganizations(
  of_server,
  'note_backfill',
  `update backfills set after = $2, rows = rows + $3, ended_at = case when $2::text is null then clock_timestamp() end
   where name = $1`,
)

const limitStatement = acrossOrganizations(
  'it reads no table',
  'limit_backfill',
  `select set_config('statement_timeout', $1, true), set_config('lock_timeout', $1, true),
     set_config('idle_in_transaction_session_timeout', $1, true)`,
)

export interface BackfillOptions {
  database: Database
  ports: Pick<Ports, 'clock'>
  /** Of the migrations. */
  folder?: string
  /** Instead of two seconds, in tests. */
  batch_ms?: number
}

/** Of the migrations of this version. */
export function backfillWork(options: BackfillOptions, migrations: readonly string[]): WorkKind[] {
  return migrations
    .filter((name) => kindOf(name) === 'backfill')
    .map((name) => ({
      name,
      lease_ms: 10_000,
      delays_ms: [5000, 15_000, 60_000],
      share: { node: 1, organization: 1, owner: 1 },
      run: (_item, port) => fill(options, name, port),
      giveUp: null,
    }))
}

async function fill(options: BackfillOptions, name: string, port: WorkPort): Promise<Outcome> {
  const { ports, folder } = options
  const text = await readMigration(name, folder)
  let most = full_batch
  for (;;) {
    const batch = await fillBatch(options, name, text, most)
    if (batch === 'too_slow') {
      if (most === least_batch) return { next: { retry: `A batch of ${least_batch} rows took too long.` } }
      most = Math.max(least_batch, Math.floor(most / 4))
    } else if (batch === 'ended') return { next: 'done' }
    port.signal.throwIfAborted()
    await sleep(ports.clock, pause_ms, port.signal)
  }
}

interface Batch {
  after: string | null
  rows: number
}

/** The row of the backfill is locked, so two nodes never fill the same batch. */
async function fillBatch(
  { database, batch_ms = default_batch_ms }: BackfillOptions,
  name: string,
  text: string,
  most: number,
): Promise<'filled' | 'ended' | 'too_slow'> {
  try {
    return await database.transaction(async (tx) => {
      await tx.query(limitStatement, [`${batch_ms}ms`])
      const [row] = await tx.query<{ after: string | null }>(lockStatement, [name])
      if (!row) return 'ended'
      const [batch] = await tx.execute(withValues(text, row.after, most))
      const { after, rows } = batch!
      await tx.query(noteStatement, [name, after, rows])
      return after === null ? 'ended' : 'filled'
    })
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code
    if (code === '57014' || code === '55P03' || code === '40P01') return 'too_slow'
    throw error
  }
}

/** The statement of a backfill says `$after` and `$most`. It returns one row, whose `after` is null once there are no more rows. */
function withValues(text: string, after: string | null, most: number) {
  const parts = text
    .trim()
    .replace(/;$/, '')
    .split(/(\$after|\$most)\b/)
  const pieces = parts.map((part) => {
    if (part === '$after') return sql`${after}::text`
    return part === '$most' ? sql`${most}::integer` : sql.raw(part)
  })
  return sql.join(pieces, sql.raw('')) as ReturnType<typeof sql<Batch>>
}
