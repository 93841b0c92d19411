import { test } from 'vitest'
import { stress } from './stress.ts'

test.each([2, 3, 4])('changes at random, seed %i', { timeout: 1_200_000 }, (seed) => stress(600, seed))
