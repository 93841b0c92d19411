// How a conversation begins after what had to be done before, or ends instead. Pure.
import type { EndedBy, EndReason } from '@parley/contract'
import type { JsonObject } from '../../base/json.ts'
import { type Change, type Decision, type LockedConversation, type RuleMessage, noChange } from './change.ts'
import { channelRules } from './channels.ts'
import { isActive } from './conversation.ts'
import { cancelTurns, endedWith, joinChanges, sayByRule, turnEvent } from './turn-endings.ts'

/** What is known when it begins. */
export interface KnownAtBeginning {
  initial_context: string | null
  custom_metadata: JsonObject
}

export type BeginInput =
  | {
      type: 'begin'
      /** Follows what the conversation was created with; null: nothing. */
      added_context: string | null
      /** Replaces fields of the same name. */
      added_metadata: JsonObject
      greeting: RuleMessage | null
    }
  | { type: 'end'; status: 'cancelled' | 'failed'; end_reason: EndReason; ended_by: EndedBy }

/** Once: in a conversation that has begun or ended meanwhile, nothing happens. */
export function decideBeginning(
  state: LockedConversation,
  known: KnownAtBeginning,
  input: BeginInput,
): Decision<'begun' | 'ended' | 'nothing'> {
  if (!state.is_held_back || !isActive(state.status)) return { change: noChange, answer: 'nothing' }
  if (input.type === 'end') {
    const { status, end_reason, ended_by } = input
    const cancelled = cancelTurns(state.open_turns, 'conversation_ended', null)
    const end = { status, end_reason, ended_by, analysis: { status: 'none', reason: null } as const }
    return { change: joinChanges(cancelled, endedWith(end)), answer: 'ended' }
  }
  const { added_context, added_metadata, greeting } = input
  const initial_context = [known.initial_context, added_context].filter((text) => text).join('\n\n') || null
  const custom_metadata = { ...known.custom_metadata, ...added_metadata }
  const isUpdated = Object.keys(added_metadata).length > 0
  // A call begins when it is answered.
  const starts = state.status === 'triggered' && channelRules[state.channel].course === 'text'
  const status = starts ? 'in_progress' : state.status
  const begun: Change = {
    ...noChange,
    begun: { status, initial_context, custom_metadata },
    events: [
      ...(starts ? [{ type: 'conversation.started' as const, data: { status } }] : []),
      ...(isUpdated ? [{ type: 'conversation.updated' as const, data: { custom_metadata } }] : []),
    ],
  }
  const isWithAgent = state.handled_by === 'agent'
  const said = greeting && isWithAgent && starts ? joinChanges(begun, sayByRule(greeting)) : begun
  const first = state.open_turns.find(({ status }) => status === 'queued')
  if (!first || !isWithAgent) return { change: said, answer: 'begun' }
  const started_turn = { id: first.id, takeover: false }
  const change = joinChanges(said, { ...noChange, started_turn, events: [turnEvent('turn.started', first.id)] })
  return { change, answer: 'begun' }
}
