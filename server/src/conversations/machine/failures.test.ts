import { describe, expect, test } from 'vitest'
import { locked, turn } from '../../../test/conversations/decision-fixture.ts'
import { ann, by, states } from '../../../test/hand-off/machine.ts'
import { type LockedConversation, type OpenTurn, isRefusal, noChange } from './change.ts'
import { failuresAfter, notYetFailed } from './failures.ts'
import { decideTake } from './handling-decisions.ts'
import { endOfTurn } from './turn-endings.ts'

type Outcome = 'reply' | 'model_error' | 'superseded'

const over = (state: Partial<LockedConversation>, outcome: Outcome, open: Partial<OpenTurn> = {}) =>
  failuresAfter(locked({ ...state, open_turns: [turn(open)] }), {
    ...noChange,
    ended_turns: [endOfTurn('turn-1', outcome, null)],
  })

const early = '2025-12-31T23:10:00.000000Z'
const late = '2025-12-31T23:59:58.000000Z'

test('turns that fail one after another count, until one replies; other ends leave them', () => {
  const counts = (['model_error', 'reply', 'superseded'] as const).map((outcome) => over({ failed_turns: 1 }, outcome))
  expect(counts.map(({ failed_turns }) => failed_turns)).toEqual([2, 0, 1])
})

describe('their messages', () => {
  const before = { failed_turns: 1, failed_since: early, failed_messages: 1 }

  test('are unanswered since the first, until a turn replies', () => {
    expect(over({}, 'model_error')).toMatchObject({ failed_since: late, failed_messages: 1 })
    expect(over(before, 'model_error', { messages: 2 })).toMatchObject({ failed_since: early, failed_messages: 3 })
    expect(over(before, 'reply')).toMatchObject({ failed_since: null, failed_messages: 0 })
  })

  test('count once, however often they are tried', () => {
    expect(over(before, 'model_error', { asked_at: early })).toMatchObject({ failed_since: early, failed_messages: 1 })
    expect(notYetFailed({ failed_since: late }, turn({ asked_at: early }))).toBe(1)
    expect(over({}, 'model_error', { messages: 0 })).toMatchObject({ failed_since: null, failed_messages: 0 })
  })

  test('stand in the record of the people who take over', () => {
    const state = locked({ ...before, open_turns: [turn({ asked_at: early })] })
    const taken = decideTake(state, { ...by, assignee: ann, from: null, partial: null })
    if (isRefusal(taken)) throw new Error(taken.refused)
    expect(taken.change.handling).toMatchObject({ unanswered_since: early, unanswered: 1 })
    expect(failuresAfter(state, taken.change)).toMatchObject({ failed_since: null, failed_messages: 0 })
    expect(failuresAfter(states.person(), noChange)).toMatchObject({ failed_since: null })
  })
})
