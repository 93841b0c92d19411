// What was asked of knowledge bases in a turn, as a value: recorded with the turn's next change, and told to readers. Pure.
import type { CountedCall } from '../../usage/port.ts'
import type { Citation, Retrieval, RetrievalOutcome, RetrievedChunk } from '@parley/contract'

export interface NewRetrieval extends Retrieval {
  turn_id: string
  /** The datasets that it searched, or would have. */
  dataset_ids: string[]
}

/** What a change brings along of the searches and the calls of the model since the last one. */
export interface Found {
  retrievals?: NewRetrieval[]
  /** Ids of stored ones whose passages the model was not shown after all. */
  unshown?: string[]
  /** Only once they are over. */
  model_calls?: CountedCall[]
}

/** The record without what the end user said, as events have it. */
export type RetrievalEvent = Omit<Retrieval, 'query'> & { turn_id: string }

/** Its fields in one order: a reader may be told of what was just found, or of what the database kept. */
const inOrder = ({
  number,
  chunk_id,
  dataset_id,
  source_id,
  source_name,
  url,
  page,
  score,
  shown,
}: RetrievedChunk) => ({
  ...{ number, chunk_id, dataset_id, source_id, source_name, url, page, score, shown },
})

export function eventOfRetrieval(turn_id: string, retrieval: Retrieval): RetrievalEvent {
  const { id, call_id, kind, retrieval_mode, degraded, outcome, latency_ms, chunks } = retrieval
  return { turn_id, id, call_id, kind, retrieval_mode, degraded, outcome, latency_ms, chunks: chunks.map(inOrder) }
}

/** How a search ended for one of its datasets. */
export interface SearchedDataset {
  dataset_id: string
  outcome: RetrievalOutcome
  best_score: number | null
}

export function datasetsOf({ dataset_ids, outcome, chunks }: NewRetrieval): SearchedDataset[] {
  return [...new Set(dataset_ids)].map((dataset_id) => {
    const scores = chunks.flatMap((chunk) => (chunk.dataset_id === dataset_id ? [chunk.score] : []))
    const best_score = scores.length === 0 ? null : Math.max(...scores)
    return { dataset_id, outcome: outcome === 'found' && best_score === null ? 'nothing' : outcome, best_score }
  })
}

/** Each passage once, by its number. */
export function joinCitations(lists: readonly (readonly Citation[] | null | undefined)[]): Citation[] {
  const all = new Map(lists.flatMap((list) => list ?? []).map((citation) => [citation.number, citation]))
  return [...all.values()].sort((a, b) => a.number - b.number)
}

/** As a change has them: the field is absent where nothing is cited. */
export const citing = (citations: Citation[] | undefined) => (citations?.length ? { citations } : {})

/** As an end user is shown it. */
export const publicCitation = ({ number, source_name, url }: Citation): Citation => ({ number, source_name, url })
