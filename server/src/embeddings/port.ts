// What embeddings are for other rooms: types only.
import type { RetrievalReason } from '@parley/contract'
import type { RootStore, Store, TransactionStore } from '../database/store.ts'
import type { WorkPort } from '../work/port.ts'

/** Provider, model and dimension of an organization's vectors. Vectors of two spaces cannot be compared. */
export interface Space {
  id: string
  provider: string
  model: string
  /** As requested with each call; null: the model's own. */
  asked_dimension: number | null
  /** Null: not known before the first vector. */
  dimension: number | null
}

/** As a dataset asks for it; null: the server's default. */
export interface WantedModel {
  embedding_model: string | null
  embedding_dimension: number | null
}

export interface DatasetModel extends WantedModel {
  space_id: string | null
  next_space_id: string | null
  /** Whether any chunk serves. */
  has_chunks: boolean
}

export interface DescribedModel {
  /** Of the space that serves; without one, of the model that is wanted. Null: there is no model. */
  provider: string | null
  model: string | null
  dimension: number | null
  /** Why searches find chunks by words only. */
  reason: RetrievalReason | null
  /** What the dataset names, if that cannot be called while the space of another model serves. */
  uncallable: { model: string; dimension: number | null } | null
}

/** The chunks of one generation, or what else needs vectors. */
export interface TextSource {
  /** Of the claims on texts: an id of the work, the same in each run, which begins with `giveUpClaims`. */
  holder: string
  /** In order of their positions. `text_hash`: SHA-256 of the text. */
  read(store: Store, after_position: number, limit: number): Promise<EmbeddedText[]>
  /**
   * First in each commit, to lock what comes before vectors; with the counts of the commit before. If it throws, nothing of the part
   * is stored.
   */
  hold?(tx: TransactionStore, done: number, made: number): Promise<void>
  /** Last in each commit: how many of the texts have a vector now, and how many of these this run has made. */
  wrote(tx: TransactionStore, done: number, made: number): Promise<void>
  /** Ends the run with its reason, once what is under way is stored: it is paid for. */
  stop?: AbortSignal
}

export interface EmbeddedText {
  position: number
  text_hash: Buffer
  text: string
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
  rerank(organization_id: string, query: string, texts: readonly string[], signal: AbortSignal): Promise<number[]>
}

export interface EmbeddingOffers {
  models: { provider: string; model: string; dimension: number | null }[]
  default_model: { provider: string; model: string; dimension: number | null } | null
}

export interface Embeddings {
  /** The space that a dataset with these wishes uses now; null: no embedding model can be called for it. Creates its row. */
  spaceFor(tx: TransactionStore, wanted: WantedModel): Promise<Space | null>
  findSpace(store: Store, id: string): Promise<Space | null>
  /** Whether there are settings with which its model can be called. */
  isCallable(store: Store, space: Space): Promise<boolean>
  /** What datasets show of their models, in the same order. */
  describeAll(store: Store, datasets: readonly DatasetModel[]): Promise<DescribedModel[]>
  listOffers(store: Store): Promise<EmbeddingOffers>
  /** Normalized. Kept in memory for a while. Throws `EmbeddingFailed`; at once while the model is not asked after failures. */
  embedQuery(store: RootStore, space: Space, text: string, bounds: QueryBounds): Promise<Float32Array>
  /**
   * Gives every text a vector in the space: batches, each stored by the hash of its texts in a commit of its own. Safe to run again.
   * Throws `EmbeddingFailed`, whose `made` says how many this run has stored.
   */
  embedGeneration(port: WorkPort, store: RootStore, space: Space, texts: TextSource): Promise<{ made: number }>
  /** Null: no rerank model is set. */
  reranker: Reranker | null
}
