// Reads conversations, transcripts and turns. Writes nothing.
import type {
  AnalysisStatus,
  Channel,
  ConcurrencyRule,
  ConversationStatus,
  Direction,
  EndReason,
  EndedBy,
  TurnMetrics,
  TurnOutcome,
  TurnStatus,
} from '@parley/contract'
import { statement } from '../../database/database.ts'
import { measureRows } from '../../database/large-rows.ts'
import { rowsOf } from '../../database/rows.ts'
import type { Store } from '../../database/store.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { isUuid } from '../../base/ports.ts'

/** A conversation with its progress and its agent's name. */
export interface ConversationRecord {
  id: string
  organization_id: string
  direction: Direction
  channel: Channel
  status: ConversationStatus
  user_id: string
  agent_id: string | null
  agent_name: string | null
  agent_version_id: string | null
  agent_number: string | null
  web_widget_id: string | null
  trunk_id: string | null
  initial_context: string | null
  custom_metadata: JsonObject
  recording_details: JsonObject | null
  created_at: string
  updated_at: string
  last_activity_at: string
  ended_at: string | null
  duration: number | null
  user_turn_count: number
  end_reason: EndReason | null
  ended_by: EndedBy | null
  analysis_status: AnalysisStatus
  analysis_reason: string | null
  summary: string | null
  content_fingerprint: Buffer | null
  /** It ends with its last open turn, and takes no message any more. */
  is_ending: boolean
}

/** Columns of a ConversationRecord, over `c`, `p` (progress) and `a` (agent). */
const conversationColumns = `c.id, c.organization_id, c.direction, c.channel, c.status, c.user_id, c.agent_id,
  coalesce(a.name, c.agent_name) as agent_name, c.agent_version_id, c.agent_number, c.web_widget_id, c.trunk_id,
  c.initial_context, c.custom_metadata, c.recording_details, c.created_at, p.updated_at, p.last_activity_at, c.ended_at,
  c.duration, p.user_turn_count, c.end_reason, c.ended_by, c.analysis_status, c.analysis_reason, c.summary,
  c.content_fingerprint, c.ending is not null as is_ending`

const progressAndAgent = `join conversation_progress p on p.conversation_id = c.id
  left join agents a on a.id = c.agent_id and a.organization_id = c.organization_id`

const large_columns = ['custom_metadata', 'initial_context', 'recording_details', 'summary']

/** One of a list: what may be large is null where the list has no room for it. */
export type ListedConversation = ConversationRecord & { has_room: boolean }

/** Over the tables of `listedTables`, too. */
export const listedColumns = large_columns.reduce(
  (columns, name) => columns.replace(`c.${name}`, `case when page.has_room then c.${name} end as ${name}`),
  `${conversationColumns}, page.has_room`,
)

const largeBytes = large_columns.map((name) => `coalesce(octet_length(to_json(r.${name})::text), 0)`).join(' + ')

/** `ids` is an array, in the order of the list, which `page.place` keeps. */
export function listedTables(ids: string, max_bytes: string): string {
  const page = measureRows({ table: 'conversations', ids, bytes: largeBytes, max_bytes })
  return `${page} page join conversations c on c.id = page.id ${progressAndAgent}`
}

const findStatement = statement(
  'find_conversation',
  `select wanted.call, ${conversationColumns} from ${rowsOf('wanted', 'id uuid, organization_id uuid')}
   join conversations c on c.id = wanted.id and c.organization_id = wanted.organization_id ${progressAndAgent}
   where c.deleted_at is null`,
)

export async function findConversation(store: Store, id: string): Promise<ConversationRecord | null> {
  if (!isUuid(id)) return null
  const [row] = await store.lookUp<ConversationRecord>(findStatement, [id, store.organization_id])
  return row ?? null
}

/** A transcript item as it is stored; which fields are set depends on `type`. */
export interface ItemRecord {
  id: string
  position: number
  type: 'message' | 'function_call' | 'function_call_output'
  turn_id: string | null
  role: 'user' | 'assistant' | 'system' | null
  content: string[] | null
  interrupted: boolean | null
  metrics: TurnMetrics | null
  call_id: string | null
  name: string | null
  arguments: JsonObject | null
  output: JsonValue | null
  is_error: boolean | null
  latency_ms: number | null
  created_at: string
}

/** Texts as JSON: what else the driver makes of a text array takes forty times as long. */
export const contentAsJson = 'to_json(content) as content'

export const itemColumns = `id, position, type, turn_id, role, ${contentAsJson}, interrupted, metrics, call_id, name, arguments, output,
  is_error, latency_ms, created_at`

/** Bytes of an item's own, as JSON. */
export const itemBytes = `coalesce(octet_length(to_json(content)::text), 0) + coalesce(octet_length(arguments::text), 0)
  + coalesce(octet_length(output::text), 0) + coalesce(octet_length(metrics::text), 0)`

/**
 * What a model may be shown of an item, with the turn that its user messages came with: its own, or the failed one that its own
 * tries again.
 */
export type HistoryItem = Omit<ItemRecord, 'metrics' | 'latency_ms' | 'created_at'> & {
  messages_of: string | null
  /** There are older items that were not read. */
  is_cut?: boolean
}

const historyColumns = `id, position, type, turn_id, role, content, interrupted, call_id, name, arguments, output, is_error`

/** Of a history so many are measured at once: of one that is small this costs next to nothing. */
const measured_items = 16
const characters = `coalesce(length(array_to_string(content, '')), length(coalesce(arguments, output)::text), 0)`
const ofTurn = `(select * from transcript_items where turn_id in (wanted.turn, wanted.first_try) offset 0) own
     where conversation_id = wanted.conversation_id and organization_id = wanted.organization_id`

const isWaiting = `(i.role = 'user' and exists (select from turns q where q.id = i.turn_id and q.status = 'queued'))`

// Items of the turn itself are found by it (the offset keeps the planner from walking through all that is older), and tries of a
// turn once for all items. Long ones before it are read as far as they count, and the one that goes beyond.
const historyStatement = statement(
  'read_history',
  `select wanted.call, ${historyColumns.replace('content', contentAsJson)}, coalesce((tries.messages_of ->> turn_id::text)::uuid, turn_id) as messages_of,
     read.oldest > 0 as is_cut
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
  // All of it comes into memory at once, and who has a short history waits for who has a long one.
  { most: 8 },
)

/** How far back a history is read: as long as it has fewer items and, before those of the turn, fewer characters. */
export interface HistoryReach {
  items: number
  characters: number
}

/**
 * The newest items, messages that wait for their turn not counted, as far as the reach goes; and, however old, those of a turn. Oldest
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

const acceptedStatement = statement(
  'find_accepted_message',
  `select i.turn_id, t.lease, t.node_id from transcript_items i join turns t on t.id = i.turn_id
   where i.conversation_id = $1 and i.organization_id = $2 and i.id = $3`,
)

export interface AcceptedMessage {
  turn_id: string
  /** Of the running turn. */
  lease: number | null
  node_id: string | null
}

/** The turn that a message is stored in, if it is stored. */
export async function findAcceptedMessage(store: Store, conversation_id: string, message_id: string) {
  const values = [conversation_id, store.organization_id, message_id]
  const [row] = await store.query<AcceptedMessage>(acceptedStatement, values)
  return row ?? null
}

const firstItemStatement = statement(
  'first_item',
  `select ${itemColumns} from transcript_items where conversation_id = $1 and organization_id = $2 and position = 0`,
)

export async function readFirstItem(store: Store, conversation_id: string): Promise<ItemRecord | null> {
  const [row] = await store.query<ItemRecord>(firstItemStatement, [conversation_id, store.organization_id])
  return row ?? null
}

export interface TurnRecord {
  id: string
  sequence: number
  status: TurnStatus
  outcome: TurnOutcome | null
  concurrency: ConcurrencyRule
  interactivity: 'plain' | 'rich'
  agent_version_id: string
  attempts: number
  /** Of the attempt that carries it out. */
  lease: number | null
  steps: number
  input_tokens: number | null
  output_tokens: number | null
  error: string | null
  queued_at: string
  started_at: string | null
  deadline_at: string
  finished_at: string | null
  /** The failed turn whose user messages it answers. */
  messages_of: string | null
  user_message_ids: string[]
}

const turnColumns = `t.id, t.sequence, t.status, t.outcome, t.concurrency, t.interactivity, t.agent_version_id, t.attempts,
  t.lease, t.steps, t.input_tokens, t.output_tokens, t.error, t.queued_at, t.started_at, t.deadline_at, t.finished_at,
  t.messages_of,
  array(select i.id from transcript_items i where i.turn_id = coalesce(t.messages_of, t.id)
        and i.conversation_id = t.conversation_id and i.role = 'user' order by i.position) as user_message_ids`

const findTurnStatement = statement(
  'find_turn',
  `select wanted.call, ${turnColumns} from ${rowsOf('wanted', 'id uuid, conversation_id uuid, organization_id uuid')}
   join turns t on t.id = wanted.id and t.conversation_id = wanted.conversation_id and t.organization_id = wanted.organization_id`,
)

export async function findTurn(store: Store, conversation_id: string, turn_id: string): Promise<TurnRecord | null> {
  if (!isUuid(turn_id)) return null
  const [row] = await store.lookUp<TurnRecord>(findTurnStatement, [turn_id, conversation_id, store.organization_id])
  return row ?? null
}

const newestTryStatement = statement(
  'newest_try',
  `select ${turnColumns} from turns t
   where t.conversation_id = $1 and t.organization_id = $2 and (t.id = $3 or t.messages_of = $3)
   order by t.sequence desc limit 1`,
)

/** The newest of the turns that were to answer the messages of this one: itself, unless it failed and was tried again. */
export async function findNewestTry(
  store: Store,
  conversation_id: string,
  turn_id: string,
): Promise<TurnRecord | null> {
  const [row] = await store.query<TurnRecord>(newestTryStatement, [conversation_id, store.organization_id, turn_id])
  return row ?? null
}

const listTurnsStatement = statement(
  'list_turns',
  `select ${turnColumns} from turns t
   where t.conversation_id = $1 and t.organization_id = $2 and t.sequence > $3 order by t.sequence limit $4`,
)

export function listTurns(
  store: Store,
  conversation_id: string,
  after_sequence: number,
  limit: number,
): Promise<TurnRecord[]> {
  return store.query(listTurnsStatement, [conversation_id, store.organization_id, after_sequence, limit])
}

const turnItemsStatement = statement(
  'turn_items',
  `select ${itemColumns} from transcript_items
   where turn_id = $1 and conversation_id = $2 and organization_id = $3 and role is distinct from 'user' order by position`,
)

/** What the agent said and did in a turn. */
export function readTurnItems(store: Store, conversation_id: string, turn_id: string): Promise<ItemRecord[]> {
  return store.query(turnItemsStatement, [turn_id, conversation_id, store.organization_id])
}
