// docs/scaling.md describes every table and every job.
import { readFileSync } from 'node:fs'
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
  expect(tables.filter((name) => !named.has(name))).toEqual([])
})

test('every job', () => {
  const payloads = /interface JobPayloads \{(.+?)\n\}/s.exec(read('server/src/jobs/enqueue.ts'))![1]!
  const jobs = [...payloads.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name!)
  expect(jobs.length).toBeGreaterThan(5)
  expect(jobs.filter((name) => !named.has(name))).toEqual([])
})
