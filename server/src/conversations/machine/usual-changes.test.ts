import { describe, expect, test } from 'vitest'
import { changed, locked, turn, waiting } from '../../../test/conversations/decision-fixture.ts'
import { decideAttemptResult } from './attempt-decisions.ts'
import type { Change, LockedConversation } from './change.ts'
import { textContent } from './content.ts'
import { type MessageInput, decideMessage } from './decisions.ts'
import type { FoundConversation } from './rows.ts'
import { isUsualBeginning, isUsualReply, stateAfterBeginning, stateIfQuiet } from './usual-changes.ts'

const message: MessageInput = {
  ...({ concurrency: 'queue', interactivity: 'plain', agent_version_id: 'version', max_seconds: 60 } as const),
  ...{ message_id: 'message', turn_id: 'turn-1', content: textContent('Hello'), author: null, from: 'caller' as const },
  ...{ max_waiting: 3, limit: null, partial: null },
}
const metrics = { model: 'm', ttft_ms: 1, llm_ms: 1, tools_ms: 0, total_ms: 1, input_tokens: 1, output_tokens: 1 }
const reply = {
  ...({ type: 'reply', text: 'Hi', message_id: 'reply', metrics, ending: null } as const),
  usage: { input_tokens: 1, output_tokens: 1 },
}
const begin = (state: LockedConversation, input = message) => changed(decideMessage(state, input)).change
const end = (state: LockedConversation) =>
  changed(decideAttemptResult(state, { turn_id: 'turn-1', lease: 7 }, reply)).change

const by = { type: 'user' as const, id: null, name: null, reason: null }
const ending = { end_reason: 'ended_by_caller' as const, ended_by: by, summary_enabled: false }

describe('a message begins a turn in the usual way', () => {
  test('where nothing else happens', () => {
    const state = locked()
    expect(isUsualBeginning({ state, change: begin(state) })).toBe(true)
    expect(isUsualReply({ state, change: begin(state) })).toBe(false)
  })

  test('not with a claim, which has a row of its own', () => {
    const state = locked()
    for (const claim of [{ client_id: 'its-id' }, { in_reply_to: 'call', values: {} }]) {
      expect(isUsualBeginning({ state, change: begin(state, { ...message, ...claim }) })).toBe(false)
    }
  })

  test.each<[string, Partial<LockedConversation>]>([
    ['another turn is open', { open_turns: [turn({ id: 'other' })] }],
    ['people have had it', { handling: { priority: 2 } as never }],
    ['people have it', { handled_by: 'queue' }],
    ['it is about to end', { ending }],
  ])('not if %s', (_why, fields) => {
    const usual = begin(locked())
    expect(isUsualBeginning({ state: locked(fields), change: usual })).toBe(false)
  })

  test.each<[string, Partial<Change>]>([
    ['it waits', { new_turn: { ...begin(locked()).new_turn!, start: false } }],
    ['it is another try', { new_turn: { ...begin(locked()).new_turn!, messages_of: 'failed' } }],
    ['it is given to people', { new_turn: { ...begin(locked()).new_turn!, given: 'for_person' } }],
    ['it replaces another', { ended_turns: end(locked({ open_turns: [turn()] })).ended_turns }],
    ['it is the last one', { ending }],
    ['it asks for a person', { handling: { priority: 2 } as never }],
  ])('not if %s', (_why, fields) => {
    const state = locked()
    expect(isUsualBeginning({ state, change: { ...begin(state), ...fields } })).toBe(false)
  })
})

describe('a reply ends a turn in the usual way', () => {
  const state = locked({ open_turns: [turn()] })

  test('if the turn consists of it', () => {
    expect(isUsualReply({ state, change: end(state) })).toBe(true)
    expect(isUsualBeginning({ state, change: end(state) })).toBe(false)
  })

  test.each<[string, Partial<LockedConversation>]>([
    ['another turn waits', { open_turns: [turn(), waiting('turn-2')] }],
    ['it had steps before', { open_turns: [turn({ steps: 1 })] }],
    ['it has stored searches', { open_turns: [turn({ retrievals: 1 })] }],
    ['another has its turn', { open_turns: [turn({ lease: 8 })] }],
    ['people have had it', { handling: { priority: 2 } as never }],
    ['it is about to end', { ending }],
  ])('not if %s', (_why, fields) => {
    const other = locked({ open_turns: [turn()], ...fields })
    expect(isUsualReply({ state: other, change: end(other) })).toBe(false)
  })

  test.each<[string, Partial<Change>]>([
    ['it ends the conversation', { end: { status: 'ended' } as never }],
    ['the next one starts', { started_turn: { id: 'turn-2', takeover: false } }],
    ['searches are stored with it', { retrievals: [{ turn_id: 'turn-1' } as never] }],
    ['it is no reply', { ended_turns: [{ ...end(state).ended_turns[0]!, outcome: 'model_error' }] }],
  ])('not if %s', (_why, fields) => {
    expect(isUsualReply({ state, change: { ...end(state), ...fields } })).toBe(false)
  })
})

describe('what is expected', () => {
  test('after a message: its turn runs here, and nothing else', () => {
    const state = locked({ failed_turns: 1, failed_since: locked().updated_at, failed_messages: 1, is_warned: true })
    const left = stateAfterBeginning({ state, change: begin(state) }, 'this-node')!
    expect(left).toMatchObject({
      ...{ next_position: state.next_position + 1, next_turn: state.next_turn + 1, user_turn_count: 2 },
      ...{ updated_at: state.now, silent_since: state.now, is_warned: false },
      open_turns: [{ id: 'turn-1', lease: state.next_lease, node_id: 'this-node', steps: 0, messages: 1 }],
    })
    expect(left.next_sequence - state.next_sequence).toBe(begin(state).events.length)
    const { failed_turns, failed_messages } = left
    expect({ failed_turns, failed_messages }).toEqual({ failed_turns: 1, failed_messages: 1 })
  })

  test('is not known after another change', () => {
    const state = locked({ open_turns: [turn()] })
    expect(stateAfterBeginning({ state, change: begin(state) }, 'this-node')).toBeNull()
  })

  test('is not known of a conversation that is about to end', () => {
    const found = { ...locked(), is_ending: false } as unknown as FoundConversation
    expect(stateIfQuiet(found)).toMatchObject({ id: found.id, updated_at: found.updated_at, open_turns: [] })
    expect(stateIfQuiet({ ...found, is_ending: true })).toBeNull()
  })
})
