// The one statement that tells the operator of shared queues costs little, however much waits.
import { expect, test } from 'vitest'
import { queuesStatement, readQueues } from '../../src/shared-queues.ts'
import { createTestDatabase } from '../support/database.ts'

test('it touches as little of the database with 100,000 jobs as with none', async () => {
  await using base = await createTestDatabase()
  const { pool } = base.database
  const count = async () => {
    const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
      `explain (analyze, buffers, format json) ${queuesStatement.text}`,
      [['nobodys', 'urgent', 'earlier', 'idle']],
    )
    const { Plan } = rows[0]!['QUERY PLAN'][0]
    return Plan['Shared Hit Blocks']! + Plan['Shared Read Blocks']!
  }
  await pool.query(
    `insert into work (kind, owner, subject, due_at, urgent_since, ready)
     select 'nobodys', (n % 100)::text, n::text, now() - n * interval '1 second', null, true from generate_series(1, 90000) n
     union all
     select 'urgent', (n % 100)::text, n::text, '-infinity', now() - n * interval '1 second', true from generate_series(1, 10000) n`,
  )
  await pool.query('vacuum analyze work')
  expect(await count()).toBeLessThan(200)
  const { jobs_lag } = await readQueues(base.database, ['nobodys', 'urgent'], 'urgent')
  expect(jobs_lag.map(({ value }) => Math.round(value / 10_000))).toEqual([9, 1])
})
