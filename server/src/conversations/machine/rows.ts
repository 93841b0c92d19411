// The rows of conversations, transcripts and turns: one set of types and column lists for readers and writers. Pure.
import type {
  Analysis,
  AnalysisStatus,
  Channel,
  Citation,
  ConcurrencyRule,
  ConversationStatus,
  Direction,
  EndReason,
  EndedBy,
  HandledBy,
  TurnMetrics,
  TurnOutcome,
  TurnStatus,
  Satisfaction,
} from '@parley/contract'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { NewItem } from './change.ts'
import type { HandlingRecord } from './handling.ts'
import type { Redaction } from '../../redaction/rules/types.ts'
import { type ContentPart, type MessageAuthor, partsOf, textsOf } from './content.ts'

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
  analysis: Analysis | null
  content_fingerprint: Buffer | null
  content_purged_at: string | null
  redaction: Redaction | null
  /** It ends with its last open turn and takes no more messages. */
  is_ending: boolean
  handled_by: HandledBy
  handling: HandlingRecord | null
  satisfaction: Satisfaction | null
}

/** Columns of a ConversationRecord except `redaction`, which lists do not need, and `handling`; over `c`, `p` (progress) and `a` (agent). */
export const conversationColumns = `c.id, c.organization_id, c.direction, c.channel, c.status, c.user_id, c.agent_id,
  coalesce(a.name, c.agent_name) as agent_name, c.agent_version_id, c.agent_number, c.web_widget_id, c.trunk_id,
  c.initial_context, c.custom_metadata, c.recording_details, c.created_at, p.updated_at, p.last_activity_at, c.ended_at,
  c.duration, p.user_turn_count, c.end_reason, c.ended_by, c.analysis_status, c.analysis_reason, c.summary, c.analysis,
  c.content_fingerprint, c.content_purged_at, c.ending is not null as is_ending, c.handled_by`

/**
 * Since when a conversation is silent, over `p`. Nodes of the version before note only its messages; a warning is not noted as
 * one. A time to come, which an import may bring, is no silence.
 */
const silent_since = `coalesce(greatest(case when p.last_activity_at <= clock_timestamp() then p.last_activity_at end,
  p.silent_since), least(p.updated_at, clock_timestamp()))`
export const silence = `${silent_since} as silent_since, coalesce(p.warned_at >= ${silent_since}, false) as is_warned`

/** What is known of the analysis of a summary that was imported, or written by an earlier version. */
export const analysisOfSummary = (run: string) => `jsonb_build_object('run', ${run}, 'summary', summary,
  'finished_at', to_char(ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))`

/** A conversation as a call finds it, with what a change of it needs to know. */
export interface FoundConversation extends ConversationRecord {
  failed_turns: number
  failed_since: string | null
  failed_messages: number
  silent_since: string
  is_warned: boolean
  is_held_back: boolean
  next_position: number
  next_sequence: number
  next_turn: number
}

/** Columns that a FoundConversation has besides, over `p`. */
export const foundColumns = `p.failed_turns, p.failed_since, p.failed_messages, ${silence}, p.is_held_back, p.next_position, p.next_sequence,
  p.next_turn`

/** The fields of a new conversation. */
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
  redaction: Redaction | null
  /** Days from its end until its content is purged; null: it is kept. */
  content_days: number | null
}

/** Columns of a NewConversation, with their types. */
const newConversationTypes: Record<keyof NewConversation, string> = {
  ...{ id: 'uuid', direction: 'text', channel: 'text', status: 'text', user_id: 'text', agent_id: 'uuid' },
  ...{ agent_name: 'text', agent_version_id: 'uuid', agent_number: 'text', to_address: 'text', from_address: 'text' },
  ...{ subject: 'text', web_widget_id: 'text', trunk_id: 'text', initial_context: 'text', custom_metadata: 'jsonb' },
  ...{ recording_details: 'jsonb', content_fingerprint: 'bytea', redaction: 'jsonb', content_days: 'integer' },
}

export const newConversationColumns = Object.keys(newConversationTypes) as (keyof NewConversation)[]

/** In the JSON of a writer's parameter. */
export const givenConversationColumns = newConversationColumns
  .map((name) => `${name} ${newConversationTypes[name]}`)
  .join(', ')

/** A new conversation there. */
export function rowOfNew({ content_fingerprint, ...stored }: NewConversation): object {
  return { ...stored, content_fingerprint: content_fingerprint && asBytea(content_fingerprint) }
}

/** Bytes as JSON has them for PostgreSQL. */
export const asBytea = (bytes: Buffer) => `\\x${bytes.toString('hex')}`

/** A conversation as callers may be shown it. */
export type ShownConversation = Omit<ConversationRecord, 'redaction'>

export interface NewProgress {
  user_turn_count: number
  last_activity_at: string
  updated_at: string
}

export interface ImportedEnd {
  status: ConversationStatus
  ended_at: string
  duration: number
  end_reason: EndReason
  ended_by: EndedBy
  analysis_status: 'none' | 'done'
  summary: string | null
  analysis: Analysis | null
}

/** A stored transcript item; which fields are set depends on `type`. */
export interface ItemRecord {
  id: string
  position: number
  type: 'message' | 'function_call' | 'function_call_output'
  turn_id: string | null
  role: 'user' | 'assistant' | 'system' | null
  content: string[] | null
  /** Of a message, if any part is more than text. */
  parts: ContentPart[] | null
  author: MessageAuthor | null
  interrupted: boolean | null
  metrics: TurnMetrics | null
  call_id: string | null
  name: string | null
  arguments: JsonObject | null
  output: JsonValue | null
  is_error: boolean | null
  latency_ms: number | null
  /** The passages that a text of the agent refers to. */
  citations: Citation[] | null
  /** Of a message of the end user: what it says about itself. */
  client_id: string | null
  in_reply_to: string | null
  values: JsonObject | null
  created_at: string
}

/** Columns of an ItemRecord, with their types. */
const itemTypes: Record<keyof ItemRecord, string> = {
  id: 'uuid',
  position: 'integer',
  type: 'text',
  turn_id: 'uuid',
  role: 'text',
  content: 'text[]',
  parts: 'jsonb',
  author: 'jsonb',
  interrupted: 'boolean',
  metrics: 'jsonb',
  call_id: 'text',
  name: 'text',
  arguments: 'jsonb',
  output: 'jsonb',
  is_error: 'boolean',
  latency_ms: 'integer',
  citations: 'jsonb',
  client_id: 'uuid',
  in_reply_to: 'text',
  values: 'jsonb',
  created_at: 'timestamptz',
}

const itemNames = Object.keys(itemTypes)

/** For writers. */
export const storedItemColumns = itemNames.join(', ')

/** In the JSON of a writer's parameter. */
export const givenItemColumns = Object.entries(itemTypes)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ')

/** Texts as JSON: the driver takes forty times as long to parse a text array. */
export const contentAsJson = 'to_json(content) as content'

/** For readers. */
export const itemColumns = itemNames.map((name) => (name === 'content' ? contentAsJson : name)).join(', ')

const noFields = {
  role: null,
  content: null,
  parts: null,
  author: null,
  interrupted: null,
  metrics: null,
  call_id: null,
  name: null,
  arguments: null,
  output: null,
  is_error: null,
  latency_ms: null,
  citations: null,
  client_id: null,
  in_reply_to: null,
  values: null,
}

/** An item as it is stored. Calls and results get their id here. */
export function rowOfItem(item: NewItem): Omit<ItemRecord, 'id' | 'position' | 'created_at'> {
  if (item.type === 'message') {
    return { ...noFields, ...item, content: textsOf(item.content), parts: partsOf(item.content) }
  }
  const { text, ...fields } = item
  return { ...noFields, ...fields, content: text === undefined ? null : [text] }
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
  /** Searches of knowledge bases that are recorded. */
  retrievals: number
  input_tokens: number | null
  output_tokens: number | null
  error: string | null
  queued_at: string
  started_at: string | null
  deadline_at: string
  finished_at: string | null
  /** Who handled its conversation when it ended, else who does now; absent in lists. */
  handled_by?: HandledBy
  /** The failed turn whose user messages it answers. */
  messages_of: string | null
  user_message_ids: string[]
}

/** Columns of a TurnRecord, over `t`; a reader adds the ids of its user messages. */
export const turnColumns = `t.id, t.sequence, t.status, t.outcome, t.concurrency, t.interactivity, t.agent_version_id, t.attempts,
  t.lease, t.steps, t.retrievals, t.input_tokens, t.output_tokens, t.error, t.queued_at, t.started_at, t.deadline_at, t.finished_at,
  t.messages_of`
