import { expect, test } from 'vitest'
import { charactersOf, isLongerAsJson } from './json.ts'

test('a value is longer than something less than its characters, and not than something more', () => {
  const value = { name: 'x'.repeat(50), list: [1, 'two', null, { three: [true] }], empty: {} }
  const characters = charactersOf(value)
  expect(isLongerAsJson(value, characters - 20)).toBe(true)
  expect(isLongerAsJson(value, characters)).toBe(false)
})

test('the rest of a long value is not looked at', () => {
  const value = {
    first: 'x'.repeat(100),
    get second(): never {
      throw new Error('looked at')
    },
  }
  expect(isLongerAsJson(value, 50)).toBe(true)
})
