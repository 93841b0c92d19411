// Brings the schema up to date: runs the numbered SQL files of `migrations`, each in its own transaction, under a lock of one node.
import pg from 'pg'
import type { PooledDatabase } from './database.ts'
import { listMigrations, readMigration } from './migration-files.ts'

/** That of kysely, whose library ran the migrations of earlier versions: one of them may start at the same time. So are table and columns. */
const migration_lock = '3853314791062309107'
const createTable =
  'create table if not exists kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)'

export async function migrate({ pool }: PooledDatabase): Promise<void> {
  // Creating an index of a large table takes longer than the limit of a statement, and other nodes wait for it.
  const unlimited = { statement_timeout: 0, query_timeout: 0, lock_timeout: 0 }
  const client = new pg.Client({
    ...pool.options,
    ...unlimited,
    // A commit does not wait for the disk: after a loss of power the last ones are missing, in order, as if they had not run yet.
    options: `${pool.options.options ?? ''} -c statement_timeout=0 -c lock_timeout=0 -c synchronous_commit=off`,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    const names = await listMigrations()
    while (await runNext(client, names));
  } finally {
    await client.end()
  }
}

/**
 * False: there was none to run. The lock ends with each migration; another node may run one in between, so those that remain are read under
 * the lock.
 */
async function runNext(client: pg.Client, names: string[]): Promise<boolean> {
  await client.query('begin')
  try {
    await client.query(`select pg_advisory_xact_lock(${migration_lock})`)
    await client.query(createTable)
    const next = await findNext(client, names)
    if (next !== undefined) {
      await client.query(await readMigration(next))
      await client.query('insert into kysely_migration values ($1, $2)', [next, new Date().toISOString()])
    }
    await client.query('commit')
    return next !== undefined
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}

async function findNext(client: pg.Client, names: string[]): Promise<string | undefined> {
  const { rows } = await client.query<{ name: string }>('select name from kysely_migration')
  const run = rows.map(({ name }) => name).sort()
  const unknown = run.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new Error(`previously executed migration ${unknown} is missing`)
  const left_out = names.slice(0, run.length).find((name) => !run.includes(name))
  if (left_out !== undefined) throw new Error(`migration ${left_out} was left out, but later ones have run`)
  return names[run.length]
}
