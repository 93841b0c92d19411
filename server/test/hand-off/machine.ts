// The states of a conversation for the tests of the machine, and an oracle written from the specification alone.
import type { HandledBy } from '@parley/contract'
import { type HandlingRecord, noHandling } from '../../src/conversations/machine/handling.ts'
import type { WaitPlan } from '../../src/conversations/machine/handling-decisions.ts'
import { rulesWithoutTeam } from '../../src/hand-off/rules/default-team.ts'
import { locked, turn, waiting } from '../conversations/decision-fixture.ts'

export const ann = { type: 'user' as const, id: 'ann', name: 'Ann' }
export const bob = { type: 'user' as const, id: 'bob', name: 'Bob' }
export const by = { by: { type: 'user' as const, id: 'ann', name: 'Ann' }, why: 'call' as const }

export const plan: WaitPlan = {
  rules: rulesWithoutTeam,
  max_seconds: 1800,
  message: { message_id: 'wait', text: 'A person will answer you here.' },
  declines: null,
}

export const now = '2026-01-01T00:00:00.000000Z'
const before = '2025-12-31T23:00:00.000000Z'
const later = '2026-01-01T00:30:00.000000Z'

const queued: HandlingRecord = {
  ...noHandling,
  ...{ handled_by: 'queue', reason: 'requested', requested_at: before, waiting_since: before, wait_until: later },
  rules: rulesWithoutTeam,
}
const held: HandlingRecord = {
  ...noHandling,
  ...{ handled_by: 'person', assignee_type: 'user', assignee_id: 'ann', assignee_name: 'Ann', taken_at: before },
  ...{ reason: 'requested', unanswered_since: before, unanswered: 1 },
}

/** In each state; with its agent, one turn runs and one waits. */
export const states = {
  agent: () => locked({ open_turns: [turn({ pending_calls: [{ call_id: 'c', name: 'look' }] }), waiting('turn-2')] }),
  queue: (more: Partial<HandlingRecord> = {}) => locked({ handled_by: 'queue', handling: { ...queued, ...more } }),
  person: (more: Partial<HandlingRecord> = {}) => locked({ handled_by: 'person', handling: { ...held, ...more } }),
} satisfies Record<HandledBy, () => ReturnType<typeof locked>>

/** What the specification says of each cell: the state that follows, a refusal, or `=`: nothing changes. */
export type Expected = HandledBy | `409 ${string}` | '='

export const table: Record<string, Record<HandledBy, Expected>> = {
  request: { agent: 'queue', queue: '=', person: '409 conversation_taken' },
  'take by the holder, or of a free one': { agent: 'person', queue: 'person', person: '=' },
  'take by another': { agent: 'person', queue: 'person', person: '409 conversation_taken' },
  'take by another who names the holder': { agent: 'person', queue: 'person', person: 'person' },
  'take by another who names somebody else': { agent: 'person', queue: 'person', person: '409 conversation_taken' },
  'assign to another person': { agent: 'queue', queue: 'queue', person: 'queue' },
  'assign to a team': { agent: 'queue', queue: 'queue', person: 'queue' },
  'assign to nobody': { agent: 'queue', queue: '=', person: 'queue' },
  'reply by the holder': { agent: '409 conversation_not_taken', queue: '409 conversation_not_taken', person: 'person' },
  'reply by another': {
    agent: '409 conversation_not_taken',
    queue: '409 conversation_not_taken',
    person: '409 conversation_taken',
  },
  'reply with take': { agent: 'person', queue: 'person', person: '409 conversation_taken' },
  'return by the holder': { agent: '=', queue: 'agent', person: 'agent' },
  'return by another': { agent: '=', queue: 'agent', person: '409 conversation_taken' },
  'return by a manager': { agent: '=', queue: 'agent', person: 'agent' },
  'offer over': { agent: '=', queue: 'queue', person: '=' },
  'wait over': { agent: '=', queue: 'agent', person: '=' },
  message: { agent: 'agent', queue: 'queue', person: 'person' },
  'write of an attempt': { agent: 'agent', queue: '=', person: '=' },
  end: { agent: 'agent', queue: 'queue', person: 'person' },
}
