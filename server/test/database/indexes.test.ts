// bench/index-uses.ts lists every index of the schema with the query that needs it or the rule that it enforces.
import { expect, test } from 'vitest'
import { indexUses } from '../../../bench/index-uses.ts'
import { createTestDatabase } from '../support/database.ts'

test('no index without a reason, and no reason without an index', async () => {
  await using test_database = await createTestDatabase()
  const { rows } = await test_database.database.pool.query<{ indexname: string }>(
    `select indexname from pg_indexes where schemaname = 'public' and tablename not like 'kysely%'`,
  )
  const there = rows.map(({ indexname }) => indexname)
  const named = Object.keys(indexUses)
  expect(named.filter((name) => !there.includes(name))).toEqual([])
  // A primary key is a rule by itself; of a table that is asked for by other columns too, its uses are worth a line.
  expect(there.filter((name) => !named.includes(name) && !name.endsWith('_pkey'))).toEqual([])
})
