// What `parley migrate` does: runs what a start would run, tells what is left, and removes what only older servers use.
import {
  type Backfill,
  type MigrationLog,
  contractSchema,
  kindOfMigration,
  listBackfills,
  migrate,
  readMigrationState,
} from '@parley/server'
import { print, printJson, tell } from '../client/output.ts'
import { withDatabase } from '../database.ts'
import type { Surroundings } from '../surroundings.ts'

interface Left {
  pending: string[]
  contract: string[]
  /** That have not ended. */
  backfills: Backfill[]
}

function readLeft(): Promise<Left> {
  return withDatabase(async (database) => {
    const { pending, contract } = await readMigrationState(database)
    // Before the migration that makes their table, there is no list of them.
    const all = pending.length > 0 ? await listBackfills(database).catch(() => []) : await listBackfills(database)
    return { pending, contract, backfills: all.filter(({ ended_at }) => ended_at === null) }
  })
}

export async function showMigrations(around: Surroundings): Promise<void> {
  const left = await readLeft()
  for (const name of [...left.pending, ...left.contract]) {
    const kind = kindOfMigration(name)
    await (around.json ? printJson(around, { name, kind, status: 'pending' }) : print(around, `${name}\n`))
  }
  for (const { name, rows } of left.backfills) {
    const line = `${name}: ${rows} rows so far\n`
    await (around.json ? printJson(around, { name, kind: 'backfill', status: 'running', rows }) : print(around, line))
  }
  if (left.pending.length > 0) return
  if (left.backfills.length === 0) tell(around, 'The database is up to date.')
  else tell(around, 'The database is up to date. Running servers go on filling columns.')
  tellOfContract(left.contract, around)
}

export async function runMigrations(around: Surroundings): Promise<void> {
  const ran = await withDatabase((database) => migrate(database, { log: logTo(around) }))
  if (around.json) for (const name of ran) await printJson(around, { name, status: 'done' })
  tell(around, 'The database is up to date.')
  const { contract } = await readLeft()
  tellOfContract(contract, around)
}

export async function removeWhatIsOld(around: Surroundings): Promise<void> {
  const ran = await withDatabase((database) => contractSchema(database, { log: logTo(around) }))
  for (const name of ran) await (around.json ? printJson(around, { name, status: 'done' }) : print(around, `${name}\n`))
  if (ran.length === 0) tell(around, 'There is nothing to remove.')
}

function tellOfContract(names: string[], around: Surroundings): void {
  if (names.length === 0) return
  const what = `${names.length === 1 ? 'One migration removes' : `${names.length} migrations remove`} what only older servers use`
  tell(around, `${what}. Run \`parley migrate --contract\` once every server runs this version.`)
}

function logTo(around: Surroundings): MigrationLog {
  return {
    info({ migration, blocked_by, phase, blocks_done, blocks_total }, message) {
      const about = typeof migration === 'string' ? `${migration}: ` : ''
      const by = typeof blocked_by === 'string' && blocked_by !== '' ? ` (blocked by ${blocked_by})` : ''
      const progress =
        typeof phase === 'string' ? ` (${phase}, ${String(blocks_done)} of ${String(blocks_total)} blocks)` : ''
      tell(around, `${about}${message}${by}${progress}`)
    },
  }
}
