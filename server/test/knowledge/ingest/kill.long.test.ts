// A build is killed while it cuts, and stopped for longer than a lease. guarantees/kill.long.test.ts kills at every point.
import { test } from 'vitest'
import { dieAt } from './kill.ts'

const limit = { timeout: 300_000 }

test.each(['SIGKILL', 'SIGSTOP'] as const)('%s at knowledge.chunked, time 2', limit, (signal) =>
  dieAt({ point: 'knowledge.chunked', nth: 2, signal }),
)
