// Searches datasets: words and vectors side by side, fused, ordered by the rerank model if there is one. Sees of each attachment one
// complete generation or none.
import type { Degradation, RetrievalMode } from '@parley/contract'
import type { Core } from '../../calls/core.ts'
import type { RootStore } from '../../database/store.ts'
import type { Knowledge } from '../services.ts'

export interface SearchedDataset {
  dataset_id: string
  /** Chunks at most of this dataset. */
  top_n: number
  min_score: number | null
  /** Containment in the source's metadata; null: all. */
  filter: Record<string, unknown> | null
}

export interface SearchRequest {
  datasets: readonly SearchedDataset[]
  /** What words are looked for. */
  query: string
  /** What is embedded, if it is not the query. */
  vector_query: string
  mode: 'auto' | 'full_text' | 'vector'
  source_ids: readonly string[] | null
  rerank: boolean
  /** Chunks at most in all. */
  results: number
  /** At this bound whatever is there is used. */
  timeout_ms: number
}

export interface FoundPassage {
  chunk_id: string
  dataset_id: string
  source_id: string
  dataset_source_id: string
  position: number
  source_name: string
  metadata: Record<string, unknown>
  heading_path: string[]
  page: number | null
  url: string | null
  content: string
  score: number
  scores: { vector: number | null; full_text: number | null; rerank: number | null }
  has_vector: boolean
}

export interface Found {
  /** By fused rank, best first. */
  passages: FoundPassage[]
  mode: RetrievalMode
  degraded: Degradation[]
  took_ms: { embedding: number; search: number; rerank: number; total: number }
  /** Nothing could be searched at all: the query failed or timed out. */
  failed: 'failed' | 'timed_out' | null
}

/** Never throws for what may fail outside: it says so in `failed` and `degraded`. Throws the signal's reason when it is aborted. */
export async function search(
  _core: Core,
  _room: Knowledge,
  _store: RootStore,
  _request: SearchRequest,
  _signal: AbortSignal,
): Promise<Found> {
  throw new Error('not built')
}
