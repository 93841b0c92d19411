import { afterEach, expect, test, vi } from 'vitest'
import type { PooledDatabase } from '../database/database.ts'
import { examineClock } from './database.ts'

afterEach(() => void vi.useRealTimers())

test.each([
  ['the same time', 0, 0, 'ok'],
  ['within the time that its answer took', 9000, 9000, 'ok'],
  ['a second before its question', 0, -1000, 'ok'],
  ['more than a second before its question', 9000, -1001, 'warn'],
  ['more than a second after its answer', 9000, 10_001, 'warn'],
])('the clock of the database: %s', async (_what, took_ms, ms, status) => {
  vi.useFakeTimers()
  const asked_at = Date.now()
  const query = async () => {
    vi.setSystemTime(asked_at + took_ms)
    return [{ ms: asked_at + ms }]
  }
  expect(await examineClock({ query } as unknown as PooledDatabase)).toMatchObject({ status })
})
