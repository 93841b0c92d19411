// Offers a conversation to a person or a team, or lets it go.
import { invalid } from '../../base/errors.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { describeHandlingActor } from '../../conversations/conversations.ts'
import { holderOf } from '../../conversations/machine/handling.ts'
import { type AssignTo, decideAssign } from '../../conversations/machine/handling-decisions.ts'
import { requireConversation } from '../../conversations/read/require.ts'
import { findAnsweringMember } from '../queries.ts'
import type { HandOff } from '../services.ts'
import { answerWith, changeHandling } from './change.ts'
import { planWait, readConfig } from './plan.ts'
import { stopTyping } from './presence.ts'
import { takeOver } from './take.ts'

export const assignConversation: Handler<'assignConversation', HandOff> = async (ctx, input) => {
  const conversation = await requireConversation(ctx, input.conversation_id, null)
  const to = await readTarget(ctx, input)
  if (to.type === 'person' && ctx.access.actor.type === 'user' && to.assignee.id === ctx.access.actor.id) {
    await takeOver(ctx, conversation, to.assignee, null)
    return answerWith(ctx, conversation.id)
  }
  const config = await readConfig(ctx, conversation)
  const plan = await planWait(ctx, conversation, config, input.team ?? null)
  const by = describeHandlingActor(ctx, conversation)
  const committed = await changeHandling(ctx, conversation, {
    leaves: true,
    decide: (state, _tx, partial) => decideAssign(state, { by, why: 'call', to, plan, partial }),
  })
  if (committed) await stopTyping(ctx, conversation.id, holderOf(conversation))
  return answerWith(ctx, conversation.id)
}

interface Named {
  user_id?: string | null | undefined
  team?: string | null | undefined
  nobody?: true | null | undefined
}

async function readTarget({ store }: Context<HandOff>, { user_id, team, nobody }: Named): Promise<AssignTo> {
  const given = [user_id, team, nobody].filter((value) => value != null)
  if (given.length !== 1) throw invalid({ path: '', message: 'must have exactly one of user_id, team and nobody' })
  if (nobody) return { type: 'nobody' }
  if (user_id == null) return { type: 'team' }
  const member = await findAnsweringMember(store, user_id)
  if (!member) {
    throw invalid({ path: 'user_id', message: 'names no member with the scope conversations:reply' })
  }
  return { type: 'person', assignee: { type: 'user', ...member } }
}
