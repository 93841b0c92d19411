// Decides what changes a hand-off without changing who handles the conversation: snoozing, priority, tags. Pure.
import type { Assignee, HandoffReason, Priority } from '@parley/contract'
import { type Change, type Decision, type LockedConversation, noChange } from './change.ts'
import { isActive } from './conversation.ts'
import { rankOf } from './handling.ts'
import { type By, handlingUpdated, handoffDeclined, snoozed, woken } from './handling-events.ts'
import { type Done, byOf, refuseHandling, refuseUnlessHeld } from './handling-decisions.ts'
import { handled, recordOf } from './leaving.ts'

export interface SnoozeInput extends By {
  holder: Assignee
  /** Null wakes it. */
  until: string | null
  wake_on_reply: boolean
}

export function decideSnooze(state: LockedConversation, input: SnoozeInput): Decision<Done> {
  const refusal = refuseHandling(state)
  if (refusal) return refusal
  const before = recordOf(state)
  const forbidden = refuseUnlessHeld(state, input.holder)
  if (forbidden) return forbidden
  const { until: snoozed_until, wake_on_reply } = input
  if (snoozed_until === null) return { change: wakeChange(state, byOf(input)), answer: 'changed' }
  const event = snoozed(byOf(input), snoozed_until, wake_on_reply)
  return { change: handled({ ...before, snoozed_until, wake_on_reply }, [event]), answer: 'changed' }
}

/** Nothing if it is not snoozed. */
export function wakeChange(state: LockedConversation, by: By): Change {
  const before = recordOf(state)
  if (before.snoozed_until === null) return noChange
  return handled({ ...before, snoozed_until: null, wake_on_reply: true }, [woken(by)])
}

export interface UpdateInput extends By {
  priority: Priority | null
  tags: string[] | null
}

/** Tags may change in every status. */
export function decideUpdate(state: LockedConversation, input: UpdateInput): Decision<Done> {
  if (state.content_purged_at !== null) return { refused: 'content_purged' }
  if (input.priority !== null && !isActive(state.status)) return { refused: 'conversation_not_active' }
  const before = recordOf(state)
  const priority = input.priority === null ? before.priority : rankOf(input.priority)
  const tags = input.tags ?? before.tags
  const isSame = priority === before.priority && tags.join('\n') === before.tags.join('\n')
  if (isSame) return { change: noChange, answer: 'unchanged' }
  const record = { ...before, priority, tags }
  return { change: handled(record, [handlingUpdated(byOf(input), record)]), answer: 'changed' }
}

/** Tool or rule is declined; the turn goes on. */
export function declinedChange(by: By, reason: HandoffReason, opens_at: string | null): Change {
  return { ...noChange, events: [handoffDeclined(by, reason, opens_at)] }
}
