// What must hold for a conversation whatever has happened to it, read from the database, bypassing the servers.
import type { EventType } from '@parley/contract'
import { sql } from '../support/sql.ts'
import { expect } from 'vitest'
import type { PooledDatabase } from '../../src/database/database.ts'
import type { Outcome } from './oracle.ts'

interface ItemRow {
  id: string
  position: number
  turn_id: string | null
  type: 'message' | 'function_call' | 'function_call_output'
  role: string
  text: string
  interrupted: boolean
  name: string
  call_id: string
  is_error: boolean
}

interface TurnRow {
  id: string
  sequence: number
  status: string
  outcome: string | null
  attempts: number
  steps: number
  messages_of: string | null
}

interface EventRow {
  sequence: number
  type: EventType
  data: { id?: string; turn_id?: string; call_id?: string }
}

interface ConversationRow {
  status: string
  is_deleted: boolean
  notes: string[]
  next_position: number
  next_sequence: number
  next_turn: number
  user_turn_count: number
}

export interface Stored {
  conversation: ConversationRow
  items: ItemRow[]
  turns: TurnRow[]
  events: EventRow[]
}

export async function readStored(database: PooledDatabase, conversation_id: string): Promise<Stored> {
  const { rows } = await sql<Stored>`
    select jsonb_build_object('status', c.status, 'is_deleted', c.deleted_at is not null,
        'notes', array(select key from jsonb_object_keys(c.custom_metadata) key order by key),
        'next_position', p.next_position, 'next_sequence', p.next_sequence, 'next_turn', p.next_turn,
        'user_turn_count', p.user_turn_count) as conversation,
      (select coalesce(jsonb_agg(to_jsonb(i) || jsonb_build_object('text', array_to_string(i.content, '')) order by position), '[]')
        from transcript_items i where i.conversation_id = c.id) as items,
      (select coalesce(jsonb_agg(to_jsonb(t) order by sequence), '[]') from turns t where t.conversation_id = c.id) as turns,
      (select coalesce(jsonb_agg(to_jsonb(e) order by sequence), '[]') from events e where e.conversation_id = c.id) as events
    from conversations c join conversation_progress p on p.conversation_id = c.id
    where c.id = ${conversation_id}`.execute(database)
  return rows[0]!
}

export function outcomeOf({ conversation, items, turns }: Stored): Outcome | 'deleted' {
  if (conversation.is_deleted) return 'deleted'
  return {
    status: conversation.status,
    items: items.map(describeItem),
    turns: turns.map(({ status, outcome, attempts }) => ({ status, outcome, attempts })),
    notes: conversation.notes,
  }
}

function describeItem({ type, role, text, interrupted, name, is_error }: ItemRow): string {
  if (type === 'function_call') return `call: ${name}`
  if (type === 'function_call_output') return `${is_error ? 'error' : 'result'}: ${name}`
  return `${role}${interrupted ? ', interrupted' : ''}: ${text}`
}

const upTo = (count: number, from: number) => Array.from({ length: count }, (_, index) => from + index)

export function checkInvariants(stored: Stored): void {
  if (stored.conversation.is_deleted) return checkTombstone(stored)
  checkOrder(stored)
  for (const turn of stored.turns) checkTurn(stored, turn)
  expect(stored.turns.filter(({ status }) => status === 'running').length, 'T3: turns that run').toBeLessThanOrEqual(1)
  checkEnd(stored)
}

function checkTombstone({ conversation, items, turns, events }: Stored): void {
  expect([items, turns]).toEqual([[], []])
  expect(events.map(({ type, sequence }) => [type, sequence])).toEqual([
    ['conversation.deleted', conversation.next_sequence - 1],
  ])
}

/** T4, and the same for events and turns. */
function checkOrder({ conversation, items, turns, events }: Stored): void {
  expect(items.map(({ position }) => position)).toEqual(upTo(conversation.next_position, 0))
  expect(events.map(({ sequence }) => sequence)).toEqual(upTo(conversation.next_sequence - 1, 1))
  expect(turns.map(({ sequence }) => sequence)).toEqual(upTo(conversation.next_turn - 1, 1))
  const told = events.filter(({ type }) => type === 'message.created').map(({ data }) => data.id)
  expect(told, 'each message has its event, in the same order').toEqual(
    items.filter(({ type }) => type === 'message').map(({ id }) => id),
  )
  const results = events.filter(({ type }) => type === 'tool_call.completed').map(({ data }) => data.call_id)
  const stored = items.filter(({ type }) => type === 'function_call_output').map(({ call_id }) => call_id)
  expect(results, 'each result has its event').toEqual(stored)
  expect(new Set(stored).size, 'T8: one result of a call').toBe(stored.length)
  expect(conversation.user_turn_count).toBe(items.filter(({ role }) => role === 'user').length)
}

/** T2: one final state and one reply, after the message. */
function checkTurn({ items, turns, events }: Stored, turn: TurnRow): void {
  const messages = items.filter(({ role, turn_id }) => role === 'user' && turn_id === (turn.messages_of ?? turn.id))
  expect(messages.length, 'messages of a turn').toBeGreaterThan(0)
  const replies = items.filter(({ role, turn_id }) => role === 'assistant' && turn_id === turn.id)
  const whole = replies.filter(({ interrupted }) => !interrupted)
  expect(whole.length, 'what a turn says whole: once a step').toBe(turn.steps)
  if (turn.status === 'completed') expect(replies.at(-1)?.interrupted, 'its reply').toBe(false)
  const calls = items.filter(({ type, turn_id }) => type === 'function_call' && turn_id === turn.id)
  const results = items.filter(({ type, turn_id }) => type === 'function_call_output' && turn_id === turn.id)
  if (turn.outcome !== null) expect(results.map(({ call_id }) => call_id)).toEqual(calls.map(({ call_id }) => call_id))
  expect(replies.length - whole.length, 'partial replies').toBeLessThanOrEqual(turn.status === 'cancelled' ? 1 : 0)
  for (const { position } of replies) expect(messages.every((message) => message.position < position)).toBe(true)

  const told = events.filter(({ type, data }) => type.startsWith('turn.') && data.turn_id === turn.id)
  const types = told.map(({ type }) => type)
  const starts = Array.from({ length: turn.attempts }, () => 'turn.started')
  const final = { queued: [], running: [], completed: ['turn.completed'], failed: ['turn.failed'] }[turn.status]
  expect(types).toEqual(['turn.queued', ...starts, ...(final ?? ['turn.cancelled'])])
  const answered = turns.filter(({ id, messages_of, status }) => {
    return (messages_of ?? id) === (turn.messages_of ?? turn.id) && status === 'completed'
  })
  expect(answered.length, 'turns that answered the same messages').toBeLessThanOrEqual(1)
}

/** T5: one end, and nothing of the conversation's course after it. */
function checkEnd({ conversation, turns, events }: Stored): void {
  const ends = events.filter(({ type }) => type === 'conversation.ended')
  expect(ends.length).toBe(conversation.status === 'completed' ? 1 : 0)
  if (ends.length === 0) return
  expect(turns.filter(({ status }) => status === 'queued' || status === 'running')).toEqual([])
  const later = events.filter(({ sequence }) => sequence > ends[0]!.sequence).map(({ type }) => type)
  const allowed = ['conversation.analyzed', 'conversation.analysis_failed', 'conversation.updated']
  expect(later.filter((type) => !allowed.includes(type))).toEqual([])
}
