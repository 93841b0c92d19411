// `parley migrate --contract`: removes what only older servers use, once none of them runs and every backfill has ended.
import type pg from 'pg'
import type { PooledDatabase } from './database/database.ts'
import { type MigrateOptions, openRun } from './database/migration-run.ts'
import { refuseOlderNodes } from './live/nodes.ts'
import { listBackfills } from './work/backfills.ts'

/** Returns the names of the migrations that it ran. */
export async function contractSchema(database: PooledDatabase, options: MigrateOptions = {}): Promise<string[]> {
  await using run = await openRun(database, options)
  const { pending, contract } = await run.readState()
  if (pending.length > 0)
    throw new Error(`${pending.length} migrations are pending. Run \`parley migrate\` first, or start a server.`)
  await refuseUnfinished(database)
  for (const name of contract) await run.run(name, refuseOlder)
  return contract
}

const refuseOlder = (client: pg.Client) => refuseOlderNodes(client)

async function refuseUnfinished(database: PooledDatabase): Promise<void> {
  const open = (await listBackfills(database)).filter(({ ended_at }) => ended_at === null)
  if (open.length === 0) return
  const named = open.map(({ name, rows }) => `${name} (${rows} rows so far)`).join(', ')
  throw new Error(`Columns are still being filled: ${named}. Running servers go on; run this again when they are done.`)
}
