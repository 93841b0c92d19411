// One program of bench/ runs, small; smoke.long.test.ts runs the others.
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { run } from './run.ts'

test('rows that many write to', { timeout: 240_000 }, async () => {
  await using database = await createTestDatabase()
  const output = await run(
    'hot-rows.ts',
    '--database-url',
    database.connection_string,
    '--writers',
    '2',
    '--seconds',
    '0.2',
  )
  expect(output).toMatch(/^\| one conversation \| 2 \| \d+/m)
  expect(output).toMatch(/^\| a sum of the organization \| 2 \| \d+/m)
  expect(output).not.toMatch(/NaN|undefined/)
})
