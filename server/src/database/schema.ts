// The schema at a start: one query tells whether it is up to date, and the migrations are only loaded otherwise.
import { version as own_version } from '../base/version.ts'
import type { PooledDatabase } from './database.ts'
import { listMigrations } from './migration-files.ts'
import { type MigrationState, type RecordedMigration, compareMigrations } from './rules/migration-names.ts'

/** A newer Parley has changed the database, so this one cannot use it. */
export class SchemaNewer extends Error {
  /** `version`: null if it is not known. */
  constructor(version: string | null) {
    const by = version === null ? 'a newer Parley' : `Parley ${version}`
    const what = `The database was changed by ${by}; this is ${own_version}.`
    super(`${what} Start ${version ?? 'that version'} or newer, or restore a backup.`)
  }
}

export type { MigrationState }

/** Compares the database with the migrations of this version; throws `SchemaNewer`. */
export async function readMigrationState(database: PooledDatabase, folder?: string): Promise<MigrationState> {
  const names = listMigrations(folder)
  names.catch(() => {}) // reported below
  const recorded = await readRecorded((text) => database.pool.query(text))
  return judge(await names, recorded)
}

/** Throws if this version cannot go on from there. */
export function judge(known: readonly string[], recorded: readonly RecordedMigration[]): MigrationState {
  const state = compareMigrations(known, recorded)
  const newest = state.unknown.at(-1)
  if (newest) throw new SchemaNewer(newest.version)
  return state
}

type Query = (text: string) => Promise<{ rows: unknown[] }>

/** What has run, in the order of the names. Before the first migration there is no such table. */
export async function readRecorded(query: Query): Promise<RecordedMigration[]> {
  try {
    // All columns: earlier versions have fewer.
    const { rows } = await query('select * from kysely_migration')
    const recorded = rows as { name: string; version?: string | null }[]
    return recorded
      .map(({ name, version = null }) => ({ name, version }))
      .sort((one, other) => (one.name < other.name ? -1 : 1))
  } catch (error) {
    if ((error as { code?: unknown }).code === undefined_table) return []
    throw error
  }
}

const undefined_table = '42P01'
