// Sealed data is not readable, and opens only in its own context.
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSealer } from './seal.ts'

const key = randomBytes(32)
const sealer = createSealer(key, 'test', randomBytes)

test('opens to the same text, which it does not contain', () => {
  const sealed = sealer.seal('pat_x.sécret', 'a')
  expect(sealer.open(sealed, 'a')).toBe('pat_x.sécret')
  expect(sealed.includes('cret')).toBe(false)
  expect(sealer.seal('pat_x.sécret', 'a').equals(sealed)).toBe(false)
})

test('does not open in another context, for another purpose, with another key, or changed', () => {
  const sealed = sealer.seal('text', 'a')
  const changed = Buffer.from(sealed)
  changed[changed.length - 1]! ^= 1
  expect(() => sealer.open(sealed, 'b')).toThrow(Error)
  expect(() => createSealer(key, 'other', randomBytes).open(sealed, 'a')).toThrow(Error)
  expect(() => createSealer(randomBytes(32), 'test', randomBytes).open(sealed, 'a')).toThrow(Error)
  expect(() => sealer.open(changed, 'a')).toThrow(Error)
  expect(() => sealer.open(sealed.subarray(0, 20), 'a')).toThrow(Error)
})
