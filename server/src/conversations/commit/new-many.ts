// Writes many imported conversations with a few statements. What one of them meets, such as a value that cannot be stored, concerns all of
// them: then nothing is written, and each is written by itself (new.ts).
import { type Executor, acrossOrganizations, statement } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import type { Planned } from '../machine/plan.ts'
import { redactBirth } from '../machine/redaction.ts'
import {
  type ImportedEnd,
  type NewConversation,
  givenConversationColumns,
  givenItemColumns,
  newConversationColumns,
  rowOfNew,
  storedItemColumns,
} from '../machine/rows.ts'
import { sendAdditions } from './additions.ts'
import { writeClaims } from './claims.ts'
import type { Committer } from './committer.ts'
import { findFreeTimes } from './free-times.ts'
import type { Beginning } from './new.ts'
import { countEnded } from './write-changes.ts'

const insertStatement = statement(
  'insert_conversations',
  `insert into conversations (${newConversationColumns.join(', ')}, organization_id, created_at)
   select ${newConversationColumns.join(', ')}, $1, created_at + shift * interval '1 microsecond'
   from jsonb_to_recordset($2::jsonb) as given (${givenConversationColumns}, created_at timestamptz, shift integer)
   on conflict do nothing
   returning id, created_at`,
)

const takenStatement = acrossOrganizations(
  'ids are unique across organizations',
  'taken_conversation_ids',
  'select id from conversations where id = any($1::uuid[])',
)

/** Those that anyone uses, deleted conversations included. */
export async function findTakenIds(executor: Executor, ids: readonly string[]): Promise<Set<string>> {
  const rows = await executor.query<{ id: string }>(takenStatement, [ids])
  return new Set(rows.map(({ id }) => id))
}

/** With the time that it is to have. */
type Timed = NewConversation & { created_at: string }

/**
 * Returns the time of each by its id, in the order that was given: moved on by microseconds where it is taken. Those whose id is taken, or
 * that find no time at once because others write too, are missing.
 */
export async function insertConversations(
  tx: TransactionStore,
  conversations: readonly Timed[],
): Promise<Map<string, string>> {
  const times = await tryInsert(tx, conversations)
  const left = conversations.filter(({ id }) => !times.has(id))
  if (left.length === 0) return times
  const free = await findFreeTimes(tx, [...new Set(left.map(({ created_at }) => created_at))])
  const moved = left.map((row) => ({ ...row, created_at: free.get(row.created_at) ?? row.created_at }))
  for (const [id, time] of await tryInsert(tx, moved)) times.set(id, time)
  return times
}

async function tryInsert(tx: TransactionStore, conversations: readonly Timed[]): Promise<Map<string, string>> {
  const uses = new Map<string, number>()
  const rows = conversations.map(({ created_at, ...row }) => {
    const shift = uses.get(created_at) ?? 0
    uses.set(created_at, shift + 1)
    return { ...rowOfNew(redactBirth(row)), id: row.id, created_at, shift }
  })
  // In the order of their ids, so that two calls cannot wait for each other.
  rows.sort((a, b) => (a.id < b.id ? -1 : 1))
  const inserted = await tx.query<{ id: string; created_at: string }>(insertStatement, [
    tx.organization_id,
    JSON.stringify(rows),
  ])
  return new Map(inserted.map(({ id, created_at }) => [id, created_at]))
}

const historyStatement = statement(
  'insert_histories',
  `with items as (
     insert into transcript_items (conversation_id, organization_id, ${storedItemColumns})
     select conversation_id, $1, ${storedItemColumns}
     from jsonb_to_recordset($2::jsonb) as i(conversation_id uuid, ${givenItemColumns})
   ), events as (
     insert into events (conversation_id, organization_id, sequence, id, type, occurred_at, data)
     select e.conversation_id, $1, e.sequence, e.id, e.type, clock_timestamp(), e.data
     from jsonb_to_recordset($3::jsonb) as e(conversation_id uuid, sequence bigint, id uuid, type text, data jsonb)
   ), begun as (
     select b.*, c.agent_id, c.created_at, c.status
     from jsonb_to_recordset($4::jsonb) as b(id uuid, next_position integer, next_sequence bigint, user_turn_count integer,
                                             last_activity_at timestamptz, updated_at timestamptz)
     join conversations c on c.id = b.id and c.organization_id = $1
   ), counted as (
     insert into statistics_deltas (organization_id, agent_id, at, counters)
     select $1, agent_id, created_at, jsonb_build_object('conversations', 1, 'user_messages', user_turn_count)
     from begun where status <> 'token_created'
   )
   insert into conversation_progress (conversation_id, organization_id, next_position, next_sequence, user_turn_count,
                                      last_activity_at, updated_at, silent_since)
   select id, $1, next_position, next_sequence, user_turn_count, last_activity_at, greatest(updated_at, created_at), clock_timestamp()
   from begun`,
)

export interface History {
  plan: Planned
  beginning: Beginning
}

/** The initial content of conversations that were just inserted. */
export async function insertHistories(
  tx: TransactionStore,
  { ports, additions }: Committer,
  histories: readonly History[],
): Promise<void> {
  const items = histories.flatMap(({ plan, beginning }) =>
    beginning.items.map((item, position) => ({ ...item, position, conversation_id: plan.state.id })),
  )
  const events = histories.flatMap(({ plan, beginning }) =>
    plan.change.events.map((event, index) => {
      const id = (index === 0 ? beginning.first_event_id : undefined) ?? ports.newId()
      return { id, ...event, sequence: index + 1, conversation_id: plan.state.id }
    }),
  )
  const begun = histories.map(({ plan, beginning: { items: own, progress } }) => {
    return { id: plan.state.id, next_position: own.length, next_sequence: plan.change.events.length + 1, ...progress }
  })
  await tx.query(historyStatement, [tx.organization_id, ...[items, events, begun].map((rows) => JSON.stringify(rows))])
  const { organization_id } = tx
  writeClaims(
    tx,
    items.map((item) => ({ ...item, organization_id })),
  )
  sendAdditions(
    tx,
    additions,
    histories.map(({ plan }) => plan),
    true,
  )
}

const closeStatement = statement(
  'close_imported_conversations',
  `with ended as (
     update conversations c set status = e.status, ended_at = e.ended_at, duration = e.duration, end_reason = e.end_reason,
            ended_by = e.ended_by, analysis_status = e.analysis_status, summary = e.summary, analysis = e.analysis,
            analysis_run = coalesce((e.analysis ->> 'run')::integer, 1)
     from jsonb_to_recordset($2::jsonb) as e(id uuid, status text, ended_at timestamptz, duration integer, end_reason text,
                                             ended_by jsonb, analysis_status text, summary text, analysis jsonb)
     where c.id = e.id and c.organization_id = $1
     returning c.organization_id, c.agent_id, c.ended_at, c.duration, c.end_reason
   )
   ${countEnded()}`,
)

/** Ends imported conversations after their items are written, since an ended one takes no items (T5). */
export async function closeManyImported(store: Store, ends: readonly (ImportedEnd & { id: string })[]): Promise<void> {
  if (ends.length > 0) await store.query(closeStatement, [store.organization_id, JSON.stringify(ends)])
}
