// docs/scaling.md describes every table and every kind of work; a table may describe itself in its migration.
import { globSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const named = new Set([...read('docs/scaling.md').matchAll(/`([a-z_]+)`/g)].map(([, name]) => name!))

test('every table', async () => {
  await using test_database = await createTestDatabase()
  const { rows } = await test_database.database.pool.query<{ tablename: string }>(
    `select tablename from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`,
  )
  const tables = rows.map(({ tablename }) => tablename)
  expect(tables.length).toBeGreaterThan(20)
  const migrations = globSync('server/src/database/migrations/*.sql', { cwd: root }).map(read).join('\n')
  const placed = new Set([...migrations.matchAll(/^create table (\w+) \( -- stored with /gm)].map(([, name]) => name!))
  expect(tables.filter((name) => !named.has(name) && !placed.has(name))).toEqual([])
})

test('every kind of work', () => {
  const sources = readdirSync(join(root, 'server/src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => read(join('server/src', file)))
  const kinds = sources.flatMap((text) =>
    [...text.matchAll(/everyMinute\('(\w+)'|const \w+_work = '(\w+)'/g)].map(([, minute, other]) => (minute ?? other)!),
  )
  expect(kinds.length).toBeGreaterThan(5)
  expect(kinds.filter((name) => !named.has(name))).toEqual([])
})
