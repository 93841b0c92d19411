// Vectors of chunks: what a build needs of them before its generation may serve.
import type { RootStore, TransactionStore } from '../../database/store.ts'
import { EmbeddingFailed } from '../../embeddings/embeddings.ts'
import type { WorkPort } from '../../work/port.ts'
import type { Knowledge } from '../services.ts'
import { type Filling, Needless, fillSpace } from './fill.ts'
import { chooseSpaces, look_ms } from './reembedding.ts'
import {
  type ServingGeneration,
  awaitFirstVectors,
  awaitVectors,
  hasVectors,
  holdGeneration,
  noteProgress,
} from './rows.ts'

export { changeModel } from './reembedding.ts'
export { hasVectors, reembeddingCounts } from './rows.ts'

type Wrote = (tx: TransactionStore, done_chunks: number, reused_chunks: number) => Promise<void>

/**
 * Gives every chunk a vector where searches of the dataset need one: in its space, and during a re-embedding in the next one too.
 * At once where no model can be called, or a budget forbids it: the vectors follow by themselves. `wrote` is called in each commit, and may throw to stop.
 * Chunks that are not stored yet are waited for.
 * Throws `EmbeddingFailed` if a model that can be called fails.
 */
export async function giveVectors(
  port: WorkPort,
  room: Pick<Knowledge, 'embeddings'>,
  store: RootStore,
  { holder, generation, wrote, stored }: Omit<Filling, 'space'>,
): Promise<void> {
  const counted = { done: 0, reused: 0 }
  const count: Wrote = async (tx, done, reused) => {
    Object.assign(counted, { done, reused })
    await wrote(tx, done, reused)
  }
  const countAsBefore = (tx: TransactionStore) => wrote(tx, counted.done, counted.reused)
  const { serving, next } = await port.commit((tx) => chooseSpaces(tx, room, generation.dataset_id))
  const main = serving ?? next
  if (main === null) return
  const giveUp = (awaits: boolean) =>
    port.commit((tx) => serveWithout(tx, { holder, generation, space: main, wrote: countAsBefore }, awaits))
  if (!(await room.embeddings.isCallable(store, main))) {
    await giveUp(true)
  } else {
    try {
      await fillSpace(room, port, store, { holder, generation, space: main, wrote: count, stored })
    } catch (error) {
      // The dataset has another space: `hasVectors` says so, and this is called again.
      if (error instanceof Needless) return
      const isStopped = error instanceof EmbeddingFailed && error.kind === 'budget_stopped'
      // Words find it until the next space serves, whose vectors the re-embedding makes if they fail here.
      if (!(error instanceof EmbeddingFailed) || (next === null && !isStopped)) throw error
      port.log.warn({ reason: error.message }, 'a source serves without vectors; they follow')
      await giveUp(next === null)
    }
  }
  if (next !== null && next !== main)
    await fillNext(port, room, store, { holder, generation, space: next, wrote: countAsBefore, stored })
}

/**
 * In the commit of the switch, under the dataset's lock: whether the generation may serve. Without any model it may, and its vectors
 * follow: the model that was there when it was built may be gone.
 */
export async function mayServe(tx: TransactionStore, { id, dataset_id }: ServingGeneration): Promise<boolean> {
  if (!(await hasVectors(tx, id))) return false
  await awaitFirstVectors(tx, dataset_id, look_ms)
  return true
}

/** The re-embedding gives it its vectors if this fails. */
async function fillNext(
  port: WorkPort,
  room: Pick<Knowledge, 'embeddings'>,
  store: RootStore,
  filling: Filling,
): Promise<void> {
  try {
    await fillSpace(room, port, store, filling)
  } catch (error) {
    if (error instanceof Needless) return
    if (!(error instanceof EmbeddingFailed)) throw error
    port.log.warn({ err: error }, 'a new source got no vectors in the next space; the re-embedding makes them')
  }
}

/** Locks rows in the order of all commits: the dataset's, the attachment's, the generation's. */
async function serveWithout(tx: TransactionStore, { generation, space, wrote }: Filling, awaits: boolean) {
  if (awaits) await awaitVectors(tx, generation.dataset_id, look_ms)
  await wrote(tx, 0, 0)
  if (!(await holdGeneration(tx, generation.id))) throw new Needless()
  await noteProgress(tx, generation.id, space.id, { done: 0, made: 0, is_awaited: true })
}
