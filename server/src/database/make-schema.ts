// Makes the schema of some migrations in a database that is empty, within the caller's transaction and without recording them.
import type pg from 'pg'
import { version } from '../base/version.ts'
import { readMigration } from './migration-files.ts'
import { first_with_version, kindOf } from './rules/migration-names.ts'
import { readConcurrent, withoutConcurrently } from './rules/split-sql.ts'

/** As kysely made it, whose library ran the migrations of earlier versions. */
export const createMigrationTable =
  'create table if not exists kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)'

/** `names`: in the order in which they were run once. */
export async function makeSchema(client: pg.ClientBase, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const text = await readMigration(name)
    switch (kindOf(name)) {
      case 'concurrent':
        await client.query(withoutConcurrently(readConcurrent(text).statement))
        break
      case 'backfill':
        // Of rows that do not exist.
        break
      default:
        await client.query(text)
    }
  }
}

/** That it has run, in its transaction. */
export async function recordMigration(client: pg.ClientBase, name: string): Promise<void> {
  const values = [name, new Date().toISOString()]
  if (name < first_with_version) await client.query('insert into kysely_migration values ($1, $2)', values)
  else
    await client.query('insert into kysely_migration (name, timestamp, version) values ($1, $2, $3)', [
      ...values,
      version,
    ])
}
