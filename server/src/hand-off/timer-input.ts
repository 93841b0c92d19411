// What the timers of hand-offs say and how they end a conversation, whether they act alone or many together.
import type { ResolvedConfig } from '../agents/rules/config.ts'
import type { Core } from '../calls/core.ts'
import { type Conversations, endingRules } from '../conversations/conversations.ts'
import type { HandlingTimerInput } from '../conversations/machine/handling-timers.ts'
import type { HandlingRecord } from '../conversations/machine/handling.ts'
import { renderWaitMessage } from './people.ts'

export interface TimerServices {
  readonly core: Core
  readonly conversations: Conversations
}

export function nobodyAvailable(config: ResolvedConfig): HandlingTimerInput['ending'] {
  const ended_by = { type: 'system', id: null, name: null, reason: null } as const
  return { end_reason: 'nobody_available', ended_by, ...endingRules(config) }
}

export function closingOf(
  core: Core,
  conversation: { id: string; handling: HandlingRecord | null },
  of: 'wait' | 'idle',
): HandlingTimerInput['closing'] {
  const rules = conversation.handling?.rules
  const variables = { team: rules?.team?.name ?? '', position: 0, opens_at: '' }
  return renderWaitMessage(core, rules?.[of].end_message ?? null, variables, conversation)
}
