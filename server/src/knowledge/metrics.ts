// What is measured of knowledge bases: how long searches take, and how long each state of ingestion.
import type { Core } from '../calls/core.ts'
import type { Histogram } from '../telemetry/metrics.ts'
import { LeaseLost } from '../work/port.ts'
import type { Found } from './search/request.ts'

export const retrieval_seconds: Histogram<'part' | 'outcome'> = {
  name: 'parley_retrieval_seconds',
  help: 'Seconds of a search of knowledge bases (part total) and of what it consists of.',
  labels: ['part', 'outcome'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
}

export const ingestion_seconds: Histogram<'state' | 'outcome'> = {
  name: 'parley_ingestion_seconds',
  help: 'Seconds that one try of a state of ingestion took.',
  labels: ['state', 'outcome'],
  buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 600, 3600],
}

type Part = Exclude<keyof Found['took_ms'], 'total'>

/** Each part that took place, and the whole. */
export function measureSearch({ metrics }: Pick<Core, 'metrics'>, found: Found): void {
  const { took_ms, passages, failed } = found
  const observe = (part: string, outcome: string, ms: number) =>
    metrics.observe(retrieval_seconds, { part, outcome }, ms / 1000)
  for (const part of ['embedding', 'search', 'rerank'] as const) {
    const outcome = outcomeOf(part, found)
    if (took_ms[part] > 0 || outcome !== 'done') observe(part, outcome, took_ms[part])
  }
  observe('total', failed ?? (passages.length > 0 ? 'found' : 'nothing'), took_ms.total)
}

function outcomeOf(part: Part, { degraded, failed, took_ms }: Found): 'done' | 'failed' | 'timed_out' {
  const lacks = (...codes: Found['degraded']) => codes.some((code) => degraded.includes(code))
  if (part === 'rerank') return lacks('rerank_failed') ? 'failed' : 'done'
  if (part === 'search') {
    if (lacks('full_text_timeout', 'vector_timeout')) return 'timed_out'
    return (took_ms.search > 0 && failed) || 'done'
  }
  if (lacks('embedding_timeout')) return 'timed_out'
  return lacks('embedding_failed') ? 'failed' : 'done'
}

export type IngestionState = 'converting_to_markdown' | 'chunking' | 'embedding'

interface Measured {
  core: Pick<Core, 'metrics' | 'ports'>
  state: IngestionState
  signal: AbortSignal
  /** Whether an error only says that the result is not needed any more. */
  isNeedless?: (error: unknown) => boolean
}

/** Measures one try of a state: `done`, `failed`, or `abandoned`, because it is needed no more or another node goes on with it. */
export async function measureState<T>(
  { core: { metrics, ports }, state, signal, isNeedless }: Measured,
  work: () => Promise<T>,
): Promise<T> {
  const begun = ports.clock.monotonic()
  const end = (outcome: string) =>
    metrics.observe(ingestion_seconds, { state, outcome }, (ports.clock.monotonic() - begun) / 1000)
  try {
    const result = await work()
    end('done')
    return result
  } catch (error) {
    const isAbandoned = signal.aborted || error instanceof LeaseLost || isNeedless?.(error) === true
    end(isAbandoned ? 'abandoned' : 'failed')
    throw error
  }
}
