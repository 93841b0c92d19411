import { expect, test } from 'vitest'
import { createCentres } from './centres.ts'

const encode = (values: number[]) => Buffer.from(Float32Array.from(values).buffer).toString('base64')

test('a centre that others push out of memory while its mean is not read keeps its mean', () => {
  const centres = createCentres()
  centres.keep({ number: 1, mean: encode([1, 2]) }, centres.known())
  const known = centres.known()
  expect([...known.keys()]).toEqual([1])
  for (let number = 2; number < 600; number += 1) centres.keep({ number, mean: encode([number]) }, centres.known())
  expect(centres.known().has(1)).toBe(false)
  // The statement did not read it, because it was known when it began.
  expect([...centres.keep({ number: 1, mean: null }, known).mean!]).toEqual([1, 2])
  expect(centres.keep({ number: 1, mean: null }, centres.known()).mean).toHaveLength(2)
})

test('a centre without a mean is zero', () => {
  const centres = createCentres()
  expect(centres.keep({ number: 7, mean: null }, centres.known()).mean).toBeNull()
})
