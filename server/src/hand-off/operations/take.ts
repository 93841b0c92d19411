// A person takes a conversation over.
import { handOffBounds } from '@parley/contract'
import type { Assignee } from '@parley/contract'
import type { Context, Handler } from '../../calls/context.ts'
import { actingPerson, describeHandlingActor } from '../../conversations/conversations.ts'
import type { Decision, LockedConversation, Refusal } from '../../conversations/machine/change.ts'
import { assigneeOf, holderOf, isSamePerson } from '../../conversations/machine/handling.ts'
import { type Done, type TakeInput, decideTake } from '../../conversations/machine/handling-decisions.ts'
import type { ConversationRecord } from '../../conversations/machine/rows.ts'
import { requireConversation } from '../../conversations/read/require.ts'
import type { Store } from '../../database/store.ts'
import { countHeld } from '../../conversations/read/handling.ts'
import type { HandOff } from '../services.ts'
import { answerWith, changeHandling } from './change.ts'
import { stopTyping } from './presence.ts'

export const takeConversation: Handler<'takeConversation', HandOff> = async (ctx, input) => {
  const conversation = await requireConversation(ctx, input.conversation_id, null)
  await takeOver(ctx, conversation, actingPerson(ctx.access, input.external), input.from ?? null)
  return answerWith(ctx, conversation.id)
}

export async function takeOver(
  ctx: Context<HandOff>,
  conversation: ConversationRecord,
  assignee: Assignee,
  from: string | null,
): Promise<void> {
  const by = describeHandlingActor(ctx, conversation)
  const committed = await changeHandling(ctx, conversation, {
    leaves: true,
    foresee: () => refuseTooMany(conversation, ctx.store, assignee),
    decide: (state, tx, partial) => takeWithin(state, tx, { by, why: 'call', assignee, from, partial }),
  })
  const left = holderOf(conversation)
  if (committed && !isSamePerson(left, assignee)) await stopTyping(ctx, conversation.id, left)
}

async function takeWithin(state: LockedConversation, tx: Store, input: TakeInput): Promise<Decision<Done>> {
  return (await refuseTooMany(state, tx, input.assignee)) ?? decideTake(state, input)
}

/** The holder keeps it; others may hold only so many. */
export async function refuseTooMany(
  state: Pick<LockedConversation, 'handled_by' | 'handling'>,
  tx: Store,
  assignee: Assignee,
): Promise<Refusal | null> {
  const isHeld = state.handled_by === 'person' && isSamePerson(state.handling && assigneeOf(state.handling), assignee)
  if (isHeld || (await countHeld(tx, assignee, handOffBounds.held)) < handOffBounds.held) return null
  return { refused: 'too_many_conversations_held' }
}
