import { type ConcurrencyRule, conversationStatuses } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import { isRefusal } from './change.ts'
import { textContent } from './content.ts'
import { changed, eventTypes, locked, turn, waiting } from '../../../test/conversations/decision-fixture.ts'
import { type AttemptResult, decideAttemptResult } from './attempt-decisions.ts'
import {
  type MessageInput,
  decideCancel,
  decideEnd,
  decideEndForDeletion,
  decideMessage,
  decideRetry,
} from './decisions.ts'

const message = (fields: Partial<MessageInput> = {}): MessageInput => ({
  message_id: 'message',
  turn_id: 'turn-new',
  from: 'caller',
  content: textContent('Hello'),
  author: null,
  concurrency: 'queue',
  interactivity: 'plain',
  agent_version_id: 'version',
  max_seconds: 120,
  max_waiting: 2,
  partial: null,
  limit: null,
  ...fields,
})

const partial = { turn_id: 'turn-1', lease: 7, step: 0, calls: [], text: 'I was just', message_id: 'partial' }

describe('decideMessage', () => {
  test('starts a turn when none is open', () => {
    const { change, answer } = changed(decideMessage(locked(), message()))
    expect(answer).toEqual({ turn_id: 'turn-new', ahead: 0 })
    expect(change.new_turn?.start).toBe(true)
    expect(change.items).toMatchObject([{ role: 'user', content: textContent('Hello'), turn_id: 'turn-new' }])
    expect(eventTypes(change)).toEqual(['message.created', 'turn.queued', 'turn.started'])
  })

  test('starts none that is held, which waits as if another one ran', () => {
    const { change, answer } = changed(decideMessage(locked(), message({ is_held: true })))
    expect(answer).toEqual({ turn_id: 'turn-new', ahead: 0 })
    expect(change.new_turn?.start).toBe(false)
    expect(eventTypes(change)).toEqual(['message.created', 'turn.queued'])
  })

  test('starts none before the conversation has begun', () => {
    const { change, answer } = changed(decideMessage(locked({ status: 'triggered', is_held_back: true }), message()))
    expect(answer).toEqual({ turn_id: 'turn-new', ahead: 0 })
    expect(change.new_turn?.start).toBe(false)
    expect(changed(decideMessage(locked({ status: 'triggered' }), message())).change.new_turn?.start).toBe(true)
  })

  test.each(conversationStatuses.map((status) => [status]))('judges the status %s', (status) => {
    const isTaken = ['triggered', 'ringing', 'in_progress'].includes(status)
    const decision = decideMessage(locked({ status }), message())
    expect(isRefusal(decision) ? decision.refused : 'taken').toBe(isTaken ? 'taken' : 'conversation_not_active')
  })

  test('refuses other channels', () => {
    expect(decideMessage(locked({ channel: 'webrtc' }), message())).toEqual({ refused: 'conversation_not_text' })
  })

  test('takes a message from the channel if the channel delivers messages', () => {
    const call = locked({ channel: 'telephone', status: 'triggered' })
    expect(changed(decideMessage(call, message({ from: 'channel' }))).answer).toEqual({ turn_id: 'turn-new', ahead: 0 })
    expect(decideMessage(locked(), message({ from: 'channel' }))).toEqual({ refused: 'conversation_not_text' })
  })

  const claim = { client_id: 'client', in_reply_to: 'call', values: { name: 'Ada' } }

  test('keeps what a message says about itself, and says nothing of what it does not', () => {
    const { change } = changed(decideMessage(locked(), message(claim)))
    expect(change.items).toMatchObject([claim])
    expect(change.events[0]!.data).toMatchObject(claim)
    const plain = changed(decideMessage(locked(), message({ client_id: null, in_reply_to: null, values: null }))).change
    for (const name of Object.keys(claim)) {
      expect(plain.items[0]).not.toHaveProperty(name)
      expect(plain.events[0]!.data).not.toHaveProperty(name)
    }
  })

  test.each([
    {},
    { status: 'completed' as const },
    { open_turns: [turn()] },
    { claimed: { stored_turn_id: 'turn-0', is_answered: true } },
  ])('T1: a message that is stored is stored, whatever else would refuse it: %j', (state) => {
    const claimed = { stored_turn_id: 'turn-0', is_answered: false }
    const decision = decideMessage(locked({ claimed, ...state }), message({ ...claim, concurrency: 'reject' }))
    expect(decision).toEqual({ refused: 'message_stored', fields: { turn_id: 'turn-0' } })
  })

  test('a widget takes one answer, while the conversation takes messages', () => {
    const claimed = { stored_turn_id: null, is_answered: true }
    expect(decideMessage(locked({ claimed }), message(claim))).toEqual({ refused: 'widget_answered' })
    const ended = locked({ claimed, status: 'completed' })
    expect(decideMessage(ended, message(claim))).toEqual({ refused: 'conversation_not_active' })
  })

  const busy = locked({ open_turns: [turn()] })

  test('queue: the message gets a turn of its own that waits', () => {
    const { change, answer } = changed(decideMessage(busy, message()))
    expect(answer).toEqual({ turn_id: 'turn-new', ahead: 1 })
    expect(change.new_turn?.start).toBe(false)
    expect(change.ended_turns).toEqual([])
  })

  test('reject: stores nothing and names the running turn', () => {
    expect(decideMessage(busy, message({ concurrency: 'reject' }))).toEqual({
      refused: 'turn_in_progress',
      fields: { running_turn_id: 'turn-1' },
    })
  })

  test('merge: joins the waiting turn that merges, else opens one', () => {
    const first = changed(decideMessage(busy, message({ concurrency: 'merge' })))
    expect(first.change.new_turn?.id).toBe('turn-new')
    const open_turns = [turn(), waiting('turn-2', { concurrency: 'merge' })]
    const second = changed(decideMessage(locked({ open_turns }), message({ concurrency: 'merge' })))
    expect(second.answer).toEqual({ turn_id: 'turn-2', ahead: 1 })
    expect(second.change).toMatchObject({ new_turn: null, items: [{ turn_id: 'turn-2' }] })
  })

  test('merge: does not join a waiting turn that must have its own answer', () => {
    const open_turns = [turn(), waiting('turn-2')]
    const { answer } = changed(decideMessage(locked({ open_turns }), message({ concurrency: 'merge', max_waiting: 9 })))
    expect(answer).toEqual({ turn_id: 'turn-new', ahead: 2 })
  })

  test('interrupt: supersedes every open turn, keeps the text said so far before the new message, and starts', () => {
    const open_turns = [turn(), waiting('turn-2')]
    const input = message({ concurrency: 'interrupt', partial })
    const { change, answer } = changed(decideMessage(locked({ open_turns }), input))
    expect(answer).toEqual({ turn_id: 'turn-new', ahead: 0 })
    expect(change.ended_turns.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['turn-1', 'superseded'],
      ['turn-2', 'superseded'],
    ])
    expect(change.items.map((item) => item.type === 'message' && [item.role, item.interrupted])).toEqual([
      ['assistant', true],
      ['user', false],
    ])
    expect(change.new_turn?.start).toBe(true)
  })

  test.each<ConcurrencyRule>(['queue', 'merge'])(
    'T13: %s refuses when too many wait, counting merged messages',
    (concurrency) => {
      const full = locked({ open_turns: [turn(), waiting('turn-2', { concurrency: 'merge', messages: 2 })] })
      expect(decideMessage(full, message({ concurrency }))).toEqual({ refused: 'too_many_waiting_turns' })
    },
  )
})

describe('decideRetry', () => {
  const retry = (fields: Partial<Parameters<typeof decideRetry>[1]> = {}) => ({
    ...{ turn_id: 'retry', messages_of: 'first', newest: { id: 'first', status: 'failed' as const, sequence: 2 } },
    ...{ concurrency: 'queue' as ConcurrencyRule, interactivity: 'plain' as const },
    ...{ agent_version_id: 'version', max_seconds: 120, max_waiting: 2 },
    ...fields,
  })

  test('a new turn answers the messages of the failed one and stores no message', () => {
    const { change, answer } = changed(decideRetry(locked(), retry({ concurrency: 'merge' })))
    expect(answer).toEqual({ turn_id: 'retry', ahead: 0 })
    expect(change.new_turn).toMatchObject({ id: 'retry', messages_of: 'first', start: true, concurrency: 'queue' })
    expect(change.items).toEqual([])
    expect(eventTypes(change)).toEqual(['turn.queued', 'turn.started'])
  })

  test('waits behind open turns', () => {
    const { change, answer } = changed(
      decideRetry(locked({ open_turns: [turn()] }), retry({ concurrency: 'interrupt' })),
    )
    expect(answer.ahead).toBe(1)
    expect(change.new_turn).toMatchObject({ start: false })
    expect(change.ended_turns).toEqual([])
  })

  test.each(['queued', 'running', 'completed', 'cancelled'] as const)('joins the newest try that is %s', (status) => {
    const { change, answer } = changed(decideRetry(locked(), retry({ newest: { id: 'second', status, sequence: 2 } })))
    expect([change.new_turn, answer.turn_id]).toEqual([null, 'second'])
  })

  test.each([
    ['the conversation has ended', { status: 'completed' as const }, {}],
    [
      'the conversation is about to end',
      { ending: { end_reason: 'ended_by_caller', ended_by: {}, summary_enabled: true } as never },
      {},
    ],
    [
      'it was not the last message, with whose reply the conversation ends',
      { ending: { end_reason: 'max_turns', ended_by: {}, summary_enabled: true } as never, next_turn: 4 },
      {},
    ],
    ['too many wait', { open_turns: [turn(), waiting('a'), waiting('b')] }, {}],
    ['waiting is not allowed', { open_turns: [turn()] }, { concurrency: 'reject' as const }],
  ])('returns the earlier failure again when %s', (_why, state, input) => {
    const { change, answer } = changed(decideRetry(locked(state), retry(input)))
    expect([change.new_turn, answer.turn_id]).toEqual([null, 'first'])
  })
})

describe('decideCancel', () => {
  test('cancels the running turn, keeps its text, starts the next', () => {
    const open_turns = [turn(), waiting('turn-2')]
    const { change } = changed(decideCancel(locked({ open_turns }), 'turn-1', partial))
    expect(change.ended_turns).toMatchObject([{ id: 'turn-1', outcome: 'cancelled_by_caller' }])
    expect(change.items).toMatchObject([{ content: textContent('I was just'), interrupted: true }])
    expect(change.started_turn?.id).toBe('turn-2')
  })

  test('cancels a waiting turn and leaves the running one alone', () => {
    const open_turns = [turn(), waiting('turn-2')]
    const { change } = changed(decideCancel(locked({ open_turns }), 'turn-2', null))
    expect(change.ended_turns.map(({ id }) => id)).toEqual(['turn-2'])
    expect(change.started_turn).toBeNull()
  })

  test('leaves a final turn as it is', () => {
    expect(changed(decideCancel(locked(), 'turn-1', null)).answer).toBe('unchanged')
  })
})

const end = {
  mode: 'cut' as const,
  end_reason: 'ended_by_caller' as const,
  ended_by: { type: 'credential' as const, id: 'key', name: 'Key', reason: null },
  partial: null,
  summary_enabled: true,
}

describe('decideEnd', () => {
  test.each([
    ['text', 'in_progress', 'ended'],
    ['text', 'triggered', 'ended'],
    ['text', 'ringing', 'ended'],
    ['text', 'completed', 'already_completed'],
    ['text', 'failed', 'conversation_not_active'],
    ['text', 'cancelled', 'conversation_not_active'],
    ['text', 'transferred', 'conversation_not_active'],
    ['text', 'unanswered', 'conversation_not_active'],
    ['webrtc', 'in_progress', 'conversation_not_text'],
    ['telephone', 'completed', 'conversation_not_text'],
  ] as const)('%s, %s: %s', (channel, status, expected) => {
    const decision = decideEnd(locked({ channel, status }), end)
    expect(isRefusal(decision) ? decision.refused : decision.answer).toBe(expected)
  })

  test('cancels open turns, keeps the text said so far, queues the summary', () => {
    const open_turns = [turn(), waiting('turn-2')]
    const { change } = changed(decideEnd(locked({ open_turns }), { ...end, partial }))
    expect(change.ended_turns.map(({ outcome }) => outcome)).toEqual(['conversation_ended', 'conversation_ended'])
    expect(change.items).toMatchObject([{ content: textContent('I was just'), interrupted: true, turn_id: 'turn-1' }])
    expect(change.end).toMatchObject({ status: 'completed', analysis: { status: 'queued' } })
    expect(eventTypes(change)).toEqual(['message.created', 'turn.cancelled', 'turn.cancelled', 'conversation.ended'])
  })

  test('drops the text of an attempt that has lost its turn', () => {
    const open_turns = [turn({ lease: 8 })]
    const { change } = changed(decideEnd(locked({ open_turns }), { ...end, partial }))
    expect(change.items).toEqual([])
  })

  test.each([
    ['The conversation has no user message.', { user_turn_count: 0 }, true],
    ['Analysis is switched off for this agent.', {}, false],
  ])('skips the analysis: %s', (reason, fields, summary_enabled) => {
    const { change } = changed(decideEnd(locked(fields), { ...end, summary_enabled }))
    expect(change.end?.analysis).toEqual({ status: 'skipped', reason })
  })

  const { mode: _mode, partial: _partial, ...ending } = end

  test('finish: waits while turns are open, and ends at once if none is', () => {
    const later = changed(decideEnd(locked({ open_turns: [turn()] }), { ...end, mode: 'finish' }))
    expect(later).toMatchObject({ answer: 'ending', change: { ending, end: null, ended_turns: [] } })
    expect(changed(decideEnd(locked(), { ...end, mode: 'finish' })).answer).toBe('ended')
  })

  test('finish: a repeated request changes nothing; a cut does not wait for it', () => {
    const state = locked({ open_turns: [turn()], ending })
    expect(changed(decideEnd(state, { ...end, mode: 'finish' })).change).toMatchObject({ ending: null, end: null })
    expect(changed(decideEnd(state, end)).answer).toBe('ended')
  })

  test('finish: takes no message, and the commit that ends the last turn ends the conversation', () => {
    const open_turns = [turn(), waiting('turn-2')]
    expect(decideMessage(locked({ open_turns, ending }), message())).toEqual({ refused: 'conversation_ending' })
    const key = { turn_id: 'turn-1', lease: 7 }
    const reply = { type: 'reply', text: 'Hi', message_id: 'reply', metrics: {}, usage: {} } as unknown as AttemptResult
    const first = changed(decideAttemptResult(locked({ open_turns, ending }), key, reply)).change
    expect(first).toMatchObject({ started_turn: { id: 'turn-2' }, end: null })
    const last = changed(decideAttemptResult(locked({ open_turns: [turn()], ending }), key, reply)).change
    expect(last.end).toMatchObject({ status: 'completed', end_reason: 'ended_by_caller' })
    expect(eventTypes(last)).toEqual(['message.created', 'turn.completed', 'conversation.ended'])
    const cancelled = changed(decideCancel(locked({ open_turns: [turn()], ending }), 'turn-1', null)).change
    expect(cancelled.end?.status).toBe('completed')
  })

  test('a deletion ends an active conversation and queues no analysis', () => {
    const change = decideEndForDeletion(locked({ channel: 'telephone', status: 'ringing' }), end.ended_by)
    expect(change.end).toMatchObject({ status: 'cancelled', analysis: { status: 'none' } })
    expect(decideEndForDeletion(locked({ status: 'failed' }), end.ended_by).end).toBeNull()
  })
})
