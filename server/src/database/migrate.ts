// Brings the schema up to date: the numbered SQL files beside it, each in a transaction, under a lock that one node holds.
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runMigrations as migrateJobs } from 'graphile-worker'
import { sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { PooledDatabase } from './database.ts'

const folder = join(import.meta.dirname, 'migrations')

export async function migrate(database: PooledDatabase): Promise<void> {
  const migrator = new Migrator({ db: database.kysely, provider: { getMigrations: readMigrations } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
  await migrateJobs({ pgPool: database.pool })
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
