// An event stream that is cut off, at every byte.
import { test } from 'vitest'
import { expectWholeAfterCuts } from './cuts.ts'

test('cut off at any byte, and resumed on the other node, it is exactly the log', () => expectWholeAfterCuts(1))
