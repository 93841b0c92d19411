// Why a text has no vector: what the provider, the network or the answer did. Never contains a key, a text or the provider's words.
import { APICallError } from '@ai-sdk/provider'
import { type ModelError, toModelError } from '../models/models.ts'

export type EmbeddingFault =
  | 'timeout'
  | 'rejected'
  | 'unauthorized'
  | 'failed'
  | 'dimension_mismatch'
  | 'not_configured'
  /** As if no model could be called; it passes by itself. */
  | 'budget_stopped'

export class EmbeddingFailed extends Error {
  readonly kind: EmbeddingFault
  /** Whether another try may succeed. */
  readonly may_pass: boolean
  /** As the provider asks. */
  readonly retry_after_ms: number | null
  /** The provider refused the call or was not reached, so it bills nothing. */
  is_refused = false
  /** Vectors that this run has stored before. */
  made = 0

  constructor(kind: EmbeddingFault, message: string, retry_after_ms: number | null = null) {
    super(message)
    this.name = 'EmbeddingFailed'
    this.kind = kind
    this.may_pass = kind === 'timeout' || kind === 'failed'
    this.retry_after_ms = retry_after_ms
  }
}

/** `model`: `provider/model`. */
export function toEmbeddingFailed(error: unknown, model: string, now_ms: number): EmbeddingFailed {
  if (error instanceof EmbeddingFailed) return error
  const found = toModelError(error, model)
  const failed = new EmbeddingFailed(kindOf(found), describe(found, model), readRetryAfter(error, now_ms))
  return Object.assign(failed, { is_refused: found.status !== null || found.is_unreached })
}

function kindOf({ kind, status }: ModelError): EmbeddingFault {
  if (kind === 'timeout' || kind === 'not_configured') return kind
  if (kind !== 'refused') return 'failed'
  return status === 401 || status === 403 ? 'unauthorized' : 'rejected'
}

function describe(error: ModelError, model: string): string {
  const status = error.status === null ? '' : ` (status ${error.status})`
  switch (kindOf(error)) {
    case 'unauthorized':
      return `The embedding model ${model} refused the key${status}. Correct the key, then try again.`
    case 'rejected':
      return `The embedding model ${model} rejected the request${status}. Check the model’s name, its dimension, and how many and how long texts it takes.`
    case 'not_configured':
      return `The embedding model ${model} is not configured. Set its key, or choose another model.`
    default:
      return `The embedding model ${model} could not answer: ${error.message.replace(/^Model \S+: /, '')}.`
  }
}

/** Of seconds or a date; null: it does not say, or what it says is in the past. */
function readRetryAfter(error: unknown, now_ms: number): number | null {
  const value = APICallError.isInstance(error) ? error.responseHeaders?.['retry-after'] : undefined
  if (value === undefined) return null
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now_ms
  return ms > 0 ? ms : null
}
