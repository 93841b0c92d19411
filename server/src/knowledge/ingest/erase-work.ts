// Erases what searches no longer use: what is detached or deleted at once, of what was replaced only what searches read.
import type { Core } from '../../calls/core.ts'
import { eraseVectors, keepLeftVectors, leaveVectors, listLeftTexts } from '../../embeddings/embeddings.ts'
import type { TransactionStore } from '../../database/store.ts'
import type { Outcome, WorkKind, WorkPort } from '../../work/port.ts'
import { before_words, eraseIndex, eraseLeftWords } from '../search/index-chunks.ts'
import {
  type ErasableGeneration,
  deleteChunks,
  deleteGeneration,
  findErasable,
  findUnusedTexts,
  holdSource,
  lockTexts,
  markUnindexed,
} from './erase-rows.ts'
import { lease_ms } from './leases.ts'
import { erase_chunks_work, erase_vectors_work, erase_words_work } from './requests.ts'
import { lockDatasetRows } from './rows.ts'

/** In one commit. */
const rows_at_once = 1000
/** Of one run; another follows at once, after other organizations. */
const most_commits = 500

export function erasingWork({ ports }: Core): WorkKind[] {
  const common = {
    lease_ms,
    delays_ms: [5000, 15_000, 60_000],
    share: { node: 2, organization: 1, owner: 1 },
    giveUp: null,
  }
  return [
    { ...common, name: erase_chunks_work, run: (_item, port) => eraseAll(ports, port, eraseSome) },
    {
      ...common,
      name: erase_vectors_work,
      run: ({ subject }, port) => eraseAll(ports, port, (tx) => eraseLeftVectors(tx, subject)),
    },
    {
      ...common,
      name: erase_words_work,
      run({ subject }, port) {
        // Goes on after the last one: the index keeps what was erased for a while.
        let last = before_words
        return eraseAll(ports, port, async (tx) => {
          const erased = await eraseLeftWords(tx, subject, last, rows_at_once)
          last = erased ?? last
          return erased !== null
        })
      },
    },
  ]
}

/** `erase` answers whether more may be left. */
async function eraseAll(
  ports: Core['ports'],
  port: WorkPort,
  erase: (tx: TransactionStore) => Promise<boolean>,
): Promise<Outcome> {
  for (let commits = 0; commits < most_commits; commits += 1) {
    port.signal.throwIfAborted()
    if (!(await port.commit(erase))) return { next: 'done' }
    await ports.reached?.('knowledge.erased')
  }
  return { next: { again_in_ms: 0 } }
}

/** A part of the oldest. False: there is nothing left. */
async function eraseSome(tx: TransactionStore): Promise<boolean> {
  const generation = await findErasable(tx)
  if (!generation) return false
  if (generation.is_indexed) {
    // No build adds words to the dataset, and no switch counts them, while it is decided which of them nobody needs any more.
    await lockDatasetRows(tx, [generation.dataset_id], 'update')
    if (!(await eraseIndex(tx, generation, rows_at_once))) await markUnindexed(tx, generation.id)
  } else await eraseRows(tx, generation)
  return true
}

async function eraseRows(tx: TransactionStore, { id, source_id }: ErasableGeneration): Promise<void> {
  // Of sources that are only detached, vectors stay for a while: the text may come back, and is not embedded again.
  const isSourceThere = await holdSource(tx, source_id)
  if (!isSourceThere) await lockTexts(tx)
  const hashes = await deleteChunks(tx, id, rows_at_once)
  if (isSourceThere) await leaveVectors(tx, hashes, source_id)
  else await eraseVectors(tx, await findUnusedTexts(tx, hashes))
  if (hashes.length === rows_at_once) return
  await deleteGeneration(tx, id)
}

/** Of a source that is deleted, and whose chunks were erased before. False: there is nothing left. */
async function eraseLeftVectors(tx: TransactionStore, source_id: string): Promise<boolean> {
  await lockTexts(tx)
  const hashes = await listLeftTexts(tx, source_id, rows_at_once)
  if (hashes.length === 0) return false
  await eraseVectors(tx, await findUnusedTexts(tx, hashes))
  await keepLeftVectors(tx, source_id, hashes)
  return true
}
