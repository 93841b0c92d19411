// Writes conversations that did not exist: created here, or brought in with their history. The other half of commit.ts.
import type { Channel, ConversationStatus, Direction, EndReason, EndedBy, EventType } from '@parley/contract'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import type { JsonObject } from '../../base/json.ts'
import type { ItemRecord } from '../read/conversation.ts'
import { countEnded } from './write-changes.ts'

/** What a conversation is born with. */
export interface NewConversation {
  id: string
  direction: Direction
  channel: Channel
  status: ConversationStatus
  user_id: string
  agent_id: string | null
  agent_name: string | null
  agent_version_id: string | null
  agent_number: string | null
  to_address: string | null
  from_address: string | null
  subject: string | null
  web_widget_id: string | null
  trunk_id: string | null
  initial_context: string | null
  custom_metadata: JsonObject
  recording_details: JsonObject | null
  content_fingerprint: Buffer | null
}

const insertStatement = statement(
  'insert_conversation',
  `insert into conversations (id, organization_id, direction, channel, status, user_id, agent_id, agent_name, agent_version_id,
     agent_number, to_address, from_address, subject, web_widget_id, trunk_id, initial_context, custom_metadata,
     recording_details, content_fingerprint, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
           coalesce($20::timestamptz, clock_timestamp()))
   on conflict do nothing
   returning created_at`,
)

// The first microsecond from $2 on that no conversation of the organization has.
const freeTimeStatement = statement(
  'free_created_at',
  `select taken.created_at + interval '1 microsecond' as free
   from conversations taken
   where taken.organization_id = $1 and taken.created_at >= $2::timestamptz
     and not exists (select from conversations next where next.organization_id = taken.organization_id
                     and next.created_at = taken.created_at + interval '1 microsecond')
   order by taken.created_at limit 1`,
)

/** Tries to find a free `created_at` before the insert is given up: each loss means that another insert went through. */
const max_time_tries = 100

/**
 * Inserts the row; `created_at` null means now. A time that is taken moves on by microseconds, since pagination needs it
 * unique. Answers the time, or null when the id is taken.
 */
export async function insertConversation(
  store: Store,
  conversation: NewConversation,
  created_at: string | null,
): Promise<string | null> {
  let time = created_at
  for (let tries = 0; tries < max_time_tries; tries += 1) {
    const inserted = await tryInsert(store, conversation, time)
    if (inserted !== null) return inserted
    if (await isIdTaken(store, conversation.id)) return null
    if (created_at === null) continue
    const [row] = await store.query<{ free: string }>(freeTimeStatement, [store.organization_id, time])
    time = row?.free ?? time
  }
  throw new Error(`no free created_at after ${max_time_tries} tries`)
}

async function tryInsert(store: Store, row: NewConversation, created_at: string | null): Promise<string | null> {
  const [inserted] = await store.query<{ created_at: string }>(insertStatement, [
    row.id,
    store.organization_id,
    row.direction,
    row.channel,
    row.status,
    row.user_id,
    row.agent_id,
    row.agent_name,
    row.agent_version_id,
    row.agent_number,
    row.to_address,
    row.from_address,
    row.subject,
    row.web_widget_id,
    row.trunk_id,
    row.initial_context,
    JSON.stringify(row.custom_metadata),
    row.recording_details && JSON.stringify(row.recording_details),
    row.content_fingerprint,
    created_at,
  ])
  return inserted?.created_at ?? null
}

const takenStatement = statement('is_conversation_id_taken', 'select from conversations where id = $1')

/** Whether the id is in use by anyone, a deleted conversation included: nothing more is told across organizations. */
export async function isIdTaken(store: Store, id: string): Promise<boolean> {
  return (await store.query(takenStatement, [id])).length > 0
}

// As long as an idempotency key is kept.
const bornWithStatement = statement(
  'was_born_with',
  `select from events
   where conversation_id = $1 and organization_id = $2 and sequence = 1 and id = $3
     and occurred_at > clock_timestamp() - interval '24 hours'`,
)

/** Whether the first event of the conversation is this one, and no older than a key can be. */
export async function wasBornWith(store: Store, conversation_id: string, event_id: string): Promise<boolean> {
  return (await store.query(bornWithStatement, [conversation_id, store.organization_id, event_id])).length > 0
}

export interface NewProgress {
  user_turn_count: number
  last_activity_at: string
  updated_at: string
}

export interface NewEvent {
  id: string
  type: EventType
  data: JsonObject
}

const insertHistoryStatement = statement(
  'insert_history',
  `with items as (
     insert into transcript_items (conversation_id, organization_id, position, id, type, turn_id, role, content, interrupted,
                                   metrics, call_id, name, arguments, output, is_error, latency_ms, created_at)
     select $1, $2, i.position, i.id, i.type, i.turn_id, i.role, i.content, i.interrupted, i.metrics, i.call_id, i.name,
            i.arguments, i.output, i.is_error, i.latency_ms, i.created_at
     from jsonb_to_recordset($3::jsonb) as i(position integer, id uuid, type text, turn_id uuid, role text, content text[],
       interrupted boolean, metrics jsonb, call_id text, name text, arguments jsonb, output jsonb, is_error boolean,
       latency_ms integer, created_at timestamptz)
   ), events as (
     insert into events (conversation_id, organization_id, sequence, id, type, occurred_at, data)
     select $1, $2, e.sequence, e.id, e.type, clock_timestamp(), e.data
     from jsonb_to_recordset($4::jsonb) as e(sequence bigint, id uuid, type text, data jsonb)
   ), counted as (
     insert into statistics_deltas (organization_id, agent_id, at, counters)
     select organization_id, agent_id, created_at, jsonb_build_object('conversations', 1, 'user_messages', $7::integer)
     from conversations where id = $1 and organization_id = $2 and status <> 'token_created'
   )
   insert into conversation_progress (conversation_id, organization_id, next_position, next_sequence, user_turn_count,
                                      last_activity_at, updated_at)
   values ($1, $2, $5::integer, $6::bigint, $7, $8, $9)`,
)

/** Writes what a new conversation begins with: its items, its events and where both go on. */
export async function insertHistory(
  store: Store,
  conversation_id: string,
  items: Omit<ItemRecord, 'position'>[],
  events: NewEvent[],
  progress: NewProgress,
): Promise<void> {
  await store.query(insertHistoryStatement, [
    conversation_id,
    store.organization_id,
    JSON.stringify(items.map((item, position) => ({ ...item, position }))),
    JSON.stringify(events.map((event, index) => ({ ...event, sequence: index + 1 }))),
    items.length,
    events.length + 1,
    progress.user_turn_count,
    progress.last_activity_at,
    progress.updated_at,
  ])
}

export interface ImportedEnd {
  status: ConversationStatus
  ended_at: string
  duration: number
  end_reason: EndReason
  ended_by: EndedBy
  analysis_status: 'none' | 'done'
  summary: string | null
}

const closeStatement = statement(
  'close_imported_conversation',
  `with ended as (
     update conversations set status = $3, ended_at = $4, duration = $5, end_reason = $6, ended_by = $7, analysis_status = $8,
            summary = $9
     where id = $1 and organization_id = $2
     returning organization_id, agent_id, ended_at, duration, end_reason
   )
   ${countEnded}`,
)

/** Ends an imported conversation, after its items: an ended one takes none (T5). */
export async function closeImported(store: Store, id: string, end: ImportedEnd): Promise<void> {
  const { status, ended_at, duration, end_reason, ended_by, analysis_status, summary } = end
  await store.query(closeStatement, [
    id,
    store.organization_id,
    status,
    ended_at,
    duration,
    end_reason,
    JSON.stringify(ended_by),
    analysis_status,
    summary,
  ])
}
