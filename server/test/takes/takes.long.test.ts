// Two nodes on which people take running replies over, while points are held, notices lost, and nodes stopped and killed. `npm run
// test:takes -- --schedules 10000` is the long run.
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { runTakes } from './driver.ts'
import { heldPoints } from './plan.ts'
import { renderReport } from './report.ts'

const seed = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000)
const schedules = 180

test(`H1 to H5: ${schedules} schedules of takes, and nothing of the agent outside (PARLEY_TEST_SEED=${seed})`, async () => {
  await using database = await createTestDatabase()
  const { connection_string } = database
  const report = await runTakes({ connection_string, schedules, seed, at_once: 24, most_seconds: 180 })
  expect(report.violations, renderReport(report)).toEqual([])
  // A slow machine does as many as it can.
  expect(report.schedules).toBeGreaterThan(100)
  expect(Math.min(report.cut, report.given, report.won, report.replies, report.returns)).toBeGreaterThan(20)
  expect(report.kills).toBeGreaterThan(0)
  expect(report.stops).toBeGreaterThan(0)
  expect(heldPoints.filter((point) => !report.reached.has(point)).length).toBeLessThan(heldPoints.length / 4)
}, 480_000)
