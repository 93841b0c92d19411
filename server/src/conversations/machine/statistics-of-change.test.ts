// What each decision adds to the statistics.
import { expect, test } from 'vitest'
import { textContent } from './content.ts'
import { decideAttemptResult, decideStep } from './attempt-decisions.ts'
import { noChange } from './change.ts'
import { countChange } from './statistics-of-change.ts'
import { changed, locked, turn, waiting } from '../../../test/conversations/decision-fixture.ts'
import { decideCancel, decideEndForDeletion, decideMessage } from './decisions.ts'

const metrics = { model: 'm', ttft_ms: 64, llm_ms: 100, tools_ms: 20, total_ms: 128, input_tokens: 9, output_tokens: 9 }
const reply = { type: 'reply' as const, text: 'Hi', message_id: 'r', metrics, ending: null }

test('adds nothing for a change that is not counted', () => {
  expect(countChange(locked(), noChange)).toBeNull()
  const event = { type: 'conversation.updated' as const, data: { custom_metadata: {} } }
  expect(countChange(locked(), { ...noChange, events: [event] })).toBeNull()
})

test('a message', () => {
  const { change } = changed(
    decideMessage(locked(), {
      message_id: 'm',
      turn_id: 't',
      from: 'caller',
      content: textContent('Hello'),
      author: null,
      concurrency: 'queue',
      interactivity: 'plain',
      agent_version_id: 'v',
      max_seconds: 1,
      max_waiting: 1,
      partial: null,
      limit: null,
    }),
  )
  expect(countChange(locked(), change)).toEqual({ user_messages: 1, 'usage.messages': 1 })
})

const state = locked({ open_turns: [turn()] })
const attempt = { turn_id: 'turn-1', lease: 7 }

test('counts the tokens of a step when it is finished, and those of the reply with the reply', () => {
  const call = { call_id: 'c', name: 'n', arguments: {} }
  const step = {
    number: 0,
    text: '',
    message_id: 'm',
    calls: [call],
    results: [],
    is_held: false,
    input_tokens: 5,
    output_tokens: 6,
  }
  expect(countChange(state, changed(decideStep(state, attempt, step)).change)).toEqual({
    input_tokens: 5,
    output_tokens: 6,
  })
  const result = { ...reply, usage: { input_tokens: 4, output_tokens: null } }
  expect(countChange(state, changed(decideAttemptResult(state, attempt, result)).change)).toEqual({
    'turn.reply': 1,
    input_tokens: 4,
    measured: 1,
    model_ms: 100,
    tools_ms: 20,
    total_ms: 128,
    'first_text.48': 1,
    'total.56': 1,
  })
})

test('measures a reply without text of its own too', () => {
  const { change } = changed(decideAttemptResult(state, attempt, { ...reply, text: '', usage: null }))
  expect(countChange(state, change)).toMatchObject({ 'turn.reply': 1, measured: 1 })
})

test('counts failed and cancelled turns, several at once', () => {
  const failure = { type: 'failure' as const, outcome: 'timed_out' as const, error: 'late' }
  expect(countChange(state, changed(decideAttemptResult(state, attempt, failure)).change)).toEqual({
    'turn.timed_out': 1,
  })
  const busy = locked({ open_turns: [turn(), waiting('turn-2')] })
  expect(countChange(busy, changed(decideCancel(busy, 'turn-2', null)).change)).toEqual({
    'turn.cancelled_by_caller': 1,
  })
  const ended_by = { type: 'system' as const, id: null, name: null, reason: null }
  expect(countChange(busy, decideEndForDeletion(busy, ended_by))).toEqual({ 'turn.conversation_ended': 2 })
})

test('counts a call that never began once it has ended', () => {
  const ended_by = { type: 'system' as const, id: null, name: null, reason: null }
  const unborn = locked({ channel: 'webrtc', status: 'token_created', user_turn_count: 2 })
  expect(countChange(unborn, decideEndForDeletion(unborn, ended_by))).toEqual({ conversations: 1, user_messages: 2 })
})

test.each(['for_person', 'reply'] as const)('a turn that is over as it is stored counts: %s', (given) => {
  const turn = { id: 't', concurrency: 'queue', interactivity: 'plain', agent_version_id: 'v', max_seconds: 1 } as const
  const new_turn = { ...turn, start: false, messages_of: null, given }
  const state = { status: 'in_progress', user_turn_count: 0 } as const
  expect(countChange(state, { ...noChange, new_turn })).toEqual({ [`turn.${given}`]: 1 })
})
