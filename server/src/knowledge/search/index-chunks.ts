// What searches read of chunks: their words and the signs of their vectors. Written while a generation is built, erased with it.
import type { TransactionStore } from '../../database/store.ts'

export interface IndexedGeneration {
  id: string
  /** Its short key. */
  number: number
  organization_id: string
  dataset_id: string
  /** The stemmer of its words. */
  language: string
}

export interface IndexedChunk {
  position: number
  content: string
  heading_path: readonly string[]
}

/** In the commit that stores the chunks. */
export async function indexWords(
  _tx: TransactionStore,
  _generation: IndexedGeneration,
  _chunks: readonly IndexedChunk[],
): Promise<void> {}

/** When every chunk has a vector in the space. A part of them in each call, safe to run again; true: more is left. */
export async function indexVectors(
  _tx: TransactionStore,
  _generation: IndexedGeneration,
  _space_id: string,
): Promise<boolean> {
  return false
}

/** After a switch: rows of a dataset in a space that no longer serves. At most `most` rows; true: more is left. */
export async function eraseSpace(
  _tx: TransactionStore,
  _of: { organization_id: string; dataset_id: string; space_id: string },
  _most: number,
): Promise<boolean> {
  return false
}

/** In the commit of the switch, or of a delete: what the dataset counts of its words. */
export async function countWords(
  _tx: TransactionStore,
  _change: { added: IndexedGeneration | null; removed: IndexedGeneration | null },
): Promise<void> {}

/** Erases at most `most` rows, and says whether some are left. */
export async function eraseIndex(
  _tx: TransactionStore,
  _generation: IndexedGeneration,
  _most: number,
): Promise<boolean> {
  return false
}
