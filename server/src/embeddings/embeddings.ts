// The face of embeddings: which model a dataset's vectors come from, vectors of queries, and stored vectors of texts. A text is
// embedded once in an organization and space, whatever it is part of.
import type { RootStore, TransactionStore } from '../database/store.ts'
import type { WorkPort } from '../work/port.ts'

/** Provider, model and dimension of vectors. Vectors of two spaces cannot be compared. */
export interface Space {
  id: string
  provider: string
  model: string
  dimension: number
}

/** As a dataset asks for it; null: the server's default. */
export interface WantedModel {
  embedding_model: string | null
  embedding_dimension: number | null
}

export class EmbeddingFailed extends Error {
  readonly kind: 'timeout' | 'rejected' | 'unauthorized' | 'failed' | 'dimension_mismatch' | 'not_configured'

  constructor(kind: EmbeddingFailed['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

export interface QueryBounds {
  /** Ends it with the signal's reason. */
  signal: AbortSignal
  /** Ends it with `EmbeddingFailed`, kind `timeout`. */
  timeout_ms: number
}

export interface Reranker {
  model: string | null
  /** One score for each text, in their order; the higher, the better. Throws `RerankFailed`, or the signal's reason. */
  rerank(query: string, texts: readonly string[], signal: AbortSignal): Promise<number[]>
}

export interface Embeddings {
  /** The space that a dataset with these wishes uses now; null: no embedding model can be called for it. Creates its row. */
  spaceFor(tx: TransactionStore, wanted: WantedModel): Promise<Space | null>
  findSpace(store: RootStore, id: string): Promise<Space | null>
  /** Normalized. Kept in memory for a while. Throws `EmbeddingFailed`; at once while the model is not asked after failures. */
  embedQuery(store: RootStore, space: Space, text: string, bounds: QueryBounds): Promise<Float32Array>
  /**
   * Gives every chunk of the generation a vector in the space: batches, each stored by the hash of its texts in a commit of its own.
   * Safe to run again. Throws `EmbeddingFailed`. `made`: how many were not there before.
   */
  embedGeneration(port: WorkPort, store: RootStore, generation_id: string, space: Space): Promise<{ made: number }>
  /** Null: no rerank model is set. */
  reranker: Reranker | null
}
