// Tables of cases that all go one way are properties: the short form asks a seeded sample of them, the whole proof all.
import { randomInt } from 'node:crypto'

const is_whole = process.env['PARLEY_TEST_WHOLE'] === '1'
/** `npm test` chooses one and prints it; the same seed asks the same cases again. */
export const sample_seed = Number(process.env['PARLEY_TEST_SEED'] ?? randomInt(2 ** 31))

/** Of each `one_in` neighbours one, in their order; all of them where PARLEY_TEST_WHOLE is 1. `salt` makes tables differ under one seed. */
export function sampleOf<T>(cases: readonly T[], one_in: number, salt = 0): T[] {
  if (is_whole) return [...cases]
  const first = (sample_seed + salt) % one_in
  return cases.filter((_case, index) => index % one_in === first)
}
