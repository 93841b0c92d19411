// Changes as part of a transaction of the caller, who has locked what comes before conversations, such as a team. None waits for the lock
// of a conversation: one that another transaction holds is left out, and comes again.
import type { TransactionStore } from '../../database/store.ts'
import type { Decision, LockedConversation } from '../machine/change.ts'
import { type Judgement, isRefused, judge } from '../machine/plan.ts'
import { type Committed, committedOf } from './commit.ts'
import type { Committer } from './committer.ts'
import { lockConversations } from './lock.ts'
import { type ChangeName, reach } from './pause-points.ts'
import { writeChanges } from './write-changes.ts'

export interface ChangesWithin<Answer> {
  change: ChangeName
  ids: readonly string[]
  decide: (state: LockedConversation, id: string) => Decision<Answer> | Promise<Decision<Answer>>
}

/** By id; without those that are locked, gone or refused. What follows the commit is up to the caller (`followUp`). */
export async function changeWithin<Answer>(
  tx: TransactionStore,
  committer: Committer,
  { change, ids, decide }: ChangesWithin<Answer>,
): Promise<Map<string, Committed<Answer>>> {
  const { organization_id } = tx
  const asked_at = committer.ports.clock.monotonic()
  const keys = ids.map((id) => ({ id, organization_id }))
  await reach(committer.ports, `${change}.begun`)
  const states = keys.length === 0 ? new Map<string, LockedConversation>() : await lockConversations(tx, keys, 'skip')
  await reach(committer.ports, `${change}.locked`)
  const judged: { id: string; judgement: Judgement<Answer> }[] = []
  for (const [id, state] of states) {
    const judgement = judge(state, await decide(state, id))
    if (!isRefused(judgement)) judged.push({ id, judgement })
  }
  const plans = judged.map(({ judgement }) => judgement.plan)
  if (plans.length > 0) writeChanges({ tx, ...committer }, plans)
  if (committer.ports.reached) await tx.sent()
  await reach(committer.ports, `${change}.written`)
  return new Map(judged.map(({ id, judgement }) => [id, committedOf(judgement, asked_at)]))
}
