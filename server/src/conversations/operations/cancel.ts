// Cancels a turn: a running one keeps the text said so far, a waiting one is never carried out.
import type { Handler } from '../../calls/context.ts'
import type { Conversations } from '../services.ts'
import { notFound } from '../../base/errors.ts'
import { changeConversation } from '../commit/commit.ts'
import { followUp, withHalt } from '../commit/follow-up.ts'
import { requireConversation } from '../read/require.ts'
import { decideCancel } from '../machine/decisions.ts'
import type { TurnRecord } from '../machine/rows.ts'
import { findTurn } from '../read/turns.ts'
import { presentTurnTo } from '../read/present.ts'

export const cancelTurn: Handler<'cancelTurn', Conversations> = async (ctx, input) => {
  const { id } = await requireConversation(ctx, input.conversation_id, 'message')
  const turn = await findTurn(ctx.store, id, input.turn_id)
  if (!turn) throw notFound('Turn')
  const read: { turn: TurnRecord | null } = { turn: null }
  const commit = (partial: Parameters<typeof decideCancel>[2]) =>
    changeConversation(
      ctx.store,
      ctx.room.commits,
      { change: 'cancel', id },
      (state) => decideCancel(state, turn.id, partial),
      async (tx) => {
        await ctx.key?.bind(tx, { conversation_id: id })
        // Read inside the transaction: after the commit, a failure must not make the call look refused.
        read.turn = await findTurn(tx, id, turn.id)
      },
    )
  // A waiting turn is cancelled without stopping the running one.
  const committed = turn.status === 'running' ? await withHalt(ctx.room, id, commit) : await commit(null)
  followUp(ctx.room, id, committed)
  if (!read.turn) throw notFound('Turn')
  const cancelled = presentTurnTo(ctx.access, read.turn)
  return ctx.key ? ctx.key.settle(cancelled) : cancelled
}
