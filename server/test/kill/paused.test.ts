// T6 with a real process, stopped after it has written its reply but before the commit; paused.long.test.ts stops it
// everywhere.
import { test } from 'vitest'
import { openStages, stopAt } from './paused.ts'

openStages()

test('T6, T7: stopped at result.written, for longer than its lease', () => stopAt('result.written'), 90_000)
