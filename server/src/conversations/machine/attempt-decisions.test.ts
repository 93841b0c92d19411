import { describe, expect, test } from 'vitest'
import { textContent } from './content.ts'
import {
  type AttemptResult,
  type Step,
  type ToolResult,
  decideAttemptResult,
  decideStep,
  decideTakeover,
  decideToolResult,
} from './attempt-decisions.ts'
import { type LockedConversation, type OpenTurn, noChange } from './change.ts'
import { changed, eventTypes, locked, turn, waiting } from '../../../test/conversations/decision-fixture.ts'
import { decideCancel, decideEnd } from './decisions.ts'

const reply: AttemptResult = {
  type: 'reply',
  text: 'Hi',
  message_id: 'reply',
  metrics: { model: 'm', ttft_ms: 1, llm_ms: 2, tools_ms: 0, total_ms: 3, input_tokens: 4, output_tokens: 5 },
  usage: { input_tokens: 4, output_tokens: 5 },
  ending: null,
}

const attempt = { turn_id: 'turn-1', lease: 7 }
const call = { call_id: 'call-1', name: 'find', arguments: { what: 'tea' } }
const step: Step = {
  number: 0,
  text: 'Let me look. ',
  message_id: 'said',
  is_held: false,
  calls: [call, { ...call, call_id: 'call-2' }],
  results: [{ call_id: 'call-2', name: 'find', output: 'No.', is_error: true, latency_ms: null, said: null }],
  input_tokens: 3,
  output_tokens: 2,
}
const found = { call_id: 'call-1', name: 'find', output: { found: 1 }, is_error: false, latency_ms: 12 }
const result: ToolResult = { ...found, said: null }
const pending = { steps: 1, pending_calls: [{ call_id: 'call-1', name: 'find' }] }

describe('decideStep', () => {
  test('keeps text that is held back for a wrapped reply with the first call', () => {
    const state = locked({ open_turns: [turn()] })
    const { change } = changed(decideStep(state, attempt, { ...step, is_held: true }))
    expect(change.items.map((item) => [item.type, 'text' in item ? item.text : null])).toEqual([
      ['function_call', 'Let me look. '],
      ['function_call', null],
      ['function_call_output', null],
    ])
    expect(eventTypes(change)).toEqual(['tool_call.completed'])
  })

  test('keeps the text, the calls, and the results known so far, in this order', () => {
    const { change, answer } = changed(decideStep(locked({ open_turns: [turn()] }), attempt, step))
    expect(answer).toBe('written')
    expect(change.step).toEqual({ turn_id: 'turn-1', input_tokens: 3, output_tokens: 2 })
    expect(change.items).toMatchObject([
      { type: 'message', role: 'assistant', content: textContent('Let me look. '), interrupted: false },
      { type: 'function_call', call_id: 'call-1', arguments: { what: 'tea' } },
      { type: 'function_call', call_id: 'call-2' },
      { type: 'function_call_output', call_id: 'call-2', is_error: true },
    ])
    expect(eventTypes(change)).toEqual(['message.created', 'tool_call.completed'])
    expect(change.ended_turns).toEqual([])
  })

  test('stores no empty message', () => {
    const { change } = changed(decideStep(locked({ open_turns: [turn()] }), attempt, { ...step, text: '' }))
    expect(change.items.map(({ type }) => type)).not.toContain('message')
  })

  test('T1: a repeated write after an uncertain commit changes nothing', () => {
    const decision = decideStep(locked({ open_turns: [turn(pending)] }), attempt, step)
    expect(changed(decision)).toEqual({ change: noChange, answer: 'written' })
  })

  test.each([
    ['another lease', locked({ open_turns: [turn({ lease: 8 })] })],
    ['a turn that is final', locked()],
    ['an ended conversation', locked({ status: 'completed', open_turns: [turn()] })],
  ])('T6: a stale attempt changes nothing: %s', (_name, state) => {
    expect(changed(decideStep(state, attempt, step))).toEqual({ change: noChange, answer: 'stale' })
    expect(changed(decideToolResult(state, attempt, result))).toEqual({ change: noChange, answer: 'stale' })
  })
})

describe('T8: results of tool calls', () => {
  test('keeps a result once', () => {
    const { change } = changed(decideToolResult(locked({ open_turns: [turn(pending)] }), attempt, result))
    expect(change.items).toEqual([{ type: 'function_call_output', turn_id: 'turn-1', ...found }])
    expect(change.events).toEqual([{ type: 'tool_call.completed', data: { turn_id: 'turn-1', ...found } }])
    const again = decideToolResult(locked({ open_turns: [turn({ steps: 1 })] }), attempt, result)
    expect(changed(again)).toEqual({ change: noChange, answer: 'written' })
  })

  test('keeps the text of the tool with it', () => {
    const said = { message_id: 'said', text: 'Wait. ', is_held: false }
    const state = locked({ open_turns: [turn(pending)] })
    const held = changed(decideToolResult(state, attempt, { ...result, said: { ...said, is_held: true } })).change
    expect(held.items).toEqual([{ type: 'function_call_output', turn_id: 'turn-1', ...found, text: 'Wait. ' }])
    expect(eventTypes(held)).toEqual(['tool_call.completed'])
    const { change } = changed(decideToolResult(state, attempt, { ...result, said }))
    expect(change.items).toMatchObject([
      { type: 'function_call_output', call_id: 'call-1' },
      {
        type: 'message',
        id: 'said',
        role: 'assistant',
        content: textContent('Wait. '),
        turn_id: 'turn-1',
        call_id: 'call-1',
      },
    ])
    expect(change.items[0]).not.toHaveProperty('said')
    expect(eventTypes(change)).toEqual(['tool_call.completed', 'message.created'])
  })

  const failure: AttemptResult = { type: 'failure', outcome: 'timed_out', error: 'too slow' }
  const state = locked({ open_turns: [turn(pending)] })
  const end = { mode: 'cut' as const, end_reason: 'ended_by_caller' as const, summary_enabled: false, partial: null }
  const ended_by = { type: 'system' as const, id: null, name: null, reason: null }
  test.each([
    ['the turn fails', decideAttemptResult(state, attempt, failure)],
    [
      'its attempts are exhausted',
      decideTakeover(locked({ open_turns: [turn({ ...pending, attempts: 3, lease_expired: true })] }), 'turn-1'),
    ],
    ['it is cancelled', decideCancel(state, 'turn-1', null)],
    ['the conversation is ended', decideEnd(state, { ...end, ended_by })],
  ])('a call without one gets an error when %s', (_how, decision) => {
    const { items } = changed<unknown>(decision).change
    expect(items).toMatchObject([
      { type: 'function_call_output', call_id: 'call-1', is_error: true, turn_id: 'turn-1' },
    ])
  })

  test('text of a stored step is not stored again as partial text', () => {
    const said = { ...attempt, text: 'Let me look. ', message_id: 'partial', calls: [] }
    const kept = changed(decideCancel(locked({ open_turns: [turn({ steps: 1 })] }), 'turn-1', { ...said, step: 0 }))
    expect(kept.change.items).toEqual([])
    const next = changed(decideCancel(locked({ open_turns: [turn({ steps: 1 })] }), 'turn-1', { ...said, step: 1 }))
    expect(next.change.items).toMatchObject([{ content: textContent('Let me look. '), interrupted: true }])
  })
})

describe('decideAttemptResult', () => {
  test('writes the reply and starts the next turn in the same change', () => {
    const open_turns = [turn(), waiting('turn-2'), waiting('turn-3')]
    const { change, answer } = changed(
      decideAttemptResult(locked({ open_turns }), { turn_id: 'turn-1', lease: 7 }, reply),
    )
    expect(answer).toBe('written')
    expect(change.ended_turns).toMatchObject([{ id: 'turn-1', outcome: 'reply', input_tokens: 4, output_tokens: 5 }])
    expect(change.items).toMatchObject([{ role: 'assistant', content: textContent('Hi'), turn_id: 'turn-1' }])
    expect(change.started_turn).toEqual({ id: 'turn-2', takeover: false })
  })

  test.each([
    ['another lease', locked({ open_turns: [turn({ lease: 8 })] })],
    ['a turn that is final', locked()],
    ['a turn that is queued again', locked({ open_turns: [waiting('turn-1')] })],
    ['an ended conversation', locked({ status: 'completed', open_turns: [turn()] })],
  ])('T6: a stale attempt changes nothing: %s', (_name, state) => {
    const { change, answer } = changed(decideAttemptResult(state, { turn_id: 'turn-1', lease: 7 }, reply))
    expect(answer).toBe('stale')
    expect(change).toEqual(noChange)
  })

  test('a failure is recorded without a message, and the next turn starts', () => {
    const open_turns = [turn(), waiting('turn-2')]
    const failure: AttemptResult = { type: 'failure', outcome: 'timed_out', error: 'too slow' }
    const { change } = changed(decideAttemptResult(locked({ open_turns }), { turn_id: 'turn-1', lease: 7 }, failure))
    expect(change.ended_turns).toMatchObject([{ outcome: 'timed_out', error: 'too slow' }])
    expect(change.items).toEqual([])
    expect(change.started_turn?.id).toBe('turn-2')
  })
})

describe('an agent that ends the conversation', () => {
  const ended_by = { type: 'agent' as const, id: 'agent', name: 'Ada', reason: null }
  const ending = { end_reason: 'ended_by_agent' as const, ended_by, summary_enabled: true }
  const decide = (state: LockedConversation, result: AttemptResult = { ...reply, ending }) =>
    changed(decideAttemptResult(state, attempt, result)).change

  test('its reply, the end of waiting turns, and the end of the conversation are one change', () => {
    const change = decide(locked({ open_turns: [turn(), waiting('turn-2')], user_turn_count: 2 }))
    expect(change.items).toMatchObject([{ content: textContent('Hi') }])
    expect(change.ended_turns).toMatchObject([
      { id: 'turn-1', outcome: 'reply' },
      { id: 'turn-2', outcome: 'conversation_ended' },
    ])
    expect(change.end).toMatchObject({ status: 'completed', end_reason: 'ended_by_agent', ended_by })
    expect(change.started_turn).toBeNull()
    const types = ['message.created', 'turn.completed', 'turn.cancelled', 'conversation.ended']
    expect(eventTypes(change)).toEqual(types)
  })

  test('an end that was requested earlier takes precedence and waits for every turn', () => {
    const asked = { ...ending, end_reason: 'ended_by_caller' as const }
    const change = decide(locked({ open_turns: [turn(), waiting('turn-2')], ending: asked }))
    expect(change).toMatchObject({ end: null, started_turn: { id: 'turn-2' } })
    expect(decide(locked({ open_turns: [turn()], ending: asked })).end).toMatchObject({ end_reason: 'ended_by_caller' })
  })

  test('text that came with a step is not repeated and counts no tokens', () => {
    const change = decide(locked({ open_turns: [turn({ steps: 1 })] }), { ...reply, ending, text: '', usage: null })
    expect(change.items).toEqual([])
    expect(change.ended_turns).toMatchObject([{ outcome: 'reply', steps: 0, input_tokens: null }])
    expect(change.end).not.toBeNull()
  })
})

describe('decideTakeover', () => {
  const decide = (turns: OpenTurn[]) => changed(decideTakeover(locked({ open_turns: turns }), turns[0]!.id))

  test('leaves a turn alone while its lease is valid', () => {
    expect(decide([turn()]).answer).toBe('nothing')
  })

  test('takes over a turn whose lease ran out, and one that waits although no turn runs', () => {
    expect(decide([turn({ lease_expired: true })]).change.started_turn).toEqual({ id: 'turn-1', takeover: true })
    expect(decide([waiting('turn-1')]).change.started_turn).toEqual({ id: 'turn-1', takeover: false })
  })

  test('leaves a turn alone that waits behind another', () => {
    const open_turns = [turn(), waiting('turn-2')]
    expect(changed(decideTakeover(locked({ open_turns }), 'turn-2')).answer).toBe('nothing')
  })

  test.each([
    ['attempts_exhausted', { attempts: 3 }],
    ['timed_out', { past_deadline: true }],
  ] as const)('T10: fails with %s and starts the next', (outcome, fields) => {
    const { change, answer } = decide([turn({ lease_expired: true, ...fields }), waiting('turn-2')])
    expect(answer).toBe('failed')
    expect(change.ended_turns).toMatchObject([{ id: 'turn-1', outcome }])
    expect(change.started_turn).toEqual({ id: 'turn-2', takeover: false })
  })
})
