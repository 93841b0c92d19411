// A person answers the end user.
import { invalid, notFound } from '../../base/errors.ts'
import { findUnstorable, isLongerThan } from '../../base/text.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { actingPerson, describeActor, describeHandlingActor, endingRules } from '../../conversations/conversations.ts'
import { holderOf } from '../../conversations/machine/handling.ts'
import { decideReply } from '../../conversations/machine/handling-decisions.ts'
import { requireConversation } from '../../conversations/read/require.ts'
import { presentConversation, presentItem } from '../../conversations/read/present.ts'
import { findItem } from '../../conversations/read/transcript.ts'
import { hasAnswerAfter } from '../../conversations/read/handling.ts'
import type { Store } from '../../database/store.ts'
import type { HandOff } from '../services.ts'
import { changeHandling, readAfter } from './change.ts'
import { readConfig } from './plan.ts'
import { stopTyping } from './presence.ts'
import { refuseTooMany } from './take.ts'

export const replyToConversation: Handler<'replyToConversation', HandOff> = async (ctx, input) => {
  checkText(ctx, input.text)
  const conversation = await requireConversation(ctx, input.conversation_id, null)
  const assignee = actingPerson(ctx.access, input.external)
  const config = await readConfig(ctx, conversation)
  const by = describeHandlingActor(ctx, conversation)
  const { text, seen_position = null } = input
  const ended_by = describeActor(ctx, conversation, null)
  const reply = {
    ...{ by, why: 'call' as const, assignee, from: input.from ?? null, message_id: ctx.core.ports.newId(), text },
    ...{ take: input.take ?? false, next: input.then ?? ('keep' as const) },
    ending: { end_reason: 'ended_by_caller' as const, ended_by, ...endingRules(config) },
  }
  const isBehind = async (store: Store) =>
    seen_position !== null && (await hasAnswerAfter(store, conversation.id, seen_position))
  const committed = await changeHandling(ctx, conversation, {
    leaves: reply.take,
    foresee: async () =>
      (await refuseTooMany(conversation, ctx.store, assignee)) ??
      ((await isBehind(ctx.store)) ? { refused: 'not_up_to_date' } : null),
    decide: async (state, tx, partial) => {
      const refusal = reply.take ? await refuseTooMany(state, tx, assignee) : null
      return refusal ?? decideReply(state, { ...reply, is_behind: await isBehind(tx), partial })
    },
    bound_to: reply.message_id,
  })
  if (committed) await stopTyping(ctx, conversation.id, assignee, holderOf(conversation))
  return answerReply(ctx, conversation.id, ctx.key?.bound?.turn_id ?? reply.message_id)
}

async function answerReply(ctx: Context<HandOff>, conversation_id: string, message_id: string) {
  const item = await findItem(ctx.store, conversation_id, message_id)
  if (!item) throw notFound('Message')
  const conversation = presentConversation(ctx.access, await readAfter(ctx, conversation_id))
  const answer = { item: presentItem(item), conversation }
  return ctx.key ? ctx.key.settle(answer) : answer
}

/** As the text of a message. */
function checkText({ core }: Context<HandOff>, text: string): void {
  const { message_characters } = core.config.limits
  if (text.trim() === '') throw invalid({ path: 'text', message: 'must not be blank' })
  if (isLongerThan(text, message_characters)) {
    throw invalid({ path: 'text', message: `must have at most ${message_characters} characters` })
  }
  const faults = findUnstorable({ text })
  if (faults.length > 0) throw invalid(...faults)
}
