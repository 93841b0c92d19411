// A change of one conversation as a value: a pure decision returns it, the one writer commits it.
import type {
  Assignee,
  Channel,
  Citation,
  CompletedOutcome,
  ConcurrencyRule,
  ConversationStatus,
  EndReason,
  EventType,
  EndedBy,
  HandledBy,
  TurnMetrics,
  TurnOutcome,
  TurnStatus,
} from '@parley/contract'
import type { ErrorName } from '@parley/contract'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { Redaction } from '../../redaction/rules/types.ts'
import type { ContentPart, MessageAuthor } from './content.ts'
import type { CountedCall } from '../../usage/port.ts'
import type { HandlingRecord } from './handling.ts'
import type { NewRetrieval } from './retrievals.ts'

/** A turn that is not final yet. */
export interface OpenTurn {
  id: string
  sequence: number
  status: Extract<TurnStatus, 'queued' | 'running'>
  concurrency: ConcurrencyRule
  /** User messages that it answers. */
  messages: number
  attempts: number
  /** Finished steps, of all its attempts. */
  steps: number
  /** Searches of knowledge bases that are recorded. */
  retrievals: number
  queued_at: string
  /** When the messages that it answers came: before it, if a turn that failed was tried again. */
  asked_at: string
  /** Tool calls that have no result yet, in order. */
  pending_calls: PendingCall[]
  lease: number | null
  /** The node whose call waits for it. */
  accepted_by: string
  /** The node that carries it out. */
  node_id: string | null
  lease_expired: boolean
  past_deadline: boolean
}

export interface PendingCall {
  call_id: string
  name: string
}

/** What a message claims, which its conversation gives once. */
export interface MessageClaim {
  /** The client's own id of the message. */
  client_id?: string | null | undefined
  /** The call whose widget it answers. */
  in_reply_to?: string | null | undefined
}

/** What has become of a message's claims. */
export interface Claimed {
  /** The turn of the message that has the `client_id`; null: none has it. */
  stored_turn_id: string | null
  /** The widget has its answer. */
  is_answered: boolean
}

/** The conversation's state under its lock. */
export interface LockedConversation {
  id: string
  organization_id: string
  channel: Channel
  status: ConversationStatus
  agent_id: string | null
  agent_version_id: string | null
  web_widget_id: string | null
  handled_by: HandledBy
  /** Null: it was never handed off, given a priority or tagged. */
  handling: HandlingRecord | null
  /** Turns that failed one after another, the last ones. */
  failed_turns: number
  /** Since when their messages, which nobody has answered, wait; null: nothing waits. */
  failed_since: string | null
  /** How many there are. */
  failed_messages: number
  /** Something has to be done before it begins: its messages are stored and wait. */
  is_held_back: boolean
  /** Set if the conversation ends with its last open turn and takes no more messages. */
  ending: Ending | null
  /** Null: everything is stored as it was said. */
  redaction: Redaction | null
  content_purged_at: string | null
  user_turn_count: number
  created_at: string
  /** Since when nobody has said anything and no turn has ended. */
  silent_since: string
  /** The end user was warned in this silence. */
  is_warned: boolean
  next_position: number
  next_sequence: number
  next_turn: number
  /** In order; at most one is running, and it is the first. */
  open_turns: OpenTurn[]
  /** When it last changed. */
  updated_at: string
  /** The database's clock, read under the lock. */
  now: string
  /** A number that no lease has had, for the turn that the change starts. */
  next_lease: number
  /** Of the message that the change stores. */
  claimed: Claimed
}

/** How a conversation is to end. */
export interface Ending {
  end_reason: EndReason
  ended_by: EndedBy
  /** Whether the agent's configuration asks for an analysis. Stored under this name. */
  summary_enabled: boolean
  /** After which conversations clients ask for a rating; null: after none. */
  asks?: 'always' | 'person' | null
  /** Said before the end. */
  closing?: RuleMessage | null
}

/** What the agent says because a rule of its version demands it; belongs to no turn. */
export interface RuleMessage {
  message_id: string
  text: string
}

export interface NewMessage {
  type: 'message'
  id: string
  role: 'user' | 'assistant'
  content: ContentPart[]
  /** Null: the end user or the agent, depending on the role. */
  author: MessageAuthor | null
  interrupted: boolean
  turn_id: string | null
  metrics: TurnMetrics | null
  /** The call of the tool that said it. */
  call_id?: string
  /** The passages that it refers to. */
  citations?: Citation[]
  /** Of a message of the end user; all three are absent where they were not sent. */
  client_id?: string
  in_reply_to?: string
  values?: JsonObject
}

export interface NewToolCall {
  type: 'function_call'
  turn_id: string
  /** Parley's own id, unlike the model's: never used twice. */
  call_id: string
  name: string
  arguments: JsonObject
  /** Held back: what the model said beside the call, in a turn whose reply is wrapped. */
  text?: string
}

export interface NewToolResult {
  type: 'function_call_output'
  turn_id: string
  call_id: string
  name: string
  output: JsonValue
  is_error: boolean
  latency_ms: number | null
  /** Held back: what the tool said, in a turn whose reply is wrapped. */
  text?: string
}

export type NewItem = NewMessage | NewToolCall | NewToolResult

export interface NewTurn {
  id: string
  concurrency: ConcurrencyRule
  interactivity: 'plain' | 'rich'
  agent_version_id: string
  max_seconds: number
  /** Whether an attempt starts at once. */
  start: boolean
  /** How it ends in the commit that stores it: its message is answered or given to people there. Absent: it waits or runs. */
  given?: CompletedOutcome
  /** The failed turn whose user messages it answers; null: it has its own. */
  messages_of: string | null
}

/** The tokens of one model call; null: the provider does not report them. */
export interface TokenUsage {
  input_tokens: number | null
  output_tokens: number | null
}

/** A finished step of a turn that continues. */
export interface StepEnd extends TokenUsage {
  turn_id: string
}

export interface TurnEnd extends TokenUsage {
  id: string
  outcome: TurnOutcome
  error: string | null
  /** Steps finished with it: 1 for a reply. */
  steps: number
  /** Of a reply: its measurements. */
  metrics: TurnMetrics | null
  /** Whether it is rated after its commit. */
  is_rated?: true
}

export interface ConversationEnd {
  status: ConversationStatus
  end_reason: EndReason
  ended_by: EndedBy
  analysis:
    | { status: 'queued'; reason: null }
    | { status: 'skipped'; reason: string }
    | { status: 'none'; reason: null }
}

/** With what it knows from then on. */
export interface Begun {
  status: ConversationStatus
  initial_context: string | null
  custom_metadata: JsonObject
}

/** Written completely or not at all, in the order of the fields. */
export interface Change {
  /** Open turns that become final. */
  ended_turns: TurnEnd[]
  new_turn: NewTurn | null
  /** An open turn that an attempt starts, or takes over if it was running. */
  started_turn: { id: string; takeover: boolean } | null
  /** A running turn has finished a step. */
  step: StepEnd | null
  items: NewItem[]
  /** Searches of knowledge bases, of turns that run. */
  retrievals: NewRetrieval[]
  /** Ids of stored searches whose passages the model was not shown after all. */
  unshown: string[]
  /** Calls of the model that the change accounts for (P3). */
  calls: CountedCall[]
  /** Turns of which a call of the model may be under way that nobody will report. */
  lost_calls: string[]
  end: ConversationEnd | null
  /** It begins, after what had to be done before. */
  begun: Begun | null
  /** Who handles the conversation from now on, and the rest of its hand-off. */
  handling: HandlingRecord | null
  /** The end is put off until the last open turn is over. */
  ending: Ending | null
  /** The end user is warned that the conversation is silent, which does not count as activity. */
  warned: boolean
  events: { type: EventType; data: JsonObject }[]
}

export const noChange: Change = {
  ended_turns: [],
  new_turn: null,
  started_turn: null,
  step: null,
  items: [],
  retrievals: [],
  unshown: [],
  calls: [],
  lost_calls: [],
  end: null,
  begun: null,
  handling: null,
  ending: null,
  warned: false,
  events: [],
}

export const nothingClaimed: Claimed = { stored_turn_id: null, is_answered: false }

/** What the body of a refusal says besides its code. */
export interface RefusalFields {
  turn_id?: string
  running_turn_id?: string
  assignee?: Assignee | null
  taken_at?: string | null
  opens_at?: string | null
}

export interface Refusal {
  refused: ErrorName
  fields?: RefusalFields
}

/** The outcome of a pure decision: a refusal, or a change and an answer. */
export type Decision<Answer> = Refusal | { change: Change; answer: Answer }

export function isRefusal<T>(decision: Decision<T>): decision is Refusal {
  return 'refused' in decision
}
