// What the counting of billable calls is for other folders: types only. A call of a provider is one request to it, so each try is a call.

export type UsageKind =
  | 'model_call'
  | 'embedding'
  | 'speech_to_text'
  | 'text_to_speech'
  | 'telephony'
  | 'email'
  | 'crawl'
  | 'workflow_run'

export type UsagePurpose =
  | 'reply'
  | 'greeting'
  | 'analysis'
  | 'authoring'
  | 'evaluation'
  | 'simulation'
  | 'workflow'
  | 'knowledge'
  | 'test'

/** `lost`: the node that made the call is gone, so it is unknown what it has used. */
export type UsageOutcome = 'ok' | 'failed' | 'interrupted' | 'lost'

/** Whose calls are counted, and what for. */
export interface Counting {
  organization_id: string
  kind: Extract<UsageKind, 'model_call' | 'embedding'>
  purpose: UsagePurpose
  agent_id: string | null
  conversation_id?: string | null
}

/** As a provider reports it; null: it does not. */
export interface ReportedTokens {
  /** All of them, also those from a cache and those written to one. */
  input_tokens: number | null
  output_tokens: number | null
  cached_input_tokens: number | null
  cache_write_tokens: number | null
}

export interface CalledModel {
  /** `provider/model`. */
  model: string
  /** When the call is over at the latest. */
  most_ms: number
  /** Of the request: for an estimate, if one is needed. */
  countCharacters(): number
}

/** What became of a call. */
export type EndedCall =
  | { how: 'answered'; reported: ReportedTokens | null }
  /** Nobody needs the rest of its answer. */
  | { how: 'interrupted' }
  /** `is_refused`: the provider has said so, or was not reached, before any of its answer. It bills none of these. */
  | { how: 'failed'; is_refused: boolean }
  /** It was not sent. */
  | { how: 'not_made' }

/** What a call has used. */
export interface MeasuredCall extends ReportedTokens {
  outcome: UsageOutcome
  /** Some of it was not reported. */
  estimated: boolean
}

/** A call under way. Its caller ends it once; if that fails, it becomes `lost`. */
export interface OpenCall {
  /** Characters of the answer so far. */
  heard: number
  /** Never fails. */
  end(ended: EndedCall): void | Promise<void>
}

/** Counts each call of a model. Without one, no model of the catalog can be called. */
export interface CallCounter {
  /** Before the call. Throws what forbids it. */
  begin(called: CalledModel): Promise<OpenCall>
}

/** A call as the commit that stores its effect counts it: its row begins and ends there. */
export interface CountedCall extends MeasuredCall {
  /** Chosen before the call, so that it is counted once however often its commit is repeated. */
  id: string
  /** When it began. */
  at: string
  turn_id: string
  purpose: UsagePurpose
  provider: string
  model: string
}
