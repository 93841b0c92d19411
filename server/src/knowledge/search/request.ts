// What a search is asked for, and what it finds.
import type { Degradation, RetrievalMode } from '@parley/contract'

export interface SearchedDataset {
  dataset_id: string
  /** Chunks at most of this dataset. */
  top_n: number
  min_score: number | null
  /** Containment in the source's metadata; null: all. */
  filter: Record<string, unknown> | null
}

export interface SearchRequest {
  /** Each at most once. */
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
  /** By fused rank, or as the rerank model has ordered them, best first. */
  passages: FoundPassage[]
  mode: RetrievalMode
  degraded: Degradation[]
  took_ms: { embedding: number; search: number; rerank: number; total: number }
  /** Nothing could be searched at all: the query failed or timed out. */
  failed: 'failed' | 'timed_out' | null
}
