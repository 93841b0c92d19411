// The schema at a start: one query tells whether it is up to date, and the migrations are only loaded otherwise.
import type { PooledDatabase } from './database.ts'
import { listMigrations } from './migration-files.ts'

/** Resolves once the schema is that of this version. */
export async function prepareSchema(database: PooledDatabase): Promise<void> {
  if (await isUpToDate(database)) return
  const { migrate } = await import('./migrate.ts')
  await migrate(database)
}

async function isUpToDate(database: PooledDatabase): Promise<boolean> {
  const names = listMigrations()
  names.catch(() => {}) // reported below
  const run = await listRun(database)
  return run.join() === (await names).join()
}

/** The migrations of this version that have not run, in their order. */
export async function listPending(database: PooledDatabase): Promise<string[]> {
  const [names, run] = await Promise.all([listMigrations(), listRun(database)])
  return names.filter((name) => !run.includes(name))
}

/** The migrations that have run, sorted. */
export async function listRun({ pool }: PooledDatabase): Promise<string[]> {
  try {
    const { rows } = await pool.query<{ name: string }>('select name from kysely_migration')
    return rows.map(({ name }) => name).sort()
  } catch (error) {
    if ((error as { code?: unknown }).code === undefined_table) return []
    throw error
  }
}

const undefined_table = '42P01'
