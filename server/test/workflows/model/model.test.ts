// The machine of executions against what the specification says, by random sequences (W2 to W7, W10, W12).
import { expect, test } from 'vitest'
import { runSequences } from './sequences.ts'

const seed = Math.floor(Math.random() * 2 ** 31)

test(`sequences of events, seed ${seed}`, () => {
  expect(runSequences({ sequences: 1000, seed }).sequences).toBe(1000)
})
