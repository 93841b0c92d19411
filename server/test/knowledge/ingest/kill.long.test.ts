// At pause points of a conversion, a build and a switch: killed, and stopped for longer than a lease.
import { test } from 'vitest'
import { dieAt } from './kill.ts'

const limit = { timeout: 240_000 }

test.each([
  ['knowledge.converting', 1],
  ['knowledge.chunked', 2],
  ['knowledge.switching', 1],
] as const)('a node is killed at %s, time %i', limit, (point, nth) => dieAt({ point, nth, signal: 'SIGKILL' }))

test('a node stops at knowledge.chunked, time 2', limit, () =>
  dieAt({ point: 'knowledge.chunked', nth: 2, signal: 'SIGSTOP' }),
)
