// Vectors of chunks: what a build needs of them.
import type { Dataset } from '@parley/contract'
import type { RootStore, TransactionStore } from '../../database/store.ts'
import type { WorkPort } from '../../work/port.ts'
import type { IndexedGeneration } from '../search/index-chunks.ts'
import type { Knowledge } from '../services.ts'

/** Gives every chunk a vector where searches of the dataset need one; at once where no model can be called. */
export async function giveVectors(
  _port: WorkPort,
  _room: Knowledge,
  _store: RootStore,
  _generation: IndexedGeneration,
  _wrote: (tx: TransactionStore, done_chunks: number, reused_chunks: number) => Promise<void>,
): Promise<void> {}

/** In the commit of the switch. False: the dataset's space has changed meanwhile. */
export async function hasVectors(_tx: TransactionStore, _generation_id: string): Promise<boolean> {
  return true
}

/** What a dataset asks for, and has. */
export interface DatasetSpaces {
  id: string
  embedding_model: string | null
  embedding_dimension: number | null
  space_id: string | null
  next_space_id: string | null
  reembedding_status: 'running' | 'failed' | null
  reembedding_error: string | null
}

/** How datasets are searched; in their order. */
export async function describeVectors(
  _room: Knowledge,
  _store: RootStore,
  datasets: readonly DatasetSpaces[],
): Promise<
  Pick<
    Dataset,
    | 'embedding_provider'
    | 'embedding_model'
    | 'embedding_dimension'
    | 'retrieval_mode'
    | 'retrieval_reason'
    | 'reembedding'
  >[]
> {
  return datasets.map(() => ({
    embedding_provider: null,
    embedding_model: null,
    embedding_dimension: null,
    retrieval_mode: 'full_text',
    retrieval_reason: 'no_embedding_model',
    reembedding: null,
  }))
}

/** In the commit that creates a dataset or changes what it asks for, after its row: starts, replaces or undoes a re-embedding. */
export async function changeModel(_tx: TransactionStore, _room: Knowledge, _dataset_id: string): Promise<void> {}
