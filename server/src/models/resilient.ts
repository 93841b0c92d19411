// Keeps a model call within its time limit, retries transient failures, and falls back to other models. Nothing is retried
// once output has begun, since a caller has seen it.
import type { Clock } from '../base/ports.ts'
import { backoff, sleep } from '../base/retry.ts'
import type { MeasuredCall } from './metrics.ts'
import type { CallCounter, EndedCall } from '../usage/port.ts'
import { charactersOfRequest } from './rules/request-size.ts'
import {
  type CountedModel,
  ModelError,
  type Model,
  type ModelErrorKind,
  type ModelPart,
  type ModelRequest,
} from './port.ts'
import { createModelError } from './adapters/provider-errors.ts'

export interface ResilienceOptions {
  clock: Pick<Clock, 'after'>
  /** At least 0, below 1. */
  random(): number
  /** Bounds each attempt from its start to its last part, including the time that the consumer takes. */
  timeout_ms: number
  /** Further attempts per model after the first; default 2. */
  retries?: number
  /** Called for every failed attempt, for logs and metrics. */
  onFailure?(failure: AttemptFailure): void
  /** Called for every attempt, when it is over. */
  onCall?(call: MeasuredCall): void
}

export interface AttemptFailure {
  error: ModelError
  /** 1 for the first attempt of a model. */
  attempt: number
  /** What follows: another attempt, the next model, or the error. */
  next: 'retry' | 'fallback' | 'throw'
}

const DEFAULT_RETRIES = 2
/** Between two attempts. */
const attempt_waits = { first_ms: 250, longest_ms: 4000 }

/**
 * A failure that may pass is retried `retries` times, then each fallback is tried under the same rule. A final failure of the
 * primary is thrown; a final failure of a fallback only ends that fallback. If every model failed, the last error is thrown. Each attempt
 * is counted as a call of its own, from before it begins.
 */
export function createResilientModel(primary: Model, fallbacks: Model[], options: ResilienceOptions): CountedModel {
  const { clock, random, retries = DEFAULT_RETRIES } = options
  const models = [primary, ...fallbacks]

  async function* stream(request: ModelRequest, signal: AbortSignal, calls: CallCounter): AsyncGenerator<ModelPart> {
    signal.throwIfAborted()
    for (const [index, model] of models.entries()) {
      const isLastModel = index === models.length - 1
      for (let attempt = 1; attempt <= retries + 1; attempt += 1) {
        let hasOutput = false
        try {
          for await (const part of runAttempt(model, request, { signal, calls }, options)) {
            hasOutput = true
            yield part.type === 'finish' ? { ...part, model: model.id } : part
          }
          return
        } catch (error) {
          if (signal.aborted) throw signal.reason
          if (!(error instanceof ModelError)) throw error
          const next = decideNext(error, { hasOutput, attempt, retries, isPrimary: index === 0, isLastModel })
          options.onFailure?.({ error, attempt, next })
          if (next === 'throw') throw error
          if (next === 'fallback') break
        }
        await sleep(clock, backoff(attempt, { ...attempt_waits, random }), signal)
      }
    }
  }
  return { id: primary.id, stream }
}

interface AttemptState {
  hasOutput: boolean
  attempt: number
  retries: number
  isPrimary: boolean
  isLastModel: boolean
}

function decideNext(error: ModelError, state: AttemptState): AttemptFailure['next'] {
  const isPassing = PASSING[error.kind]
  if (state.hasOutput) return 'throw'
  if (isPassing && state.attempt <= state.retries) return 'retry'
  if (state.isLastModel || (!isPassing && state.isPrimary)) return 'throw'
  return 'fallback'
}

const PASSING: Record<ModelErrorKind, boolean> = {
  rate_limited: true,
  unavailable: true,
  connection: true,
  timeout: true,
  not_configured: false,
  refused: false,
  protocol: false,
}

/** One attempt within its time. Does not wait for a model that ignores its signal. */
async function* runAttempt(
  model: Model,
  request: ModelRequest,
  { signal, calls }: { signal: AbortSignal; calls: CallCounter },
  { clock, timeout_ms, onCall }: ResilienceOptions,
): AsyncGenerator<ModelPart> {
  const countCharacters = () => charactersOfRequest(request)
  const counted = await calls.begin({ model: model.id, most_ms: timeout_ms, countCharacters })
  // Right before the listener below: an abort in between would not be noticed.
  if (signal.aborted) {
    await counted.end({ how: 'not_made' })
    throw signal.reason
  }
  const call = new AbortController()
  let leave: (reason: unknown) => void = () => {}
  const stop = (reason: unknown) => {
    call.abort(reason)
    leave(reason)
  }
  const abort = () => stop(signal.reason)
  signal.addEventListener('abort', abort)
  const stopTimer = clock.after(timeout_ms, () => stop(createModelError('timeout', model.id)))
  const parts = model.stream(request, call.signal)[Symbol.asyncIterator]()
  let ended: Omit<MeasuredCall, 'model'> = { outcome: 'aborted', usage: null }
  let counts: EndedCall = { how: 'interrupted' }
  try {
    for (;;) {
      call.signal.throwIfAborted()
      const { done, value } = await new Promise<IteratorResult<ModelPart>>((resolve, reject) => {
        leave = reject
        parts.next().then(resolve, (error) => reject(call.signal.aborted ? call.signal.reason : error))
      })
      if (done) return
      if (value.type === 'finish') {
        ended = { outcome: 'ok', usage: value.usage }
        counts = { how: 'answered', reported: value.usage }
      } else counted.heard += (value.type === 'text' ? value.text : value.arguments).length
      yield value
    }
  } catch (error) {
    if (error instanceof ModelError && !signal.aborted) {
      ended = { outcome: error.kind, usage: null }
      counts = endOfFailed(error)
    }
    throw error
  } finally {
    onCall?.({ model: model.id, ...ended })
    stopTimer()
    signal.removeEventListener('abort', abort)
    // Not awaited: a generator that still waits for its provider would block the caller here.
    parts.return?.()?.catch(() => undefined)
    await counted.end(counts)
  }
}

function endOfFailed({ kind, status, is_unreached }: ModelError): EndedCall {
  if (kind === 'not_configured') return { how: 'not_made' }
  return { how: 'failed', is_refused: status !== null || is_unreached }
}
