// Nodes that die on one database under load, twenty of them; `npm run test:kill` kills five hundred.
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { runKills } from './driver.ts'
import { renderReport } from './report.ts'

const seed = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000)

test(`P3, P5, T1 to T7, T9, B1, B2, B3, B6, B8, B10: 20 kills lose, double and haunt nothing (PARLEY_TEST_SEED=${seed})`, async () => {
  await using database = await createTestDatabase()
  const { connection_string } = database
  const report = await runKills({ connection_string, kills: 20, seed, clients: 8, most_seconds: 400 })
  expect(report.violations, renderReport(report)).toEqual([])
  expect(report.kills).toBeGreaterThanOrEqual(20)
  expect(report.accepted).toBeGreaterThan(50)
  expect(report.takeovers).toBeGreaterThan(0)
  expect(report.audit.confirmed).toBeGreaterThan(10)
  expect(Math.min(report.visits, report.feedbacks, report.links)).toBeGreaterThan(5)
}, 600_000)
