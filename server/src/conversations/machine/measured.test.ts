import { expect, test } from 'vitest'
import { changed, locked, turn, waiting } from '../../../test/conversations/decision-fixture.ts'
import { type NewTurn, noChange } from './change.ts'
import { decideEnd } from './decisions.ts'
import { measuredIn } from './measured.ts'

const now = '2026-01-31T12:00:10.500000Z'
const asked_at = '2026-01-31T12:00:08.000000Z'

test('a turn takes as long as its message waits for the end of it', () => {
  const state = locked({ now, open_turns: [turn({ id: 'one', asked_at })] })
  const metrics = { model: 'm', ttft_ms: 250, llm_ms: 1, tools_ms: 0, total_ms: 1, input_tokens: 1, output_tokens: 1 }
  const ended = {
    id: 'one',
    outcome: 'reply' as const,
    error: null,
    steps: 1,
    metrics,
    input_tokens: 1,
    output_tokens: 1,
  }
  expect(measuredIn(state, { ...noChange, ended_turns: [ended] })).toEqual({
    turns: [{ outcome: 'reply', seconds: 2.5, first_text_seconds: 0.25 }],
    end: null,
  })
})

test('an end tells its reason and channel, and each turn that it cancels', () => {
  const state = locked({ now, open_turns: [turn({ asked_at }), waiting('turn-2')] })
  const ended_by = { type: 'user' as const, id: null, name: null, reason: null }
  const rules = { mode: 'cut' as const, end_reason: 'ended_by_caller' as const, ended_by, summary_enabled: false }
  const { change } = changed(decideEnd(state, { ...rules, partial: null }))
  const { turns, end } = measuredIn(state, change)
  expect(turns.map(({ outcome, first_text_seconds }) => [outcome, first_text_seconds])).toEqual([
    ['conversation_ended', null],
    ['conversation_ended', null],
  ])
  expect(end).toEqual({ reason: 'ended_by_caller', channel: 'text' })
})

test('a message that is given to people as it is stored counts as a turn', () => {
  const { change } = changed({ change: { ...noChange, new_turn: given }, answer: null })
  expect(measuredIn(locked(), change).turns).toEqual([{ outcome: 'for_person', seconds: 0, first_text_seconds: null }])
})

const given: NewTurn = {
  ...{
    id: 'new',
    concurrency: 'queue' as const,
    interactivity: 'plain' as const,
    agent_version_id: 'version',
    max_seconds: 120,
  },
  ...{ start: false, given: 'for_person' as const, messages_of: null },
}
