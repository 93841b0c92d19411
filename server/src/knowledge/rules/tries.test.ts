import { expect, test } from 'vitest'
import { isExhausted, judgeFailure } from './tries.ts'

const failure = { code: 'embedding_failed', message: 'It could not answer.', final: false } as const

test('six tries, with the delays of the schedule between them', () => {
  const delays = [1, 2, 3, 4, 5].map((tries) => judgeFailure(failure, tries, 0.5))
  expect(delays).toEqual([5000, 30_000, 120_000, 600_000, 3_600_000].map((retry_in_ms) => ({ retry_in_ms })))
  expect(judgeFailure(failure, 6, 0.5)).toEqual({ fail: { code: 'embedding_failed', message: 'It could not answer.' } })
  expect([5, 6].map(isExhausted)).toEqual([false, true])
})

test('what is final is not tried again', () => {
  expect(judgeFailure({ ...failure, final: true }, 1, 0.5)).toHaveProperty('fail')
})

test('each delay is a tenth shorter to a tenth longer', () => {
  expect(judgeFailure(failure, 1, 0)).toEqual({ retry_in_ms: 4500 })
  expect(judgeFailure(failure, 1, 1)).toEqual({ retry_in_ms: 5500 })
})

test('a pause that is asked for is kept, up to ten minutes, and shortens none', () => {
  const asked = (retry_after_ms: number, tries = 1) => judgeFailure({ ...failure, retry_after_ms }, tries, 0.5)
  expect(asked(60_000)).toEqual({ retry_in_ms: 60_000 })
  expect(asked(86_400_000)).toEqual({ retry_in_ms: 600_000 })
  expect(asked(1000)).toEqual({ retry_in_ms: 5000 })
  expect(asked(1000, 5)).toEqual({ retry_in_ms: 3_600_000 })
})
