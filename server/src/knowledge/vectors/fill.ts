// Gives all chunks of one generation their vectors in one space, and what searches need of them. Safe to run again.
import type { RootStore, TransactionStore } from '../../database/store.ts'
import type { Space } from '../../embeddings/embeddings.ts'
import type { WorkPort } from '../../work/port.ts'
import { indexVectors } from '../search/index-chunks.ts'
import type { Knowledge } from '../services.ts'
import { type ServingGeneration, findProgress, holdGeneration, holdSpace, noteProgress, readTexts } from './rows.ts'

/** Nothing needs the vectors any more: the generation is gone, or the dataset has another space. */
export class Needless extends Error {
  constructor() {
    super('the vectors are not needed any more')
  }
}

export interface Filling {
  /** Of claims on texts: the work’s subject. A generation may not outlive its node. */
  holder: string
  generation: ServingGeneration
  space: Space
  /**
   * In the commit of each part, with the counts of the part before. Throws if the vectors are not needed any more: then those under
   * way are stored all the same, since they are paid for, unless the generation is gone.
   */
  wrote(tx: TransactionStore, done_chunks: number, reused_chunks: number): Promise<void>
  /** While its chunks are still being stored: waits for those after a position. */
  stored?(after_position: number): Promise<void>
}

/** Throws `EmbeddingFailed`, `Needless`, or what `wrote` throws. */
export async function fillSpace(
  { embeddings }: Pick<Knowledge, 'embeddings'>,
  port: WorkPort,
  store: RootStore,
  { holder, generation, space, wrote, stored }: Filling,
): Promise<{ made: number }> {
  const { id, total_chunks } = generation
  const before = await findProgress(store, id, space.id)
  if (before.is_complete) return { made: 0 }
  const stop = new AbortController()
  const { made } = await embeddings.embedGeneration(port, store, space, {
    holder,
    stop: stop.signal,
    async read(from, after_position, limit) {
      await stored?.(after_position)
      return readTexts(from, id, after_position, limit)
    },
    // Rows are locked in the order of all commits: the dataset's, the attachment's, the generation's, then vectors.
    async hold(tx, done, made_now) {
      const reused = Math.max(0, done - before.made_chunks - made_now)
      await wrote(tx, done, reused).catch((error: unknown) => stop.abort(error))
      const isHeld = await holdGeneration(tx, id).catch((error: unknown) => {
        // After a failed statement the transaction answers nothing else.
        throw stop.signal.aborted ? stop.signal.reason : error
      })
      if (!isHeld) throw stop.signal.aborted ? stop.signal.reason : new Needless()
    },
    async wrote(tx, done, made_now) {
      if (!stop.signal.aborted) await noteProgress(tx, id, space.id, { done, made: before.made_chunks + made_now })
    },
  })
  const all_made = before.made_chunks + made
  // A space that is left is erased: nothing may be complete there that is chosen again later.
  const hold = async (tx: TransactionStore) => {
    if (!(await holdSpace(tx, generation.dataset_id, space.id))) throw new Needless()
    await wrote(tx, total_chunks, Math.max(0, total_chunks - all_made))
    if (!(await holdGeneration(tx, id))) throw new Needless()
  }
  for (let hasMore = true; hasMore;) {
    port.signal.throwIfAborted()
    hasMore = await port.commit(async (tx) => {
      await hold(tx)
      return indexVectors(tx, generation, space.id)
    })
  }
  await port.commit(async (tx) => {
    await hold(tx)
    await noteProgress(tx, id, space.id, { done: total_chunks, made: all_made, is_complete: true })
  })
  return { made }
}
