import { expect, test } from 'vitest'
import { CommitInDoubt, isConnectionLost, isUnavailable } from './failures.ts'

const failed = (code: string) => Object.assign(new Error('failed'), { code })

test.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', '57P01', '08006'])(
  '%s: the connection is lost, so what was sent last may have been carried out',
  (code) => {
    expect([isConnectionLost(failed(code)), isUnavailable(failed(code))]).toEqual([true, true])
  },
)

test.each(['57014', '55P03', '40P01', 'ENOTFOUND', 'ENOENT'])(
  '%s: nothing was carried out, and may be later',
  (code) => {
    expect([isConnectionLost(failed(code)), isUnavailable(failed(code))]).toEqual([false, true])
  },
)

test('a commit in doubt is a lost connection; a fault of a statement is neither', () => {
  expect(isConnectionLost(new CommitInDoubt(failed('EPIPE')))).toBe(true)
  expect([isConnectionLost(failed('23505')), isUnavailable(failed('23505'))]).toEqual([false, false])
})
