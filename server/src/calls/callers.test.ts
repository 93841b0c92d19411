import { expect, test } from 'vitest'
import { createCallers } from './callers.ts'

test('the last call of the others is known to each', () => {
  let now = 0
  const callers = createCallers({ monotonic: () => now })
  expect(callers.sinceOthers('one')).toBe(Infinity)
  callers.note('one')
  now = 10
  callers.note('one')
  expect([callers.sinceOthers('one'), callers.sinceOthers('two')]).toEqual([Infinity, 0])
  now = 15
  callers.note('two')
  now = 20
  callers.note('two')
  now = 30
  expect([callers.sinceOthers('one'), callers.sinceOthers('two'), callers.sinceOthers('three')]).toEqual([10, 20, 10])
})
