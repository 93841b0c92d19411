// Kept answers under a new secret key.
import type { Executor } from '../database/database.ts'
import type { Reseal } from '../sealing/seal.ts'
import { readAnswersAfter, replaceAnswers } from './queries.ts'
import { contextOf } from './run-once.ts'

const batch_size = 500
const before_all = { namespace: '00000000-0000-0000-0000-000000000000', key: '' }

/** Answers how many there were. Those that the old key cannot open stay as they are. */
export async function resealAnswers(tx: Executor, reseal: Reseal): Promise<number> {
  let count = 0
  let after = before_all
  // Bounded: each round begins behind the one before.
  for (;;) {
    const kept = await readAnswersAfter(tx, after, batch_size)
    const made = kept.flatMap((one) => {
      const answer = reseal(one.answer, contextOf(one))
      return answer ? [{ ...one, answer }] : []
    })
    await replaceAnswers(tx, made)
    count += made.length
    if (kept.length < batch_size) return count
    after = kept.at(-1)!
  }
}
