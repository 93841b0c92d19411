// Gives all chunks of one generation their vectors in one space, and what searches need of them. Safe to run again.
import type { RootStore, TransactionStore } from '../../database/store.ts'
import type { Space } from '../../embeddings/embeddings.ts'
import type { WorkPort } from '../../work/port.ts'
import { indexVectors } from '../search/index-chunks.ts'
import type { Knowledge } from '../services.ts'
import { type ServingGeneration, findProgress, holdGeneration, noteProgress, readTexts } from './rows.ts'

/** Nothing needs the vectors any more: the generation is gone, or the dataset has another space. */
export class Needless extends Error {
  constructor() {
    super('the vectors are not needed any more')
  }
}

export interface Filling {
  generation: ServingGeneration
  space: Space
  /** In each commit, before anything is written: throws if this run must not write. */
  fence(tx: TransactionStore): Promise<void>
  /** In the commit of each part. */
  wrote?(tx: TransactionStore, done_chunks: number, reused_chunks: number): Promise<void>
}

/** Throws `EmbeddingFailed`, `Needless`, or what the fence throws. */
export async function fillSpace(
  { embeddings }: Pick<Knowledge, 'embeddings'>,
  port: WorkPort,
  store: RootStore,
  { generation, space, fence, wrote }: Filling,
): Promise<{ made: number }> {
  const { id, total_chunks } = generation
  const before = await findProgress(store, id, space.id)
  if (before.is_complete) return { made: 0 }
  const hold = async (tx: TransactionStore) => {
    await fence(tx)
    if (!(await holdGeneration(tx, id))) throw new Needless()
  }
  const { made } = await embeddings.embedGeneration(port, store, space, {
    holder: id,
    read: (from, after_position, limit) => readTexts(from, id, after_position, limit),
    async wrote(tx, done, made_now) {
      await hold(tx)
      const all_made = before.made_chunks + made_now
      await noteProgress(tx, id, space.id, { done, made: all_made })
      await wrote?.(tx, done, Math.max(0, done - all_made))
    },
  })
  for (let hasMore = true; hasMore;) {
    port.signal.throwIfAborted()
    hasMore = await port.commit(async (tx) => {
      await hold(tx)
      return indexVectors(tx, generation, space.id)
    })
  }
  await port.commit(async (tx) => {
    await hold(tx)
    await noteProgress(tx, id, space.id, { done: total_chunks, made: before.made_chunks + made, is_complete: true })
  })
  return { made }
}
