// Tables of cases that all go one way are properties: the short form asks a seeded sample of them, the long one all.
import { randomInt } from 'node:crypto'

const is_whole = process.env['PARLEY_TEST_WHOLE'] === '1'
/** `npm test` chooses one and prints it; the same seed asks the same cases again. */
const seed = Number(process.env['PARLEY_TEST_SEED'] ?? randomInt(2 ** 31))

/** One of each `one_in` neighbours, and at least one; all of them where PARLEY_TEST_WHOLE is 1. */
export function sampleOf<T>(cases: readonly T[], one_in: number): T[] {
  if (is_whole) return [...cases]
  const every = Math.min(one_in, cases.length)
  return cases.filter((_case, index) => index % every === seed % every)
}
