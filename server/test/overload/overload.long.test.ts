// A few seconds of what `npm run test:overload` does for a minute. What depends on the machine's speed is only asked for there.
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { runOverload, verdictsOf } from './run.ts'

test('P7: four times as many messages as can be answered: what is accepted is answered, what is refused is not stored', async () => {
  await using database = await createTestDatabase()
  const { connection_string } = database
  const seconds = { alone: 2, before: 3, over: 10, pause: 2 }
  const load = { running_turns: 20, model_ms: 300, times: 4, database_ms: 0, heavy_every_ms: 100, settings: {} }
  const report = await runOverload({ connection_string, ...load, seconds })
  const { loud, quiet } = report.over
  expect(report.unanswered).toBe(0)
  expect(report.stored_though_refused).toBe(0)
  for (const { loud: one, quiet: other } of [report.before, report.over, report.after]) {
    expect([...one.faults, ...other.faults]).toEqual([])
  }
  expect(loud.refusal_ms.length).toBeGreaterThan(loud.turn_ms.length)
  expect(loud.turn_ms.length).toBeGreaterThan(50)
  expect(loud.end_ms.length).toBeGreaterThan(20)
  expect(quiet.turn_ms.length).toBeGreaterThan(10)
  expect(quiet.refusal_ms).toEqual([])
  expect(verdictsOf(report)).toHaveLength(9)
})
