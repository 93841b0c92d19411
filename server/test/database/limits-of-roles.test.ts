// P8: limits that a role or a database has end no migration. What takes longer than they allow is in limits-of-roles.long.test.ts.
import { expect, test } from 'vitest'
import { connectWithoutLimits, holdMigrationLock } from '../../src/database/migration-lock.ts'
import { migrate } from '../../src/database/migrate.ts'
import { createLimitedDatabase } from './limited-database.ts'
import { migrationsWith } from './migrations-fixture.ts'

/** Longer than a statement takes on any machine. */
const limit_ms = 120_000
const names = ['idle_in_transaction_session_timeout', 'lock_timeout', 'statement_timeout']
const none = names.map((name) => ({ name, setting: '0' }))
const settings = `select name, setting from pg_settings where name in (${names.map((name) => `'${name}'`).join(', ')}) order by name`

test('P8: neither the lock of migrations has them nor the transactions that make a schema', async () => {
  await using limited = await createLimitedDatabase(limit_ms)
  const plain = await connectWithoutLimits(limited.database, 'a test')
  const all = names.map((name) => ({ name, setting: String(limit_ms) }))
  expect((await plain.query(settings)).rows).toEqual(all)
  await plain.end()
  {
    await using lock = await holdMigrationLock(limited.database, { mode: 'alone' })
    expect((await lock.client.query(settings)).rows).toEqual(none)
  }
  await using next = await migrationsWith({ '901-shown': `create table shown as ${settings}` })
  await migrate(limited.database, { folder: next.folder })
  expect((await limited.direct.pool.query('select name, setting from shown order by name')).rows).toEqual(none)
})
