// Takes turns over while a stopped process holds a conversation's lock: it blocks no other turn.
import { test } from 'vitest'
import { lease_ms } from '../../src/conversations/machine/turn.ts'
import { expectTakenUpBehind, expectTakenUpBetween, setStage } from './takeover.ts'

setStage()

// A lease is still renewed long after it would have run out.
test('T7: behind an abandoned turn that is locked, the others are taken over, and no lease runs out', () =>
  expectTakenUpBehind(lease_ms))

test('T7: a conversation that is constantly locked by different transactions is still taken over', () =>
  expectTakenUpBetween())
