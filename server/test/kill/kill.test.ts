// A node that dies beside others on one database under load; `npm run test:long` kills twenty, `npm run test:kill` five hundred.
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { runKills } from './driver.ts'
import { renderReport } from './report.ts'

const seed = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000)

test(`T1 to T7, T9, B1, B2, B3, B6, B8, B10: 1 kill loses, doubles and haunts nothing (PARLEY_TEST_SEED=${seed})`, async () => {
  await using database = await createTestDatabase()
  const { connection_string } = database
  const report = await runKills({ connection_string, kills: 1, seed, clients: 6, most_seconds: 200 })
  expect(report.violations, renderReport(report)).toEqual([])
  expect(report.kills).toBeGreaterThanOrEqual(1)
  expect(report.accepted).toBeGreaterThan(0)
  expect(report.visits).toBeGreaterThan(0)
}, 300_000)
