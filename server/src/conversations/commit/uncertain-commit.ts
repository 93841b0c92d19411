// Finds out whether a message was stored when the answer to its commit was lost (T1), before the caller gets an answer.
import type { Context } from '../../calls/context.ts'
import type { Conversations } from '../services.ts'
import { type CommitInDoubt, isUnavailable } from '../../database/failures.ts'
import { statement } from '../../database/database.ts'
import type { RootStore } from '../../database/store.ts'
import { AppError } from '../../base/errors.ts'
import { retry } from '../../base/retry.ts'
import { forgetBinding } from '../../idempotency/run-once.ts'
import { takesMessages } from '../machine/conversation.ts'
import { lockConversation } from './lock.ts'
import { findAcceptedMessage } from '../read/turns.ts'

type Asking = Pick<Context<Conversations>, 'core' | 'room' | 'store' | 'key'>

/** As long as a lease; after that the caller is told that the outcome is unknown. */
const patience_ms = 8000
const wait_ms = 250

/** The turn that the message is stored in. Throws `unavailable` if it is not stored, `outcome_unknown` if that stays open. */
export async function resolveUncertainCommit(
  ctx: Asking,
  { conversation_id, message_id }: { conversation_id: string; message_id: string },
  doubt: CommitInDoubt,
): Promise<string> {
  const { monotonic } = ctx.core.ports.clock
  let asked_at = monotonic()
  const look = () => {
    asked_at = monotonic()
    return findUnderLock(ctx.store, conversation_id, message_id)
  }
  const accepted = await lookPatiently(ctx, look, doubt)
  if (!accepted) {
    // So an earlier call may have bound it, which then has the answer.
    if (ctx.key) forgetBinding(ctx.key)
    throw new AppError('unavailable', undefined, {}, { cause: doubt })
  }
  const { organization_id } = ctx.store
  const { turn_id, lease, node_id } = accepted
  // The commit gave the turn to this node, which did not learn of it.
  if (lease !== null && node_id === ctx.core.node.id) {
    ctx.room.runner.start({ organization_id, conversation_id, turn_id, lease, asked_at })
  }
  return turn_id
}

// A microsecond, which no reader notices.
const fenceStatement = statement(
  'fence_conversation',
  `update conversation_progress set updated_at = updated_at + interval '1 microsecond'
   where conversation_id = $1 and organization_id = $2`,
)

/**
 * A commit that is still in progress holds the lock, so a reader that gets the lock sees the outcome. A statement that commits by itself
 * may still be on its way, without a lock: from now on it finds the conversation changed, and writes nothing (if-unchanged.ts).
 */
async function findUnderLock(store: RootStore, conversation_id: string, message_id: string) {
  return store.transaction(async (tx) => {
    const state = await lockConversation(tx, { organization_id: tx.organization_id, id: conversation_id })
    const accepted = await findAcceptedMessage(tx, conversation_id, message_id)
    // One that has ended takes nothing anyway, and stays as it is (T5).
    const mayTakeIt = !accepted && state && takesMessages(state.status)
    if (mayTakeIt) await tx.query(fenceStatement, [conversation_id, tx.organization_id])
    return accepted
  })
}

async function lookPatiently<T>(ctx: Asking, look: () => Promise<T>, doubt: CommitInDoubt): Promise<T> {
  try {
    return await retry(ctx.core.ports.clock, { wait_ms, mayPass: isUnavailable, bound: { patience_ms } }, look)
  } catch (error) {
    throw isUnavailable(error) ? new AppError('outcome_unknown', undefined, {}, { cause: doubt }) : error
  }
}
