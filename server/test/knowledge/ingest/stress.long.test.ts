import { test } from 'vitest'
import { stress } from './stress.ts'

test('changes at random, seed 2', { timeout: 1_200_000 }, () => stress(300, 2, false))
test('changes at random with files, seed 3', { timeout: 1_200_000 }, () => stress(60, 3, true))
