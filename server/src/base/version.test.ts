import { expect, test } from 'vitest'
import { isOlder, version } from './version.ts'

test('versions are compared by their numbers', () => {
  const sorted = ['0.1.0-alpha', '0.1.0-beta.2', '0.1.0-beta.10', '0.1.0', '0.1.1', '0.2.0', '0.10.0', '1.0.0']
  for (const [at, one] of sorted.entries()) {
    for (const [place, other] of sorted.entries()) expect(isOlder(one, other), `${one} ${other}`).toBe(at < place)
  }
  expect(isOlder('0.1', '0.1.0')).toBe(false)
  expect(isOlder('0.1.0+build', '0.1.0')).toBe(false)
})

test('a version that is not known is older', () => {
  expect(isOlder(null, version)).toBe(true)
  expect(isOlder(version, version)).toBe(false)
})
