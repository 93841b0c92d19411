// Brings the schema up to date at a start: runs what is pending, one migration after another, under a lock of one node. `contract` waits
// for a command of its own.
import type { PooledDatabase } from './database.ts'
import { type MigrateOptions, openRun } from './migration-run.ts'

export type { MigrateOptions }

/** Returns the names of those that it ran. */
export async function migrate(database: PooledDatabase, options: MigrateOptions = {}): Promise<string[]> {
  await using run = await openRun(database, options)
  const names: string[] = []
  for (;;) {
    const [next] = (await run.readState()).pending
    if (next === undefined) return names
    await run.run(next)
    names.push(next)
  }
}
