// Writes new conversations: created here, or imported with their history. The other half of commit.ts.
import { type Executor, acrossOrganizations, statement } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import {
  type ImportedEnd,
  type ItemRecord,
  type NewConversation,
  type NewProgress,
  givenItemColumns,
  newConversationColumns,
  storedItemColumns,
} from '../machine/rows.ts'
import type { Planned } from '../machine/plan.ts'
import { redactBirth } from '../machine/redaction.ts'
import { sendAdditions } from './additions.ts'
import { writeClaims } from './claims.ts'
import type { Committer } from './committer.ts'
import { findFreeTimes } from './free-times.ts'
import { countEnded } from './write-changes.ts'

const born_with = newConversationColumns.length
const given = newConversationColumns.map((_name, index) => `$${index + 1}`).join(', ')
const insertStatement = statement(
  'insert_conversation',
  `insert into conversations (${newConversationColumns.join(', ')}, organization_id, created_at)
   values (${given}, $${born_with + 1}, coalesce($${born_with + 2}::timestamptz, clock_timestamp()))
   on conflict do nothing
   returning created_at`,
)

/** Tries to find a free `created_at` before the insert is given up: each loss means that another insert succeeded. */
const max_time_tries = 100

/**
 * Inserts the row; `created_at` null means now. A time that is taken is moved on by microseconds, since pagination needs it
 * to be unique. Returns the time, or null if the id is taken. Its texts are stored without what it must not keep.
 */
export async function insertConversation(
  store: Store,
  conversation: NewConversation,
  created_at: string | null,
): Promise<string | null> {
  const stored = redactBirth(conversation)
  let time = created_at
  for (let tries = 0; tries < max_time_tries; tries += 1) {
    const inserted = await tryInsert(store, stored, time)
    if (inserted !== null) return inserted
    if (await isIdTaken(store, conversation.id)) return null
    if (time !== null) time = (await findFreeTimes(store, [time])).get(time) ?? time
  }
  throw new Error(`found no free created_at in ${max_time_tries} tries`)
}

async function tryInsert(store: Store, row: NewConversation, created_at: string | null): Promise<string | null> {
  const values = [...valuesOf(row), store.organization_id, created_at]
  const [inserted] = await store.query<{ created_at: string }>(insertStatement, values)
  return inserted?.created_at ?? null
}

/** Of the columns of a new conversation, in their order. */
export function valuesOf(row: NewConversation): unknown[] {
  const { custom_metadata, recording_details, redaction } = row
  const stored: Record<keyof NewConversation, unknown> = {
    ...row,
    custom_metadata: JSON.stringify(custom_metadata),
    recording_details: recording_details && JSON.stringify(recording_details),
    redaction: redaction && JSON.stringify(redaction),
  }
  return newConversationColumns.map((name) => stored[name])
}

const takenStatement = acrossOrganizations(
  'ids are unique across organizations',
  'is_conversation_id_taken',
  'select from conversations where id = $1',
)

/** Whether anyone uses the id, deleted conversations included. Reveals nothing more across organizations. */
export async function isIdTaken(executor: Executor, id: string): Promise<boolean> {
  return (await executor.query(takenStatement, [id])).length > 0
}

// For as long as an idempotency key is kept.
const bornWithStatement = statement(
  'was_born_with',
  `select from events
   where conversation_id = $1 and organization_id = $2 and sequence = 1 and id = $3
     and occurred_at > clock_timestamp() - interval '24 hours'`,
)

/** Whether this is the conversation's first event, and no older than a key can be. */
export async function wasBornWith(store: Store, conversation_id: string, event_id: string): Promise<boolean> {
  return (await store.query(bornWithStatement, [conversation_id, store.organization_id, event_id])).length > 0
}

// Whatever the history of an imported conversation is, it is silent here from now on.
const insertHistoryStatement = statement(
  'insert_history',
  `with items as (
     insert into transcript_items (conversation_id, organization_id, ${storedItemColumns})
     select $1, $2, ${storedItemColumns} from jsonb_to_recordset($3::jsonb) as i(${givenItemColumns})
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
                                      last_activity_at, updated_at, silent_since)
   select $1, $2, $5::integer, $6::bigint, $7, $8::timestamptz, greatest($9::timestamptz, created_at), clock_timestamp()
   from conversations where id = $1 and organization_id = $2`,
)

/** The initial content of a conversation that was just inserted. */
export interface Beginning {
  items: Omit<ItemRecord, 'position'>[]
  progress: NewProgress
  /** Of its first event; absent: any. */
  first_event_id?: string
}

/** Writes the initial content of a new conversation: its items, the plan's events, and the next position and event number. */
export async function insertHistory(
  tx: TransactionStore,
  { ports, additions }: Committer,
  plan: Planned,
  { items, progress, first_event_id }: Beginning,
): Promise<void> {
  const events = plan.change.events.map((event, index) => {
    return { id: (index === 0 ? first_event_id : undefined) ?? ports.newId(), ...event }
  })
  await tx.query(insertHistoryStatement, [
    plan.state.id,
    tx.organization_id,
    JSON.stringify(items.map((item, position) => ({ ...item, position }))),
    JSON.stringify(events.map((event, index) => ({ ...event, sequence: index + 1 }))),
    items.length,
    events.length + 1,
    progress.user_turn_count,
    progress.last_activity_at,
    progress.updated_at,
  ])
  const { id: conversation_id, organization_id } = plan.state
  writeClaims(
    tx,
    items.map((item) => ({ ...item, conversation_id, organization_id })),
  )
  sendAdditions(tx, additions, [plan], true)
}

const closeStatement = statement(
  'close_imported_conversation',
  `with ended as (
     update conversations set status = $3, ended_at = $4, duration = $5, end_reason = $6, ended_by = $7, analysis_status = $8,
            summary = $9, analysis = $10, analysis_run = coalesce(($10::jsonb ->> 'run')::integer, 1)
     where id = $1 and organization_id = $2
     returning organization_id, agent_id, ended_at, duration, end_reason
   )
   ${countEnded()}`,
)

/** Ends an imported conversation after its items are written, since an ended one takes no items (T5). */
export async function closeImported(store: Store, id: string, end: ImportedEnd): Promise<void> {
  const { status, ended_at, duration, end_reason, ended_by, analysis_status, summary, analysis } = end
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
    analysis && JSON.stringify(analysis),
  ])
}
