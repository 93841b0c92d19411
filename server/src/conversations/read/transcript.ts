// Reads transcripts: in parts that fit into an answer, their beginning and end, what a model is shown of them, and the items of
// a turn. Nobody is shown those of a purged conversation, even while its rows are being removed. Writes nothing.
import { statement } from '../../database/database.ts'
import { rowOf, rowsOf } from '../../database/rows.ts'
import type { Store } from '../../database/store.ts'
import { type ItemRecord, type TurnRecord, contentAsJson, itemColumns } from '../machine/rows.ts'
import { shownTypes, widget_tool } from '../machine/turn-items.ts'

/** The bytes of an item's own fields, as JSON. */
export const itemBytes = `coalesce(octet_length(to_json(content)::text), 0) + coalesce(octet_length(arguments::text), 0)
  + coalesce(octet_length(output::text), 0) + coalesce(octet_length(metrics::text), 0)
  + coalesce(octet_length(citations::text), 0) + coalesce(octet_length(values::text), 0)`

/** The bytes that an answer adds to an item. */
export const frame_bytes = 300

/** In the snapshot that reads the items, so none of them can have been removed. */
export const hasContent = (conversation: string, organization: string) =>
  `exists (select from ${rowOf('conversations', 'kept', `kept.id = ${conversation}`, { columns: 'organization_id, content_purged_at' })}
    where kept.organization_id = ${organization} and kept.content_purged_at is null)`

const isSaid = `type = 'message' and role <> 'system'`

/** As `widgetOf` decides. */
const isWidget = `type = 'function_call_output' and name ~ '${widget_tool}' and is_error is not true
  and output -> 'widget' ->> 'type' in (${shownTypes.map((type) => `'${type}'`).join(', ')})
  and jsonb_typeof(output -> 'widget' -> 'data') = 'object'`
const isForEndUser = `(${isSaid}) or (${isWidget})`

// One item after another, as the index has them: items beyond the limit are not read.
const transcriptStatement = statement(
  'read_transcript',
  `with recursive part (position, bytes) as (
     select $3::integer - 1, 0::bigint
     union all
     select following.position, part.bytes + following.size from part cross join lateral (
       select position, ${itemBytes} + ${frame_bytes} as size from transcript_items
       where conversation_id = $1 and organization_id = $2 and position > part.position and (not $5::boolean or ${isForEndUser})
       order by position limit 1
     ) following
     where part.bytes < $4
   ), room (last) as (
     select max(position) from part
   )
   select ${itemColumns}, (
     select min(position) from transcript_items
     where conversation_id = $1 and organization_id = $2 and position > (select last from room) and (not $5 or ${isForEndUser})
   ) as next_position
   from transcript_items
   where conversation_id = $1 and organization_id = $2 and position between $3 and (select last from room)
     and ${hasContent('$1', '$2')} and (not $5 or ${isForEndUser})
   order by position`,
)

export interface TranscriptPart {
  items: ItemRecord[]
  /** The first item that did not fit; null: all items fit. */
  next_position: number | null
}

export interface TranscriptRange {
  from: number
  /** The item that exceeds it is included. */
  max_bytes: number
  /** Messages and widgets only, without other results of tools and system messages. */
  for_end_user: boolean
}

/** The items from a position on, oldest first, as far as they fit. */
export async function readTranscript(
  store: Store,
  conversation_id: string,
  { from, max_bytes, for_end_user }: TranscriptRange,
): Promise<TranscriptPart> {
  const values = [conversation_id, store.organization_id, from, max_bytes, for_end_user]
  const rows = await store.query<ItemRecord & Pick<TranscriptPart, 'next_position'>>(transcriptStatement, values)
  const next_position = rows[0]?.next_position ?? null
  return { items: rows, next_position }
}

const measuredText = `select position, length(array_to_string(content, E'\\n')) + 8 as size from transcript_items`

const endsStatement = statement(
  'read_ends',
  `with recursive beginning (position, characters) as (
     select -1, 0::bigint
     union all
     select following.position, characters + size from beginning cross join lateral (
       ${measuredText} where conversation_id = $1 and organization_id = $2 and ${isSaid} and position > beginning.position
       order by position limit 1) following
     where characters < $3
   ), ending (position, characters) as (
     select 2147483647, 0::bigint
     union all
     select previous.position, characters + size from ending cross join lateral (
       ${measuredText} where conversation_id = $1 and organization_id = $2 and ${isSaid} and position < ending.position
       order by position desc limit 1) previous
     where characters < $3
   )
   select role, ${contentAsJson} from transcript_items
   where conversation_id = $1 and organization_id = $2 and ${isSaid}
     and (position <= (select max(position) from beginning) or position >= (select min(position) from ending))
   order by position`,
)

/** The messages at the beginning and at the end, at least this many characters of each, with their roles. */
export function readEnds(
  store: Store,
  conversation_id: string,
  characters: number,
): Promise<Pick<ItemRecord, 'role' | 'content'>[]> {
  return store.query(endsStatement, [conversation_id, store.organization_id, characters])
}

const lastStatement = statement(
  'read_last_messages',
  `with recursive ending (position, characters) as (
     select 2147483647, 0::bigint
     union all
     select previous.position, characters + size from ending cross join lateral (
       ${measuredText} where conversation_id = $1 and organization_id = $2 and ${isSaid} and position < ending.position
       order by position desc limit 1) previous
     where characters + size <= $3
   )
   select role, ${contentAsJson}, created_at from transcript_items
   where conversation_id = $1 and organization_id = $2 and ${isSaid} and position >= (select min(position) from ending)
     and ${hasContent('$1', '$2')}
   order by position`,
)

/** The last messages that together have at most so many characters, oldest first. */
export function readLastMessages(
  store: Store,
  conversation_id: string,
  characters: number,
): Promise<Pick<ItemRecord, 'role' | 'content' | 'created_at'>[]> {
  return store.query(lastStatement, [conversation_id, store.organization_id, characters])
}

/**
 * What a model may be shown of an item, with the turn of its user messages: its own turn, or the failed one that its turn
 * tries again.
 */
export type HistoryItem = Omit<
  ItemRecord,
  'parts' | 'metrics' | 'latency_ms' | 'citations' | 'client_id' | 'in_reply_to' | 'values' | 'created_at'
> & {
  messages_of: string | null
  /** Of a result: whether its call has searched knowledge bases, as recorded with it. */
  has_searched?: boolean
  /** Older items exist that were not read. */
  is_cut?: boolean
}

const historyColumns = `id, position, type, turn_id, role, author, content, interrupted, call_id, name, arguments, output, is_error`

/** This many items of a history are measured at once: for a short history this costs next to nothing. */
const measured_items = 16
const characters = `coalesce(length(array_to_string(content, '')), length(coalesce(arguments, output)::text), 0)`
const ofTurn = `(select * from transcript_items where turn_id in (wanted.turn, wanted.first_try) offset 0) own
     where conversation_id = wanted.conversation_id and organization_id = wanted.organization_id`

const isWaiting = `(i.role = 'user' and exists (select from turns q where q.id = i.turn_id and q.status = 'queued'))`

// The items of the turn itself are found by its id (the offset keeps the planner from scanning everything older), and earlier
// tries of a
// turn once for all items. Long items before the turn are read up to the limit, including the one that exceeds it.
const historyStatement = statement(
  'read_history',
  `select wanted.call, ${historyColumns.replace('content', contentAsJson)}, coalesce((tries.messages_of ->> turn_id::text)::uuid, turn_id) as messages_of,
     read.oldest > 0 as is_cut, case when type = 'function_call_output' then exists (
       select from retrievals r where r.conversation_id = wanted.conversation_id and r.organization_id = wanted.organization_id
         and r.turn_id = items.turn_id and r.call_id = items.call_id) else false end as has_searched
   from ${rowsOf('wanted', 'conversation_id uuid, organization_id uuid, count integer, characters integer, turn uuid, first_try uuid')}
   join lateral (
     select p.next_position, p.next_position - wanted.count - (
       select count(*) from turns t join transcript_items i on i.turn_id = t.id and i.conversation_id = t.conversation_id
         and i.role = 'user'
       where t.conversation_id = wanted.conversation_id and t.status = 'queued') as oldest,
       (select min(position) from ${ofTurn}) as own
     from conversation_progress p where p.conversation_id = wanted.conversation_id offset 0) newest on true
   join lateral (
     with recursive measured (position, characters) as (
       select case when wanted.turn = wanted.first_try then least(newest.own, newest.next_position)
              else newest.next_position end, 0::bigint
       union all
       select position - ${measured_items}, characters + (
         select coalesce(sum(${characters}), 0)::bigint from transcript_items i
         where i.conversation_id = wanted.conversation_id and i.organization_id = wanted.organization_id
           and i.position >= measured.position - ${measured_items} and i.position < measured.position
           and (wanted.turn = wanted.first_try or not ${isWaiting}))
       from measured where position > greatest(newest.oldest, 0) and characters < wanted.characters
     ) select greatest(min(position), newest.oldest) as oldest from measured) read on true
   left join lateral (
     select jsonb_object_agg(t.id, t.messages_of) as messages_of from turns t
     where t.conversation_id = wanted.conversation_id and t.messages_of is not null) tries on true
   join lateral (
     select ${historyColumns} from transcript_items
     where conversation_id = wanted.conversation_id and organization_id = wanted.organization_id and position >= read.oldest
     union all
     select ${historyColumns} from ${ofTurn} and position < read.oldest
   ) items on true
   order by wanted.call, position`,
  // All of it is in memory at once, and short histories wait for long ones.
  { most: 8 },
)

/** How far back a history is read: up to a number of items and, before the turn's own items, a number of characters. */
export interface HistoryReach {
  items: number
  characters: number
}

/**
 * The newest items as far as the reach goes, without messages that still wait for their turn; and all items of a turn, however
 * old. Oldest
 * first.
 */
export function readHistory(
  store: Store,
  conversation_id: string,
  { items, characters }: HistoryReach,
  { id, messages_of }: Pick<TurnRecord, 'id' | 'messages_of'>,
): Promise<HistoryItem[]> {
  const row = [conversation_id, store.organization_id, items, characters, id, messages_of ?? id]
  return store.lookUp(historyStatement, row)
}

const firstItemStatement = statement(
  'first_item',
  `select ${itemColumns} from transcript_items where conversation_id = $1 and organization_id = $2 and position = 0
     and ${hasContent('$1', '$2')}`,
)

export async function readFirstItem(store: Store, conversation_id: string): Promise<ItemRecord | null> {
  const [row] = await store.query<ItemRecord>(firstItemStatement, [conversation_id, store.organization_id])
  return row ?? null
}

const greetingStatement = statement(
  'first_message_of_agent',
  `select ${itemColumns} from transcript_items where conversation_id = $1 and organization_id = $2 and type = 'message'
     and role = 'assistant' and turn_id is null and ${hasContent('$1', '$2')} order by position limit 1`,
)

/** The first message of the agent that answers nothing. */
export async function readGreeting(store: Store, conversation_id: string): Promise<ItemRecord | null> {
  const [row] = await store.query<ItemRecord>(greetingStatement, [conversation_id, store.organization_id])
  return row ?? null
}

const itemsOfTurn = `
  select ${itemColumns} from transcript_items
  where turn_id = $1 and conversation_id = $2 and organization_id = $3 and role is distinct from 'user'
    and ${hasContent('$2', '$3')}`

const turnItemsStatement = statement('turn_items', `${itemsOfTurn} order by position`)

/** What the agent said and did in a turn. */
export function readTurnItems(store: Store, conversation_id: string, turn_id: string): Promise<ItemRecord[]> {
  return store.query(turnItemsStatement, [turn_id, conversation_id, store.organization_id])
}

const turnProgressStatement = statement(
  'turn_progress',
  `select t.attempts, t.steps, t.retrievals, said.* from turns t
   left join lateral (${itemsOfTurn}) said on true
   where t.id = $1 and t.conversation_id = $2 and t.organization_id = $3
   order by said.position`,
)

/** How far a turn is, and what the agent said and did in these steps. */
export interface TurnProgress extends Pick<TurnRecord, 'attempts' | 'steps' | 'retrievals'> {
  items: ItemRecord[]
}

/** At one moment: steps that were counted before their items are read would make items of the next step part of this one. */
export async function readTurnProgress(
  store: Store,
  conversation_id: string,
  turn_id: string,
): Promise<TurnProgress | null> {
  type Row = ItemRecord & Omit<TurnProgress, 'items'>
  const rows = await store.query<Row>(turnProgressStatement, [turn_id, conversation_id, store.organization_id])
  const [first] = rows
  if (!first) return null
  const { attempts, steps, retrievals } = first
  return { attempts, steps, retrievals, items: rows.filter(({ id }) => id !== null) }
}

const relayedStatement = statement(
  'read_relayed',
  `with asked as (
     select min(i.position) as position from transcript_items i join turns t on t.id = $1
     where i.turn_id = coalesce(t.messages_of, t.id) and i.conversation_id = $2 and i.organization_id = $3 and i.role = 'user'
   )
   select coalesce(string_agg(array_to_string(said.content, E'\\n'), E'\\n\\n' order by said.position), '') as text
   from transcript_items said
   where said.conversation_id = $2 and said.organization_id = $3 and said.author ->> 'type' = 'user'
     and said.position < (select position from asked) and said.position > coalesce(
       (select max(position) from transcript_items before
        where before.conversation_id = $2 and before.organization_id = $3 and before.role = 'user'
          and before.position < (select position from asked)), -1)
     and ${hasContent('$2', '$3')}`,
)

/** What people wrote between the messages of a turn and the end user's message before: the same whenever it is asked. */
export async function readRelayed(store: Store, conversation_id: string, turn_id: string): Promise<string> {
  const [row] = await store.query<{ text: string }>(relayedStatement, [turn_id, conversation_id, store.organization_id])
  return row?.text ?? ''
}

const itemStatement = statement(
  'find_item',
  `select ${itemColumns} from transcript_items
   where conversation_id = $1 and organization_id = $2 and id = $3 and turn_id is null and role = 'assistant'
     and ${hasContent('$1', '$2')} order by position desc limit 1`,
)

/** What a person has said. */
export async function findItem(store: Store, conversation_id: string, id: string): Promise<ItemRecord | null> {
  const [row] = await store.query<ItemRecord>(itemStatement, [conversation_id, store.organization_id, id])
  return row ?? null
}

const turnMessagesStatement = statement(
  'messages_of_turn',
  `select role, ${contentAsJson} from transcript_items i
   where conversation_id = $2 and organization_id = $3 and type = 'message'
     and turn_id in ($1, (select messages_of from turns where id = $1 and conversation_id = $2))
     and ${hasContent('$2', '$3')} order by position`,
)

/** What the end user wrote, and what was answered, as texts. */
export async function readMessagesOfTurn(store: Store, conversation_id: string, turn_id: string) {
  const values = [turn_id, conversation_id, store.organization_id]
  const rows = await store.query<Pick<ItemRecord, 'role' | 'content'>>(turnMessagesStatement, values)
  const said = (role: string) => rows.flatMap((row) => (row.role === role ? row.content! : [])).join('\n')
  return { question: said('user'), reply: said('assistant') }
}
