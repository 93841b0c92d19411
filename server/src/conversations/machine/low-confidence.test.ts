import { describe, expect, test } from 'vitest'
import { changed, locked, turn } from '../../../test/conversations/decision-fixture.ts'
import { by, plan, states } from '../../../test/hand-off/machine.ts'
import { decideLowConfidence } from './low-confidence.ts'

const request = {
  ...by,
  ...{ reason: 'low_confidence' as const, text: null, plan, most_requests: 5, force: false, partial: null },
}
const rated = (...confidences: (number | null)[]) =>
  confidences.map((confidence, index) => ({ turn_id: `t${index}`, confidence }))
const input = (newest: ReturnType<typeof rated>) => ({ turn_id: 't0', newest, threshold: 0.5, consecutive: 2, request })
const decide = (state = locked(), newest = rated(0.1, 0.2)) => changed(decideLowConfidence(state, input(newest))).answer

describe('asks', () => {
  test('after enough low replies in a row', () => {
    expect(decide()).toBe('asked')
    expect(decide(locked(), rated(0.1, 0.2, 0.9))).toBe('asked')
  })
})

describe('does not ask', () => {
  test.each([
    ['one of them is fine', rated(0.1, 0.5)],
    ['one of them has no rating', rated(0.1, null)],
    ['there are too few', rated(0.1)],
  ])('if %s', (_what, newest) => expect(decide(locked(), newest)).toBe('nothing'))

  test('if the reply is not the newest, a turn is open, or people have the conversation', () => {
    const older = changed(decideLowConfidence(locked(), { ...input(rated(0.1, 0.2)), turn_id: 't1' }))
    expect(older.answer).toBe('nothing')
    expect(decide(locked({ open_turns: [turn()] }))).toBe('nothing')
    for (const state of [states.queue(), states.person(), locked({ status: 'completed' })])
      expect(decide(state)).toBe('nothing')
  })
})
