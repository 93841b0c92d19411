// Locked conversations and open turns for the tests of decisions.
import {
  type Change,
  type Decision,
  type LockedConversation,
  type OpenTurn,
  isRefusal,
} from '../../src/conversations/machine/change.ts'

export const locked = (fields: Partial<LockedConversation> = {}): LockedConversation => ({
  id: 'conversation',
  organization_id: 'organization',
  channel: 'text',
  status: 'in_progress',
  agent_id: 'agent',
  web_widget_id: null,
  agent_version_id: 'version',
  ending: null,
  redaction: null,
  content_purged_at: null,
  is_held_back: false,
  user_turn_count: 1,
  handled_by: 'agent',
  handling: null,
  failed_turns: 0,
  failed_since: null,
  failed_messages: 0,
  created_at: '2025-12-31T23:00:00.000000Z',
  silent_since: '2025-12-31T23:59:59.000000Z',
  is_warned: false,
  next_position: 3,
  next_sequence: 9,
  next_turn: 3,
  open_turns: [],
  updated_at: '2025-12-31T23:59:59.000000Z',
  now: '2026-01-01T00:00:00.000000Z',
  next_lease: 1,
  claimed: { stored_turn_id: null, is_answered: false },
  ...fields,
})

export const turn = (fields: Partial<OpenTurn> = {}): OpenTurn => ({
  id: 'turn-1',
  sequence: 1,
  status: 'running',
  concurrency: 'queue',
  messages: 1,
  attempts: 1,
  steps: 0,
  retrievals: 0,
  queued_at: '2025-12-31T23:59:58.000000Z',
  asked_at: '2025-12-31T23:59:58.000000Z',
  pending_calls: [],
  lease: 7,
  accepted_by: 'node',
  node_id: 'node',
  lease_expired: false,
  past_deadline: false,
  ...fields,
})

export const waiting = (id: string, fields: Partial<OpenTurn> = {}) =>
  turn({ id, status: 'queued', lease: null, attempts: 0, ...fields })

export function changed<T>(decision: Decision<T>): { change: Change; answer: T } {
  if (isRefusal(decision)) throw new Error(`refused: ${decision.refused}`)
  return decision
}

export const eventTypes = (change: Change) => change.events.map((event) => event.type)
