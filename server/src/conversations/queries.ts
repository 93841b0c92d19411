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
import { statement } from '../database/database.ts'
import { rowsOf } from '../database/rows.ts'
import type { Store } from '../database/store.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { isUuid } from '../ports.ts'

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
export const conversationColumns = `c.id, c.organization_id, c.direction, c.channel, c.status, c.user_id, c.agent_id,
  coalesce(a.name, c.agent_name) as agent_name, c.agent_version_id, c.agent_number, c.web_widget_id, c.trunk_id,
  c.initial_context, c.custom_metadata, c.recording_details, c.created_at, p.updated_at, p.last_activity_at, c.ended_at,
  c.duration, p.user_turn_count, c.end_reason, c.ended_by, c.analysis_status, c.analysis_reason, c.summary,
  c.content_fingerprint, c.ending is not null as is_ending`

const progressAndAgent = `join conversation_progress p on p.conversation_id = c.id
  left join agents a on a.id = c.agent_id and a.organization_id = c.organization_id`
export const conversationTables = `conversations c ${progressAndAgent}`

const findStatement = statement(
  'find_conversation',
  `select wanted.call, ${conversationColumns} from ${rowsOf('wanted', 'id uuid, organization_id uuid')}
   join conversations c on c.id = wanted.id and c.organization_id = wanted.organization_id ${progressAndAgent}
   where c.deleted_at is null`,
)

export async function findConversation(store: Store, id: string): Promise<ConversationRecord | null> {
  if (!isUuid(id)) return null
  const [row] = await store.ask<ConversationRecord>(findStatement, [id, store.organization_id])
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

const itemColumns = `id, position, type, turn_id, role, content, interrupted, metrics, call_id, name, arguments, output,
  is_error, latency_ms, created_at`

/** Of what tools have answered: with all of it a long conversation could not be read at all. */
const max_read_output_bytes = 64 * 1024 * 1024
const left_out = 'Left out: the tools have answered more since than is read at once.'
const newerBytes = 'sum(octet_length(output::text)) over (order by position desc)'

const transcriptStatement = statement(
  'read_transcript',
  `select ${itemColumns.replace(' output,', ' case when newer_bytes > $3 then to_jsonb($4::text) else output end as output,')}
   from (select *, ${newerBytes} as newer_bytes from transcript_items
         where conversation_id = $1 and organization_id = $2) as items order by position`,
)

export function readTranscript(
  store: Store,
  conversation_id: string,
  max_bytes = max_read_output_bytes,
): Promise<ItemRecord[]> {
  return store.query(transcriptStatement, [conversation_id, store.organization_id, max_bytes, left_out])
}

/**
 * What a model may be shown of an item, with the turn that its user messages came with: its own, or the failed one that its own
 * tries again.
 */
export type HistoryItem = Omit<ItemRecord, 'metrics' | 'latency_ms' | 'created_at'> & { messages_of: string | null }

const historyColumns = `id, position, type, turn_id, role, content, interrupted, call_id, name, arguments, output, is_error`

const characters = `coalesce(length(array_to_string(content, '')), length(coalesce(arguments, output)::text), 0)`
const ofTurn = `(select * from transcript_items where turn_id in (wanted.turn, wanted.first_try) offset 0) own
     where conversation_id = wanted.conversation_id and organization_id = wanted.organization_id`

// Items of the turn itself are found by it (the offset keeps the planner from walking through all that is older), and tries of a
// turn once for all items. Long ones before it are read as far as they count, and the one that goes beyond.
const historyStatement = statement(
  'read_history',
  `select wanted.call, ${historyColumns}, coalesce((tries.messages_of ->> turn_id::text)::uuid, turn_id) as messages_of
   from ${rowsOf('wanted', 'conversation_id uuid, organization_id uuid, count integer, characters integer, turn uuid, first_try uuid')}
   join lateral (
     select p.next_position - wanted.count - (
       select count(*) from turns t join transcript_items i on i.turn_id = t.id and i.conversation_id = t.conversation_id
         and i.role = 'user'
       where t.conversation_id = wanted.conversation_id and t.status = 'queued') as oldest,
       (select min(position) from ${ofTurn}) as own
     from conversation_progress p where p.conversation_id = wanted.conversation_id offset 0) newest on true
   left join lateral (
     select jsonb_object_agg(t.id, t.messages_of) as messages_of from turns t
     where t.conversation_id = wanted.conversation_id and t.messages_of is not null) tries on true
   join lateral (
     select ${historyColumns} from (
       select *, sum(case when position < newest.own then ${characters} else 0 end)
         over (order by position desc rows between unbounded preceding and 1 preceding) as newer
       from transcript_items
       where conversation_id = wanted.conversation_id and organization_id = wanted.organization_id and position >= newest.oldest
     ) newest_items where newer is null or newer <= wanted.characters
     union all
     select ${historyColumns} from ${ofTurn} and position < newest.oldest
   ) items on true
   order by wanted.call, position`,
  // All of it comes into memory at once, and who has a short history waits for who has a long one.
  { most: 8 },
)

/**
 * The newest items, messages that wait for their turn not counted, as long as those before the turn that are newer have so many
 * characters, and, however old, those of the turn; oldest first.
 */
export function readHistory(
  store: Store,
  conversation_id: string,
  { items, characters }: { items: number; characters: number },
  { id, messages_of }: Pick<TurnRecord, 'id' | 'messages_of'>,
): Promise<HistoryItem[]> {
  const row = [conversation_id, store.organization_id, items, characters, id, messages_of ?? id]
  return store.ask(historyStatement, row)
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
  const [row] = await store.ask<TurnRecord>(findTurnStatement, [turn_id, conversation_id, store.organization_id])
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
