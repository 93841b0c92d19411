import { describe, expect, test } from 'vitest'
import { decideAttemptResult } from './attempt-decisions.ts'
import { changed, locked, turn, waiting } from '../../../test/conversations/decision-fixture.ts'
import { type LockedConversation, noChange } from './change.ts'
import { textContent } from './content.ts'
import { decideEnd } from './decisions.ts'
import type { ConversationRecord } from './rows.ts'
import { begunTurn, endedTurns } from './turn-snapshots.ts'

const metrics = { model: 'm', ttft_ms: 1, llm_ms: 1, tools_ms: 0, total_ms: 1, input_tokens: 1, output_tokens: 1 }
const reply = {
  type: 'reply' as const,
  text: 'Hello',
  message_id: 'reply',
  metrics,
  usage: { input_tokens: 1, output_tokens: 1 },
  ending: null,
}
const attempt = { turn_id: 'turn-1', lease: 7 }

describe('a reply', () => {
  test('is reported as it is stored', () => {
    const state = locked({ open_turns: [turn({ node_id: 'other' }), waiting('turn-2')] })
    const { change } = changed(decideAttemptResult(state, attempt, reply))
    const [ended, ...rest] = endedTurns(state, change)
    expect(rest).toEqual([])
    expect(ended).toMatchObject({ id: 'turn-1', status: 'completed', outcome: 'reply', attempts: 1, steps: 1 })
    expect(ended!.nodes).toEqual(['node', 'other'])
    const stored = { id: 'reply', position: state.next_position, role: 'assistant', content: ['Hello'], metrics }
    expect(ended!.items).toMatchObject([{ ...stored, type: 'message', call_id: null, created_at: state.now }])
  })

  test('after earlier steps, it does not have everything that was said', () => {
    const state = locked({ open_turns: [turn({ steps: 1 })] })
    const { change } = changed(decideAttemptResult(state, attempt, reply))
    expect(endedTurns(state, change)).toMatchObject([{ steps: 2, items: null }])
  })
})

test('an end cancels all turns, and each has its own text', () => {
  const state = locked({ open_turns: [turn(), waiting('turn-2')] })
  const partial = { turn_id: 'turn-1', lease: 7, step: 0, calls: [], text: 'Hal', message_id: 'partial' }
  const ended_by = { type: 'user' as const, id: null, name: null, reason: null }
  const end = { mode: 'cut' as const, end_reason: 'ended_by_caller' as const, ended_by, summary_enabled: false }
  const { change } = changed(decideEnd(state, { ...end, partial }))
  expect(endedTurns(state, change)).toMatchObject([
    { id: 'turn-1', outcome: 'conversation_ended', items: [{ content: ['Hal'], interrupted: true }] },
    { id: 'turn-2', outcome: 'conversation_ended', attempts: 0, items: [] },
  ])
})

describe('a turn that begins', () => {
  const state = locked({ now: '2026-01-31T23:59:30.123456Z' })
  const turn = {
    id: 'turn',
    concurrency: 'queue' as const,
    interactivity: 'plain' as const,
    agent_version_id: 'version',
    max_seconds: 120,
    start: true,
    messages_of: null,
  }
  const message = {
    ...({ type: 'message', id: 'message', role: 'user', content: textContent('Hello'), author: null } as const),
    ...{ interrupted: false, turn_id: 'turn', metrics: null },
  }
  const change = { ...noChange, new_turn: turn, items: [message] }
  const read = (updated_at: string) => ({ id: state.id, updated_at }) as ConversationRecord
  const begunIn = (found: LockedConversation, updated_at = found.updated_at) =>
    begunTurn(found, read(updated_at), turn, change, 'node')

  test('its deadline keeps the microseconds of its start', () => {
    const begun = begunIn(state)
    expect(begun!.turn.deadline_at).toBe('2026-02-01T00:01:30.123456Z')
  })

  test('has what its commit adds to the transcript, if that is stored as it was said', () => {
    const begun = begunIn(state)
    expect(begun!.turn.user_message_ids).toEqual(['message'])
    expect(begun!.said).toMatchObject([
      { id: 'message', position: state.next_position, content: ['Hello'], created_at: state.now },
    ])
    const redacting = { ...state, redaction: { entities: ['email'], patterns: [] } as never }
    expect(begunIn(redacting)!.said).toBeNull()
  })

  test('is unknown if the conversation changed after it was read', () => {
    expect(begunIn(state, '2025-12-31T23:59:58.999999Z')).toBeUndefined()
  })
})
