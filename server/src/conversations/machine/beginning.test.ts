import { describe, expect, test } from 'vitest'
import { changed, eventTypes, locked, waiting } from '../../../test/conversations/decision-fixture.ts'
import { type BeginInput, decideBeginning } from './beginning.ts'

const known = { initial_context: 'From the call.', custom_metadata: { a: 1, b: 1 } }
const begin: BeginInput = {
  ...{ type: 'begin', added_context: 'From the workflow.', added_metadata: { b: 2 } },
  greeting: { message_id: 'hello', text: 'Hello!' },
}
const held = (fields: Parameters<typeof locked>[0] = {}) =>
  locked({ status: 'triggered', is_held_back: true, ...fields })
const by = { type: 'system', id: null, name: null, reason: 'Rejected.' } as const

describe('a conversation that is held back', () => {
  test('begins with what was added, greets, and starts the first turn that waits', () => {
    const { change, answer } = changed(
      decideBeginning(held({ open_turns: [waiting('one'), waiting('two', { sequence: 2 })] }), known, begin),
    )
    expect(answer).toBe('begun')
    expect(change).toMatchObject({
      begun: {
        status: 'in_progress',
        initial_context: 'From the call.\n\nFrom the workflow.',
        custom_metadata: { a: 1, b: 2 },
      },
      started_turn: { id: 'one', takeover: false },
    })
    expect(eventTypes(change)).toEqual(
      expect.arrayContaining(['conversation.started', 'conversation.updated', 'message.created', 'turn.started']),
    )
  })

  test('of a call begins when it is answered: it keeps its status, and is not greeted', () => {
    const call = held({ channel: 'telephone', open_turns: [waiting('one')] })
    const { change, answer } = changed(decideBeginning(call, known, begin))
    expect(answer).toBe('begun')
    expect(change).toMatchObject({ begun: { status: 'triggered' }, items: [], started_turn: { id: 'one' } })
    expect(eventTypes(change)).toEqual(['conversation.updated', 'turn.started'])
  })

  test('ends instead, with its turns', () => {
    const end: BeginInput = { type: 'end', status: 'cancelled', end_reason: 'rejected', ended_by: by }
    const { change, answer } = changed(decideBeginning(held({ open_turns: [waiting('one')] }), known, end))
    expect(answer).toBe('ended')
    expect(change).toMatchObject({ end: { status: 'cancelled', end_reason: 'rejected' }, ended_turns: [{ id: 'one' }] })
  })
})

test.each([
  ['it has begun', locked({ status: 'in_progress' })],
  ['nothing precedes it', locked({ status: 'triggered' })],
  ['it has ended', held({ status: 'cancelled' })],
])('nothing happens if %s', (_why, state) => {
  expect(changed(decideBeginning(state, known, begin))).toMatchObject({ answer: 'nothing', change: { begun: null } })
})
