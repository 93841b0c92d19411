// At every pause point of a conversion, a build and a switch: killed, and stopped for longer than a lease.
import { test } from 'vitest'
import { dieAt } from './kill.ts'

const points = [
  ['knowledge.converting', 1],
  ['knowledge.chunked', 1],
  ['knowledge.chunked', 2],
  ['knowledge.chunked', 3],
  ['knowledge.embedding', 1],
  ['knowledge.switching', 1],
  ['knowledge.switched', 1],
] as const

const limit = { timeout: 240_000 }

test.each(points)('a node is killed at %s, time %i', limit, (point, nth) => dieAt({ point, nth, signal: 'SIGKILL' }))

test.each(points)('a node stops at %s, time %i', limit, (point, nth) => dieAt({ point, nth, signal: 'SIGSTOP' }))
