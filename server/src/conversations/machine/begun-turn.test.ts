import { expect, test } from 'vitest'
import { begunTurn } from './begun-turn.ts'
import { locked } from '../../../test/conversations/decision-fixture.ts'
import type { ConversationRecord } from '../read/conversation.ts'

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
const read = (updated_at: string) => ({ id: state.id, updated_at }) as ConversationRecord

test('its deadline has the microseconds of its start', () => {
  const begun = begunTurn(state, read(state.updated_at), turn, ['message'])
  expect(begun!.turn.deadline_at).toBe('2026-02-01T00:01:30.123456Z')
})

test('is not known where the conversation was changed after it was read', () => {
  expect(begunTurn(state, read('2025-12-31T23:59:58.999999Z'), turn, ['message'])).toBeUndefined()
})
