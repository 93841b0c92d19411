// Taking turns over behind one that is locked; takeover.long.test.ts waits until leases would have run out.
import { test } from 'vitest'
import { expectTakenUpBehind, setStage } from './takeover.ts'

setStage()

test('T7: behind an abandoned turn that is locked, the others are taken over, and leases are renewed', () =>
  expectTakenUpBehind(0))
