import { expect, test } from 'vitest'
import { isBeyondTries, judgeOutcome } from './verdict.ts'

const tried = { delays_ms: [1000, 5000], is_endless: false, tries: 1 }
const retry = { next: { retry: 'It rains.' } } as const

test('a failed try is repeated after its delay, changed by at most a tenth', () => {
  const delays = [0, 0.5, 1].map((chance) => judgeOutcome(retry.next, tried, chance))
  expect(delays).toEqual([900, 1000, 1100].map((after_ms) => ({ type: 'retry', after_ms })))
  expect(judgeOutcome(retry.next, { ...tried, tries: 2 }, 0.5)).toEqual({ type: 'retry', after_ms: 5000 })
  const own = { ...retry.next, after_ms: 70 }
  expect(judgeOutcome(own, tried, 0)).toEqual({ type: 'retry', after_ms: 70 })
})

test('work is given up after one more try than delays; endless work continues with the last delay', () => {
  const last = { ...tried, tries: 3 }
  expect(judgeOutcome(retry.next, last, 0.5)).toEqual({ type: 'give_up', why: 'It rains.' })
  expect(judgeOutcome({ ...retry.next, after_ms: 70 }, last, 0.5)).toEqual({ type: 'give_up', why: 'It rains.' })
  const endless = { ...tried, is_endless: true, tries: 1000 }
  expect(judgeOutcome(retry.next, endless, 0.5)).toEqual({ type: 'retry', after_ms: 5000 })
  expect([3, 4].map((tries) => isBeyondTries({ ...tried, tries }))).toEqual([false, true])
  expect(isBeyondTries(endless)).toBe(false)
})

test('work that asks for another time gets it, any number of times', () => {
  const at = '2026-01-01T00:00:00Z'
  expect(judgeOutcome({ again_at: at }, { ...tried, tries: 9 }, 0)).toEqual({ type: 'again', at, in_ms: 0 })
  expect(judgeOutcome({ again_in_ms: 5 }, tried, 0)).toEqual({ type: 'again', at: null, in_ms: 5 })
  expect(judgeOutcome('done', tried, 0)).toEqual({ type: 'done' })
})
