// How the agent hands its conversation to people: by the tool `hand_off`, or because its turns fail one after another.
import type { ModelReason } from '@parley/contract'
import type { ResolvedConfig } from '../agents/rules/config.ts'
import type { Conversations } from '../conversations/conversations.ts'
import type { FailureRule } from '../conversations/machine/agent-hand-off.ts'
import { channelRules } from '../conversations/machine/channels.ts'
import type { RequestInput } from '../conversations/machine/handling-decisions.ts'
import { bySystem } from '../conversations/machine/handling-events.ts'
import type { ConversationRecord } from '../conversations/machine/rows.ts'
import type { Store } from '../database/store.ts'

interface Answered {
  store: Store
  conversation: ConversationRecord
  config: ResolvedConfig
}

/** What follows if a turn fails, and others failed before it or people had returned the conversation; null: nothing. */
export async function failureRuleOf(
  { people }: Pick<Conversations, 'people'>,
  { store, conversation, config }: Answered,
): Promise<FailureRule | null> {
  if (!channelRules[conversation.channel].people) return null
  const { rules, max_per_conversation: most_requests } = config.hand_off
  const plan = await people.planWait({ store, conversation, config, team: null })
  const asked = {
    by: bySystem,
    why: 'rule',
    reason: 'failed_replies',
    text: null,
    force: false,
    partial: null,
  } as const
  return { ...asked, plan, most_requests, after_failed_replies: rules?.after_failed_replies ?? null }
}

/** The arguments of the tool. */
export interface AskedByModel {
  reason: ModelReason
  text: string | null
  /** Said to the end user if the model has not said anything itself. */
  message: string
  team: string | null
}

export async function requestByModel(
  { people }: Pick<Conversations, 'people'>,
  { store, conversation, config }: Answered,
  { reason, text, team }: AskedByModel,
): Promise<RequestInput> {
  const plan = await people.planWait({ store, conversation, config, team })
  const { agent_name: name } = conversation
  const by = { type: 'agent', id: null, name } as const
  const most_requests = config.hand_off.max_per_conversation
  return { by, why: 'tool', reason, text, plan, most_requests, force: false, partial: null }
}
