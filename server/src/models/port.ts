// The model port: what the engine asks of any language model. Types only, and it only streams.
import type { JsonObject, JsonValue } from '../base/json.ts'

/** A language model that can be asked to continue a conversation. */
export interface Model {
  /** `provider/model`, as an agent configuration and the metrics name it. */
  readonly id: string
  /**
   * Streams one model call. The last part is always `finish`. Throws a `ModelError` for every fault of the provider or the
   * network; when `signal` aborts it throws the signal's reason.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelPart>
}

export interface ModelRequest {
  /** The system prompt; empty means none. */
  system: string
  messages: ModelMessage[]
  tools: ModelTool[]
  /** Sampling temperature; absent leaves it to the provider. */
  temperature?: number
  /** Upper bound of the output in tokens; absent leaves it to the provider. */
  max_output_tokens?: number
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
  /** `arguments` is the text that the model wrote, not yet parsed and perhaps not JSON. */
  | { type: 'tool_call'; call_id: string; name: string; arguments: string }
  | { type: 'finish'; reason: FinishReason; usage: ModelUsage }

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'other'

export interface ModelUsage {
  input_tokens: number | null
  output_tokens: number | null
}

/** A fault of the provider or of the way to it. Its message never holds a key, a header or a prompt. */
export class ModelError extends Error {
  readonly kind: ModelErrorKind
  readonly model: string
  /** HTTP status of the provider, when there was an answer. */
  readonly status: number | null

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
 * `not_configured`: no key or unknown provider; `refused`: the provider rejected the request (4xx); `protocol`: an answer that
 * is not the provider's format.
 */
export type ModelErrorKind =
  | 'rate_limited'
  | 'unavailable'
  | 'connection'
  | 'timeout'
  | 'not_configured'
  | 'refused'
  | 'protocol'
