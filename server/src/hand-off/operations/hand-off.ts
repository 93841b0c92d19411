// Asks for a person.
import { AppError, invalid } from '../../base/errors.ts'
import { findUnstorable } from '../../base/text.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { changeConversation, describeHandlingActor, followUp } from '../../conversations/conversations.ts'
import type { LockedConversation } from '../../conversations/machine/change.ts'
import {
  type RequestInput,
  decideRequest,
  refuseHandling,
  whyDeclined,
} from '../../conversations/machine/handling-decisions.ts'
import { declinedRequest } from '../../conversations/machine/messages-outside.ts'
import type { ConversationRecord } from '../../conversations/machine/rows.ts'
import { requireConversation } from '../../conversations/read/require.ts'
import { recordDeclined } from '../facts.ts'
import type { HandOff } from '../services.ts'
import { answerWith, changeHandling } from './change.ts'
import { planWait, readConfig } from './plan.ts'

export const handOffConversation: Handler<'handOffConversation', HandOff> = async (ctx, input) => {
  const conversation = await requireConversation(ctx, input.conversation_id, 'handoff')
  const isEndUser = ctx.access.conversation !== null
  if (isEndUser) refuseOthers(input)
  const faults = findUnstorable({ text: input.text ?? null })
  if (faults.length > 0) throw invalid(...faults)
  const config = await readConfig(ctx, conversation)
  const plan = await planWait(ctx, conversation, config, input.team ?? null)
  const by = describeHandlingActor(ctx, conversation)
  const most_requests = isEndUser ? config.hand_off.max_per_conversation : null
  const rules = { plan, most_requests, force: input.force ?? false }
  const { reason, text = null, priority } = input
  const request = { ...rules, by, why: 'call', reason: reason ?? 'requested', text, partial: null, priority } as const
  try {
    await changeHandling(ctx, conversation, {
      leaves: true,
      wasDeclined: ctx.key?.bound?.turn_id != null,
      foresee: () => whyDeclined(conversation, rules),
      decide: (state, _tx, partial) => decideRequest(state, { ...request, partial }),
    })
  } catch (error) {
    const isDeclined = error instanceof AppError && ['nobody_available', 'handoff_limit_reached'].includes(error.error)
    if (isDeclined && !ctx.key?.bound) await tellDeclined(ctx, conversation, request)
    throw error
  }
  return answerWith(ctx, conversation.id)
}

/** The event is a commit of its own. A key then stands for it, so a repeated call writes none; it may be accepted later. */
async function tellDeclined(
  { core, key, room, store }: Context<HandOff>,
  { id, agent_id }: ConversationRecord,
  request: RequestInput,
): Promise<void> {
  const { conversations } = room
  const decide = (state: LockedConversation) =>
    refuseHandling(state) ?? { change: declinedRequest(state, request), answer: null }
  const target = { change: 'handling', id } as const
  const committed = await changeConversation(store, conversations.commits, target, decide, async (tx) => {
    await recordDeclined(tx, { agent_id, team_id: request.plan.rules.team?.id ?? null })
    await key?.bind(tx, { conversation_id: id, turn_id: core.ports.newId() })
  })
  followUp(conversations, id, committed)
}

/** An end user only says why. */
function refuseOthers(input: object): void {
  const others = ['reason', 'team', 'priority', 'force'] as const
  const given = input as Partial<Record<(typeof others)[number], unknown>>
  const faults = others.filter((name) => given[name] != null)
  if (faults.length > 0)
    throw invalid(...faults.map((path) => ({ path, message: 'cannot be sent with a conversation token' })))
}
