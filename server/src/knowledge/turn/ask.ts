// Asks the datasets of an agent in a turn, within a time, and never fails: what was missing is said in the record.
import type { Degradation } from '@parley/contract'
import type { ResolvedKnowledgeBase } from '../../agents/rules/knowledge.ts'
import type { JsonObject } from '../../base/json.ts'
import { isUuid } from '../../base/ports.ts'
import type { NewRetrieval } from '../../conversations/machine/retrievals.ts'
import type { RootStore } from '../../database/store.ts'
import type { CallRun } from '../../engine/engine.ts'
import { type RenderBudget, createBudget } from '../../templates/templates.ts'
import type { Redactor } from '../../secrets/rules/redact.ts'
import type { SearchedDataset } from '../search/request.ts'
import type { Knowledge } from '../services.ts'
import { renderFilter } from './rules/filters.ts'
import { type FittedPassage, type Room, fitPassages } from './rules/fit.ts'
import { isSearchable } from './rules/queries.ts'
import { hideSecrets } from './rules/secrets.ts'

export interface Question {
  words: string
  vectors: string
  datasets: readonly SearchedDataset[]
  /** Datasets that are named but cannot exist. */
  is_missing: boolean
  results: number
  rerank: boolean
  timeout_ms: number
}

/** The record without what depends on what the model is shown. */
export interface Asked extends Pick<NewRetrieval, 'query' | 'retrieval_mode' | 'degraded' | 'outcome' | 'latency_ms'> {
  /** Those that fit have a text. */
  fitted: FittedPassage[]
  dataset_ids: string[]
}

/** After the bound of a search, for what it has found by then to arrive. */
const grace_ms = 50

interface Asking {
  room: Pick<Knowledge, 'search'>
  store: RootStore
  /** Side by side with the search. */
  readRedactor: () => Promise<Redactor>
  /** When the search is over. */
  measureRoom: () => Room
}

/** Throws only the signal's reason, when it is aborted. */
export async function ask(
  { room, store, readRedactor, measureRoom }: Asking,
  question: Question,
  {
    services: { ports },
    signal,
    log,
  }: Pick<CallRun, 'signal' | 'log'> & { services: Pick<CallRun['services'], 'ports'> },
): Promise<Asked> {
  const startedAt = ports.clock.monotonic()
  const { words: query, datasets, is_missing } = question
  const missing: Degradation[] = is_missing ? ['dataset_missing'] : []
  const end = (rest: Pick<Asked, 'outcome'> & Partial<Asked>): Asked => {
    const latency_ms = Math.round(ports.clock.monotonic() - startedAt)
    const dataset_ids = datasets.map(({ dataset_id }) => dataset_id)
    return { query, retrieval_mode: null, degraded: missing, fitted: [], dataset_ids, latency_ms, ...rest }
  }
  if (!isSearchable(query)) return end({ outcome: 'skipped' })
  if (datasets.length === 0) return end({ outcome: 'nothing' })
  const late = new AbortController()
  const stopTimer = ports.clock.after(question.timeout_ms + grace_ms, () => late.abort(late_reason))
  try {
    const searching = room.search(store, requestOf(question), AbortSignal.any([signal, late.signal]))
    const [found, redactor] = await within(Promise.all([searching, readRedactor()]), [signal, late.signal])
    const { mode: retrieval_mode, passages, failed } = found
    const degraded = [...new Set([...missing, ...found.degraded])]
    if (failed) return end({ outcome: failed, degraded })
    const fitted = hideSecrets(fitPassages(passages, measureRoom()), redactor)
    return end({ outcome: passages.length > 0 ? 'found' : 'nothing', retrieval_mode, degraded, fitted })
  } catch (error) {
    signal.throwIfAborted()
    if (late.signal.aborted) return end({ outcome: 'timed_out' })
    log.error({ err: error }, 'knowledge bases could not be searched')
    return end({ outcome: 'failed' })
  } finally {
    stopTimer()
  }
}

const late_reason = new Error('the search took longer than it may')

function requestOf({ words: query, vectors: vector_query, datasets, results, rerank, timeout_ms }: Question) {
  return { query, vector_query, datasets, results, rerank, timeout_ms, mode: 'auto' as const, source_ids: null }
}

/** Does not wait for a search that does not stop when it is told to. */
async function within<T>(work: Promise<T>, signals: AbortSignal[]): Promise<T> {
  const stop = AbortSignal.any(signals)
  const stopped = Promise.withResolvers<never>()
  const abort = () => stopped.reject(stop.reason as Error)
  stop.addEventListener('abort', abort, { once: true })
  if (stop.aborted) abort()
  try {
    return await Promise.race([work, stopped.promise])
  } finally {
    stop.removeEventListener('abort', abort)
    work.catch(() => {})
  }
}

/** The datasets of an agent as a search takes them, without those whose filter lets nothing through. */
export function datasetsOf(
  bases: readonly ResolvedKnowledgeBase[],
  custom_metadata: JsonObject,
  budget: RenderBudget = createBudget(),
): Pick<Question, 'datasets' | 'is_missing'> {
  const known = bases.filter(({ dataset_id }) => isUuid(dataset_id))
  const datasets = known.flatMap(({ filter, ...base }): SearchedDataset[] => {
    if (filter === null) return [{ ...base, filter }]
    const rendered = renderFilter(filter, custom_metadata, budget)
    return rendered === null ? [] : [{ ...base, filter: rendered }]
  })
  return { datasets, is_missing: known.length < bases.length }
}
