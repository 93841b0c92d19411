import { test } from 'vitest'
import { stress } from './stress.ts'

test('changes at random, seed 1', { timeout: 180_000 }, () => stress(80, 1, false))
