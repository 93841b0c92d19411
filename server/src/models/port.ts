// The model port: what the engine needs of any language model. Types only, and it only streams.
import type { JsonObject, JsonValue } from '../base/json.ts'
import type { CallCounter, ReportedTokens } from '../usage/port.ts'

/** A language model that can continue a conversation. */
export interface Model {
  /** `provider/model`, as in an agent's configuration and the metrics. */
  readonly id: string
  /**
   * Streams one model call. The last part is always `finish`. Throws a `ModelError` for every failure of the provider or the
   * network; if `signal` aborts, throws the signal's reason.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelPart>
}

/** A model of the catalog. Each try of a call is a call of a provider, and `calls` counts all of them (P3). */
export interface CountedModel {
  readonly id: string
  /** Like that of a model. Also throws what forbids the call. */
  stream(request: ModelRequest, signal: AbortSignal, calls: CallCounter): AsyncIterable<ModelPart>
}

/** The models of a provider, by `provider/model` and the provider's own name. */
export type ModelFactory = (id: string, model: string) => Model

export interface ModelRequest {
  /** The system prompt; empty: none. */
  system: string
  messages: ModelMessage[]
  tools: ModelTool[]
  /** Sampling temperature; absent: the provider's default. */
  temperature?: number
  /** Maximum output in tokens; absent: the provider's default. */
  max_output_tokens?: number
  /** The answer is to be JSON of this schema. Providers ensure it as far as they can, so it is checked all the same. */
  output?: { name: string; schema: JsonObject }
  /** A text of the call as it may be kept in a trace; absent: none may be. */
  recorded?: (text: string) => string
  /** Whether nobody reads along at the moment, so that text may come in fewer, longer pieces; absent: somebody may. */
  gathers?: () => boolean
}

export type ModelMessage =
  | { role: 'user'; text: string }
  | { role: 'assistant'; text: string; tool_calls: ModelToolCall[] }
  | { role: 'tool'; results: ModelToolResult[] }

export interface ModelTool {
  name: string
  description: string
  /** JSON Schema of the arguments. */
  parameters: JsonObject
}

export interface ModelToolCall {
  call_id: string
  name: string
  arguments: JsonObject
}

export interface ModelToolResult {
  call_id: string
  name: string
  output: JsonValue
  is_error: boolean
}

export type ModelPart =
  | { type: 'text'; text: string }
  /** `arguments` is the text that the model wrote, not parsed and possibly not JSON. */
  | { type: 'tool_call'; call_id: string; name: string; arguments: string }
  /** `model`: the id of the one that answered, where several can. */
  | { type: 'finish'; reason: FinishReason; usage: ModelUsage; model?: string }

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'other'

export type ModelUsage = ReportedTokens

export const notReported: ModelUsage = {
  input_tokens: null,
  output_tokens: null,
  cached_input_tokens: null,
  cache_write_tokens: null,
}

/** A failure of the provider or the network. Its message never contains a key, a header or a prompt. */
export class ModelError extends Error {
  readonly kind: ModelErrorKind
  readonly model: string
  /** HTTP status of the provider, if it answered. */
  readonly status: number | null
  /** The provider was not reached, so it bills nothing. */
  is_unreached = false

  constructor(kind: ModelErrorKind, model: string, status: number | null, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ModelError'
    this.kind = kind
    this.model = model
    this.status = status
  }
}

/**
 * `rate_limited`, `unavailable`, `connection` and `timeout` may pass and are retried; the others are final.
 * `not_configured`: no key or unknown provider; `refused`: the provider rejected the request (4xx); `protocol`: the answer is
 * not in the provider's format.
 */
export type ModelErrorKind =
  | 'rate_limited'
  | 'unavailable'
  | 'connection'
  | 'timeout'
  | 'not_configured'
  | 'refused'
  | 'protocol'
