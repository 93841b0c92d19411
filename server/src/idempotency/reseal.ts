// Seals the stored answers again under a new secret key.
import { type Reseal, resealRows } from '../base/sealer.ts'
import type { Executor } from '../database/database.ts'
import { type KeptAnswer, readAnswersAfter, replaceAnswers } from './queries.ts'
import { contextOf } from './run-once.ts'

const before_all = { namespace: '00000000-0000-0000-0000-000000000000', key: '' }

/** Returns the number of answers. Those that the old key cannot open do not change. */
export function resealAnswers(tx: Executor, reseal: Reseal): Promise<number> {
  return resealRows<KeptAnswer>({
    readAfter: (after, limit) => readAnswersAfter(tx, after ?? before_all, limit),
    reseal: (kept) => {
      const answer = reseal(kept.answer, contextOf(kept))
      return answer && { ...kept, answer }
    },
    replace: (answers) => replaceAnswers(tx, answers),
  })
}
