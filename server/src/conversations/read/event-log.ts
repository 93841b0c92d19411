// Reads the event log. Writes nothing: events are written together with the changes that they describe.
import type { ConversationEvent, EventType } from '@parley/contract'
import { type Executor, acrossOrganizations, statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

/** Limits of one read: a number of events, or bytes, where the event that exceeds them is included. */
const page_size = 200
const page_bytes = 1_048_576

/** Where a purged log begins, even while what precedes it is being removed. */
const beginning = `coalesce((select purged_before from conversations where id = $1 and organization_id = $2), 0)`

// One event after another by its number, as the index has them: an event beyond the page is not read. Only before the first
// event can there be a gap, of events that were erased.
const eventsStatement = statement(
  'read_events',
  `with recursive page as (
     select null::uuid as id, (
       select min(sequence) - 1 from events where conversation_id = $1 and sequence > $3 and sequence >= ${beginning}
     ) as sequence, null as type, null::timestamptz as occurred_at, null::jsonb as data, 0 as bytes, 0 as count
     union all
     select following.id, following.sequence, following.type, following.occurred_at, following.data,
       page.bytes + following.size, page.count + 1
     from page cross join lateral (
       select id, sequence, type, occurred_at, data, octet_length(data::text) as size from events
       where conversation_id = $1 and organization_id = $2 and sequence = page.sequence + 1 limit 1
     ) as following
     where page.bytes < $4 and page.count < $5
   )
   select id, $1::uuid as conversation_id, sequence, type, occurred_at, data, bytes from page where count > 0
   order by sequence`,
)

type EventRow = ConversationEvent & { bytes: number }

/** The events after a number, oldest first; `is_last` if there are no more. */
export async function readEvents(
  store: Store,
  conversation_id: string,
  after: number,
): Promise<{ events: ConversationEvent[]; is_last: boolean }> {
  const { organization_id } = store
  const rows = await store.query<EventRow>(eventsStatement, [
    ...[conversation_id, organization_id, after],
    ...[page_bytes, page_size],
  ])
  const is_last = rows.length < page_size && (rows.at(-1)?.bytes ?? 0) < page_bytes
  return { events: rows.map(({ bytes: _bytes, ...event }) => event as ConversationEvent), is_last }
}

const oneStatement = statement(
  'read_event',
  `select id, conversation_id, sequence, type, occurred_at, data from events
   where conversation_id = $1 and organization_id = $2 and sequence = $3 and sequence >= ${beginning}`,
)

/** Null: it was erased. */
export async function findEvent(
  store: Store,
  conversation_id: string,
  sequence: number,
): Promise<ConversationEvent | null> {
  const [row] = await store.query<ConversationEvent>(oneStatement, [conversation_id, store.organization_id, sequence])
  return row ?? null
}

const endStatement = statement(
  'read_log_end',
  `select p.next_sequence - 1 as last, exists (
     select from events e
     where e.conversation_id = $1 and e.organization_id = $2 and e.sequence > $3 and e.sequence >= ${beginning} and ($4::text[] is null or e.type = any($4))
   ) as has_more
   from conversation_progress p where p.conversation_id = $1 and p.organization_id = $2`,
)

/** The number of the last event, and whether there is any of these types (null: of any type) after a number. */
export async function readLogEnd(
  store: Store,
  { conversation_id, after, types }: { conversation_id: string; after: number; types: ReadonlySet<EventType> | null },
): Promise<{ last: number; has_more: boolean }> {
  const values = [conversation_id, store.organization_id, after, types && [...types]]
  const [row] = await store.query<{ last: number; has_more: boolean }>(endStatement, values)
  return row ?? { last: 0, has_more: false }
}

const turnStatement = statement(
  'read_turn_in_log',
  `select type from events
   where conversation_id = $1 and organization_id = $2 and sequence <= $3 and data->>'turn_id' = $4
     and type in ('turn.started', 'turn.completed', 'turn.failed', 'turn.cancelled')
   order by sequence desc limit 1`,
)

/** Whether a turn was running at a number of the log. */
export async function wasTurnRunning(
  store: Store,
  { conversation_id, turn_id, at }: { conversation_id: string; turn_id: string; at: number },
): Promise<boolean> {
  const values = [conversation_id, store.organization_id, at, turn_id]
  const [row] = await store.query<{ type: EventType }>(turnStatement, values)
  return row?.type === 'turn.started'
}

const progressStatement = acrossOrganizations(
  'one query for all streams of a node',
  'read_log_progress',
  'select conversation_id, next_sequence from conversation_progress where conversation_id = any($1)',
)

/** The last event number of conversations, across organizations. */
export function readLogProgress(
  executor: Executor,
  conversation_ids: string[],
): Promise<{ conversation_id: string; next_sequence: number }[]> {
  return executor.query(progressStatement, [conversation_ids])
}
