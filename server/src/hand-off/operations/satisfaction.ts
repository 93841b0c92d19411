// The end user's rating.
import type { Handler } from '../../calls/context.ts'
import { changeConversation, describeHandlingActor, followUp } from '../../conversations/conversations.ts'
import { type Decision, noChange } from '../../conversations/machine/change.ts'
import { rated } from '../../conversations/machine/handling-events.ts'
import { redactWith } from '../../conversations/machine/redaction.ts'
import { requireConversation } from '../../conversations/read/require.ts'
import { refuseRating } from '../rules/rating.ts'
import { findRating, insertRating } from '../satisfaction/rows.ts'
import type { HandOff } from '../services.ts'
import { answerWith } from './change.ts'
import { readConfig } from './plan.ts'

export const rateConversation: Handler<'rateConversation', HandOff> = async (ctx, input) => {
  const conversation = await requireConversation(ctx, input.conversation_id, 'rate')
  const { satisfaction } = await readConfig(ctx, conversation)
  const by = describeHandlingActor(ctx, conversation)
  const { ended_at } = conversation
  const comment = input.comment?.trim() ? input.comment : null
  const { conversations } = ctx.room
  const target = { change: 'handling', id: conversation.id } as const
  const committed = await changeConversation(ctx.store, conversations.commits, target, async (state, tx) => {
    const given = { rating: input.rating, comment: comment && redactWith(comment, state.redaction) }
    const before = await findRating(tx, state.id)
    const isSame = before !== null && before.rating === given.rating && before.comment === given.comment
    if (isSame) return { change: noChange, answer: null } satisfies Decision<null>
    if (before) return { refused: 'already_rated' }
    const { content_purged_at, now } = state
    const refused = refuseRating({ ended_at, content_purged_at, now }, satisfaction)
    if (refused) return { refused }
    await insertRating(tx, state.id, given)
    return { change: { ...noChange, events: [rated({ by, why: 'call' }, given)] }, answer: null }
  })
  followUp(conversations, conversation.id, committed)
  conversations.watcher.changed(ctx.store.organization_id)
  return answerWith(ctx, conversation.id)
}
