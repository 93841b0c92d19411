// Taking turns up where a conversation is locked by someone who has stopped: it is in no other turn's way.
import { test } from 'vitest'
import { lease_ms } from '../../src/conversations/machine/turn.ts'
import { expectTakenUpBehind, expectTakenUpBetween, setStage } from './takeover.ts'

setStage()

// A lease is renewed long after it would have run out.
test('T7: behind an abandoned turn that is locked, the others are taken up, and no lease runs out', () =>
  expectTakenUpBehind(lease_ms))

test('T7: a conversation that is locked all the time, by one after another, is taken up all the same', () =>
  expectTakenUpBetween())
