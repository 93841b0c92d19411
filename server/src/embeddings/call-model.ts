// One call of an embedding model: bounded in time, its answer checked and its vectors normalized.
import { knowledgeBounds } from '@parley/contract'
import type { Clock } from '../base/ports.ts'
import type { EmbeddingCaller } from './adapters/embedding-models.ts'
import type { CalledModel, EndedCall } from '../usage/usage.ts'
import { EmbeddingFailed, toEmbeddingFailed } from './failure.ts'
import { type TextKind, withPrefix } from './rules/known-models.ts'
import { normalize } from './rules/vector.ts'

export interface CalledSpace {
  provider: string
  model: string
  asked_dimension: number | null
  dimension: number | null
}

export interface ModelCall {
  caller: EmbeddingCaller
  space: CalledSpace
  texts: readonly string[]
  kind: TextKind
  signal: AbortSignal
  timeout_ms: number
}

/** A call of the provider that is counted from its beginning. */
export interface CountedEmbedding {
  end(ended: EndedCall): void
}

const reportedOf = (input_tokens: number | null): EndedCall => ({
  how: 'answered',
  reported: { input_tokens, output_tokens: 0, cached_input_tokens: null, cache_write_tokens: null },
})

export const calledModel = ({ space, texts, timeout_ms }: ModelCall): CalledModel => ({
  model: `${space.provider}/${space.model}`,
  most_ms: timeout_ms,
  countCharacters: () => texts.reduce((sum, text) => sum + text.length, 0),
})

/** One vector for each text. `counted` learns how the call ended. Throws `EmbeddingFailed`, or the signal's reason. */
export async function callModel(clock: Clock, call: ModelCall, counted: CountedEmbedding): Promise<Float32Array[]> {
  const { caller, space, texts, kind, signal, timeout_ms } = call
  const id = `${space.provider}/${space.model}`
  if (signal.aborted) {
    counted.end({ how: 'not_made' })
    throw signal.reason
  }
  const { vectors, input_tokens } = await within(clock, { signal, timeout_ms, id }, (inner) =>
    caller({
      texts: texts.map((text) => withPrefix(space.model, kind, text)),
      kind,
      dimension: space.asked_dimension,
      signal: inner,
    }),
  ).catch((error: unknown) => {
    counted.end(endOf(error))
    throw error
  })
  counted.end(reportedOf(input_tokens))
  return readVectors(id, space, vectors, texts.length)
}

function endOf(error: unknown): EndedCall {
  if (!(error instanceof EmbeddingFailed)) return { how: 'interrupted' }
  return error.kind === 'not_configured' ? { how: 'not_made' } : { how: 'failed', is_refused: error.is_refused }
}

/** Does not wait for work that ignores its signal. */
export async function within<T>(
  clock: Clock,
  { signal, timeout_ms, id }: { signal: AbortSignal; timeout_ms: number; id: string },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const stop = new AbortController()
  const { promise: stopped, reject } = Promise.withResolvers<never>()
  stopped.catch(() => {})
  const end = (reason: unknown) => {
    stop.abort(reason)
    reject(reason)
  }
  const onAbort = () => end(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const clear = clock.after(timeout_ms, () =>
    end(new EmbeddingFailed('timeout', `The embedding model ${id} did not answer within ${timeout_ms} ms.`)),
  )
  try {
    return await Promise.race([stopped, work(stop.signal)])
  } catch (error) {
    if (stop.signal.aborted) throw stop.signal.reason
    throw toEmbeddingFailed(error, id, clock.now())
  } finally {
    clear()
    signal.removeEventListener('abort', onAbort)
  }
}

function readVectors(id: string, space: CalledSpace, vectors: number[][], texts: number): Float32Array[] {
  if (vectors.length !== texts)
    throw new EmbeddingFailed(
      'failed',
      `The embedding model ${id} returned ${vectors.length} vectors of ${texts} texts.`,
    )
  const dimension = space.dimension ?? vectors[0]!.length
  const other = vectors.find((vector) => vector.length !== dimension)?.length
  if (other !== undefined)
    throw new EmbeddingFailed(
      'dimension_mismatch',
      `The embedding model ${id} returned vectors of ${other} dimensions instead of ${dimension}. Choose the model’s own dimension, or one that it can shorten to.`,
    )
  const { most } = knowledgeBounds.dimension
  if (dimension > most)
    throw new EmbeddingFailed(
      'dimension_mismatch',
      `The vectors of the embedding model ${id} have ${dimension} dimensions; at most ${most} can be stored. Choose a smaller dimension.`,
    )
  return vectors.map((vector) => {
    const normalized = normalize(vector)
    if (normalized === null)
      throw new EmbeddingFailed(
        'failed',
        `The embedding model ${id} returned a vector that has no direction or is not a number.`,
      )
    return normalized
  })
}
