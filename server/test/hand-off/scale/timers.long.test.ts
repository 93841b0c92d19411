// H7 with many: timers of every kind that are due at one moment, on two nodes. PARLEY_TEST_TIMERS=100000 is the whole number.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../../src/app.ts'
import { type TestServer, publishAgent, startTestServer } from '../../support/server.ts'
import { rowsOf } from './many.ts'
import { type TimerName, acts, makeDue, timerNames, timers } from './timers.ts'

const count = Number(process.env['PARLEY_TEST_TIMERS'] ?? 10_000)
/** Those that act alone are one in fifty. */
const alone = Math.ceil(count / 100)

let server: TestServer
let other: App
beforeAll(async () => {
  server = await startTestServer({ PARLEY_LOG_LEVEL: 'error' })
  other = await server.startAnother()
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

test(`${count} due at one moment: each acts once, those of few soon beside them`, { timeout: 900_000 }, async () => {
  const ahead_seconds = 25 + count / 500
  const [row] = await rowsOf<{ at: string }>(server, `select (now() + $1 * interval '1 second')::text as at`, [
    ahead_seconds,
  ])
  const at = `'${row!.at}'::timestamptz`
  const together = timerNames.filter((name) => !('isAlone' in timers[name]))
  const each = Math.ceil((count - 2 * alone) / together.length)
  const made = new Map<TimerName, string[]>()
  const agent = await publishAgent(server.client)
  for (const name of timerNames) {
    made.set(name, await makeDue(server, { agent, name, count: together.includes(name) ? each : alone, at }))
  }
  const [left] = await rowsOf<{ seconds: number }>(
    server,
    `select extract(epoch from ${at} - now())::float8 as seconds`,
  )
  expect(left!.seconds, 'everything is there before the time').toBeGreaterThan(0)
  const isOver = async () => {
    const [due] = await rowsOf<{ count: number }>(
      server,
      `select count(*)::integer as count from work where kind = 'handling_timer' and due_at <= ${at} + interval '1 minute'`,
    )
    return due!.count
  }
  await expect.poll(isOver, { timeout: 600_000, interval: 500 }).toBe(0)
  const report: string[] = []
  for (const [name, ids] of made) {
    const rows = await acts(server, name, ids, at)
    const late = rows.map((one) => one.late!).toSorted((a, b) => a - b)
    const shown = [0.5, 0.99, 1].map((part) => late[Math.ceil(late.length * part) - 1]!.toFixed(1))
    report.push(`${name}: ${ids.length}, late by ${shown.join(', ')} s (p50, p99, most)`)
    expect(new Set(rows.map((one) => one.count)), name).toEqual(new Set([1]))
    expect(late[0]).toBeGreaterThanOrEqual(0)
  }
  process.stdout.write(`${report.join('\n')}\n`)
})
