// Receivers that hang, all of an organization's: nobody else's deliveries wait for them; fairness.long.test.ts has more of them.
import { test } from 'vitest'
import { hangAll, limit, setStage } from './fairness.ts'

setStage()

test('all receivers of one organization hang; those of another do not wait: 1 nodes', limit, () => hangAll(1))
