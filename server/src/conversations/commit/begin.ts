// Lets a conversation begin, or end instead, as part of a transaction that the caller commits. Part of commit.ts.
import type { TransactionStore } from '../../database/store.ts'
import { type BeginInput, decideBeginning } from '../machine/beginning.ts'
import { findConversation } from '../read/conversation.ts'
import { judge } from '../machine/plan.ts'
import { type Committed, accepted, committedOf, lockWithin } from './commit.ts'
import type { Committer } from './committer.ts'
import { writeChanges } from './write-changes.ts'

/** What follows the commit is up to the caller (`followUp`). Null: there is no such conversation any more. */
export function beginWithin(
  tx: TransactionStore,
  committer: Committer,
  id: string,
  input: BeginInput,
): Promise<Committed<'begun' | 'ended' | 'nothing'> | null> {
  const asked_at = committer.ports.clock.monotonic()
  return lockWithin(tx, committer.ports, { change: 'begin', id }, async (_tx, state) => {
    const record = await findConversation(tx, id)
    const { initial_context = null, custom_metadata = {} } = record ?? {}
    const judgement = accepted(judge(state, decideBeginning(state, { initial_context, custom_metadata }, input)))
    writeChanges({ tx, ...committer }, [judgement.plan])
    return committedOf(judgement, asked_at)
  })
}
