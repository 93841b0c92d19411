// Brings the schema up to date: runs the numbered SQL files in this folder, each in its own transaction, under a lock of one node.
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import pg from 'pg'
import type { PooledDatabase } from './database.ts'

const folder = join(import.meta.dirname, 'migrations')

export async function migrate({ pool }: PooledDatabase): Promise<void> {
  const { options } = pool.options
  // Creating an index of a large table takes longer than the limit of a statement, and other nodes wait for it.
  const unlimited = { max: 2, statement_timeout: 0, query_timeout: 0, lock_timeout: 0 }
  const own = new pg.Pool({
    ...pool.options,
    ...unlimited,
    options: `${options ?? ''} -c statement_timeout=0 -c lock_timeout=0`,
  })
  own.on('error', () => {})
  own.on('connect', (client) => client.on('error', () => {}))
  try {
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: own }) })
    await migrateOneByOne(new Migrator({ db, provider: { getMigrations: readMigrations } }))
  } finally {
    await own.end()
  }
}

/**
 * Releases the locks of each migration before the next one. Another node may run one in between, so the remaining ones are read under
 * the lock.
 */
async function migrateOneByOne(migrator: Migrator): Promise<void> {
  for (;;) {
    const { error, results } = await migrator.migrateUp()
    if (error) throw error
    if (!results?.length) return
  }
}

async function readMigrations(): Promise<Record<string, Migration>> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  const migrations: Record<string, Migration> = {}
  for (const file of files) {
    const text = await readFile(join(folder, file), 'utf8')
    migrations[file.replace(/\.sql$/, '')] = { up: async (db) => void (await sql.raw(text).execute(db)) }
  }
  return migrations
}
