// Two of the deaths of kill.long.test.ts.
import { test } from 'vitest'
import { dieAt } from './kill.ts'

test.each(['knowledge.chunked', 'knowledge.switching'])('a node is killed at %s', { timeout: 180_000 }, (point) =>
  dieAt({ point, nth: 1, signal: 'SIGKILL' }),
)
