// Vectors of chunks: what a build needs of them.
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

/** In the commit that deletes the generation. */
export async function forgetSpaces(_tx: TransactionStore, _generation_id: string): Promise<void> {}
