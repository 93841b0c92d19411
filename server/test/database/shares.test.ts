// Sharing connections among organizations: each kind of use takes one place and always gives it back.
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, type PooledDatabase, openDatabase, statement } from '../../src/database/database.ts'
import { openStore } from '../../src/database/store.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'

const loud = '0190c000-0000-7000-8000-000000000001'
const quiet = '0190c000-0000-7000-8000-000000000002'
const one = statement('test_share_one', 'select 1 as one, null as organization_id')
const broken = statement('test_share_broken', 'select 1 / 0 as organization_id')

let test_database: TestDatabase
/** With two connections, organizations share one place. */
let database: PooledDatabase
beforeAll(async () => {
  test_database = await createTestDatabase()
  const { connection_string } = test_database
  database = openDatabase({ connection_string, max_connections: 2, statement_timeout_ms: 30_000, onError: () => {} })
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await test_database[Symbol.asyncDispose]()
})

type Use = (shared: Database) => Promise<unknown>
const uses: Record<string, [works: Use, fails: Use]> = {
  query: [(shared) => shared.query(one, []), (shared) => shared.query(broken, [])],
  execute: [(shared) => shared.execute(sql`select 1`), (shared) => shared.execute(sql`select 1 / 0`)],
  transaction: [
    (shared) => shared.transaction((tx) => tx.query(one, [])),
    (shared) => shared.transaction((tx) => tx.query(broken, [])),
  ],
}

test.each(Object.entries(uses))(
  '%s waits for the place of another organization, and gives its own one back',
  async (_what, use) => {
    const [works, fails] = use
    const held = Promise.withResolvers<void>()
    const holding = database.sharedBy(loud).transaction(() => held.promise)
    let isDone = false
    const waiting = works(database.sharedBy(quiet)).finally(() => (isDone = true))
    // Uses without a place continue.
    for (let n = 0; n < 3; n += 1) await database.query(one, [])
    expect(isDone).toBe(false)
    held.resolve()
    await Promise.all([holding, waiting])
    for (let n = 0; n < 3; n += 1) {
      await works(database.sharedBy(quiet))
      await expect(fails(database.sharedBy(loud))).rejects.toMatchObject({ code: '22012' })
    }
  },
)

test('statements in a transaction take no second place', async () => {
  const store = openStore(database, loud)
  const seen = await store.transaction(async (tx) => {
    await tx.query(one, [])
    await tx.execute(sql`select ${loud} as organization_id`)
    return 'seen'
  })
  expect(seen).toBe('seen')
  const inner = await database
    .sharedBy(loud)
    .transaction((tx) => openStore(tx, quiet).transaction((own) => own.query(one, [])))
  expect(inner).toEqual([{ one: 1, organization_id: null }])
})
