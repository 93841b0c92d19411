// Operations whose definition is judged before their transaction: it takes too long for one (T12), so they bind their key themselves.
import type { TransactionStore } from '../database/store.ts'
import type { WorkflowContext } from './services.ts'

/**
 * The answer of the first call with the key. `write` has the effect, and returns its id with the answer; `read` makes the answer of an
 * earlier call that had the effect and was lost before it answered.
 */
export async function answerOnce<Answer>(
  { key, audited }: Pick<WorkflowContext, 'key' | 'audited'>,
  write: (tx: TransactionStore) => Promise<{ id: string; answer: Answer }>,
  read: (id: string) => Promise<Answer>,
): Promise<Answer> {
  const bound = key?.bound?.turn_id ?? null
  if (key && bound !== null) {
    key.markReplayed()
    return key.settle(await read(bound))
  }
  const writeBound = async (tx: TransactionStore) => {
    const made = await write(tx)
    // What the key stands for: a turn in other rooms, here what was made.
    await key?.bind(tx, { turn_id: made.id })
    return made
  }
  const { answer } = await audited(writeBound, (made) => made.answer)
  return key ? key.settle(answer) : answer
}
