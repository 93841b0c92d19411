// The conversation's state machine: which status may follow which. Pure; the types require a decision for every pair.
import type { Channel, ConversationStatus } from '@parley/contract'
import { channelRules } from './channels.ts'

type Rule = 'allowed' | 'text_only' | 'refused'

const refused = 'refused'
const allowed = 'allowed'

/** A terminal status never changes (T5). */
const terminal: Record<ConversationStatus, Rule> = {
  token_created: refused,
  triggered: refused,
  ringing: refused,
  in_progress: refused,
  completed: refused,
  failed: refused,
  cancelled: refused,
  transferred: refused,
  unanswered: refused,
}

/** `transitions[from][to]`. */
export const transitions: Record<ConversationStatus, Record<ConversationStatus, Rule>> = {
  token_created: { ...terminal, in_progress: allowed, cancelled: allowed, failed: allowed },
  triggered: {
    ...terminal,
    ringing: allowed,
    in_progress: allowed,
    completed: 'text_only',
    failed: allowed,
    cancelled: allowed,
    unanswered: allowed,
  },
  ringing: {
    ...terminal,
    in_progress: allowed,
    completed: 'text_only',
    failed: allowed,
    cancelled: allowed,
    unanswered: allowed,
  },
  in_progress: { ...terminal, completed: allowed, failed: allowed, transferred: allowed },
  completed: terminal,
  failed: terminal,
  cancelled: terminal,
  transferred: terminal,
  unanswered: terminal,
}

export function mayBecome(channel: Channel, from: ConversationStatus, to: ConversationStatus): boolean {
  const rule = transitions[from][to]
  return rule === 'allowed' || (rule === 'text_only' && channelRules[channel].course === 'text')
}

type Phase = 'active' | 'terminal'

const phases: Record<ConversationStatus, { phase: Phase; takes_messages: boolean }> = {
  token_created: { phase: 'active', takes_messages: false },
  triggered: { phase: 'active', takes_messages: true },
  ringing: { phase: 'active', takes_messages: true },
  in_progress: { phase: 'active', takes_messages: true },
  completed: { phase: 'terminal', takes_messages: false },
  failed: { phase: 'terminal', takes_messages: false },
  cancelled: { phase: 'terminal', takes_messages: false },
  transferred: { phase: 'terminal', takes_messages: false },
  unanswered: { phase: 'terminal', takes_messages: false },
}

export function isActive(status: ConversationStatus): boolean {
  return phases[status].phase === 'active'
}

export function takesMessages(status: ConversationStatus): boolean {
  return phases[status].takes_messages
}

/** Whether the end user can be spoken to: they write, or the call is answered. */
export function isReached(channel: Channel, status: ConversationStatus): boolean {
  return mayBecome(channel, status, 'completed')
}

/** The status of a conversation that a rule of its version ends: of a call that nobody answered, unanswered. */
export function statusAtTimedEnd(channel: Channel, from: ConversationStatus): ConversationStatus {
  if (isReached(channel, from)) return 'completed'
  return mayBecome(channel, from, 'unanswered') ? 'unanswered' : 'cancelled'
}

/**
 * The status of a conversation that is ended for good (deleted) out of an active one: completed if that is
 * allowed, else cancelled.
 */
export function statusAtForcedEnd(channel: Channel, from: ConversationStatus): ConversationStatus {
  return mayBecome(channel, from, 'completed') ? 'completed' : 'cancelled'
}
