// An event stream that is cut off; cuts.long.test.ts cuts it at every byte.
import { test } from 'vitest'
import { expectWholeAfterCuts } from './cuts.ts'

test('cut off at every hundredth byte, and resumed on the other node, it is exactly the log', () =>
  expectWholeAfterCuts(100))
