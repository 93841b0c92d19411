// When a conversation is warned or ended because time has passed. Pure: the database's clock is part of the state.
import type { Channel, ConversationStatus, EndReason, HandledBy } from '@parley/contract'
import type { TimedRules } from '../../agents/rules/inactivity.ts'
import { type Change, type Ending, type LockedConversation, type RuleMessage, noChange } from './change.ts'
import { isOutside } from './handling.ts'
import { isActive, isReached, statusAtTimedEnd } from './conversation.ts'
import { type PartialReply, endChange, sayByRule } from './turn-endings.ts'

/** What the rules depend on. */
export interface Standing {
  channel: Channel
  status: ConversationStatus
  created_at: string
  /** When people last returned it; null: never. */
  returned_at: string | null
  silent_since: string
  is_warned: boolean
  has_open_turns: boolean
  handled_by: HandledBy
  now: string
}

export type Verdict =
  /** Nothing can be due before; null: nothing ever. */
  | { type: 'wait'; until: string | null }
  | { type: 'warn' }
  | { type: 'end'; end_reason: Extract<EndReason, 'inactivity' | 'max_duration'> }

/** How far ahead a timer is set at most, since an imported conversation may begin in the year 9999. */
const max_wait_ms = 30 * 86_400_000

/** Whatever happens to the conversation later can only put off what this says. */
export function judgeStanding(standing: Standing, rules: TimedRules): Verdict {
  if (!isActive(standing.status)) return { type: 'wait', until: null }
  const now = Date.parse(standing.now)
  if (isOutside(standing.handled_by)) return waitUntil(now + soonestOf(rules), now)
  const lasts_until = begunAt(standing) + inMs(rules.max_duration_seconds)
  if (now >= lasts_until) return { type: 'end', end_reason: 'max_duration' }
  // Silence begins with the end of the last turn, which is now at the earliest.
  const silence = standing.has_open_turns ? now : Date.parse(standing.silent_since)
  const ends_at = silence + inMs(rules.end_after_seconds)
  if (now >= ends_at) return { type: 'end', end_reason: 'inactivity' }
  // After a warning the next silence begins now at the earliest, and so does one in which the end user is reached.
  const mayWarn = isReached(standing.channel, standing.status) && !standing.is_warned
  const warns_at = (mayWarn ? silence : now) + inMs(rules.warn_after_seconds)
  if (now >= warns_at) return { type: 'warn' }
  return waitUntil(Math.min(lasts_until, ends_at, warns_at), now)
}

const waitUntil = (until: number, now: number): Verdict => ({
  type: 'wait',
  until: until === Infinity ? null : new Date(Math.min(until, now + max_wait_ms)).toISOString(),
})

/** No rule counts what came before a return (H9). */
const begunAt = ({ created_at, returned_at }: Standing) =>
  Math.max(Date.parse(created_at), returned_at === null ? -Infinity : Date.parse(returned_at))

/** People handle it, so the agent's rules pause: all that they count begins after the return. */
const soonestOf = ({ end_after_seconds, warn_after_seconds, max_duration_seconds }: TimedRules) =>
  Math.min(inMs(end_after_seconds), inMs(warn_after_seconds), inMs(max_duration_seconds))

const inMs = (seconds: number | null) => (seconds === null ? Infinity : seconds * 1000)

export interface TimerInput {
  rules: TimedRules
  /** Null: nothing is said. */
  warning: RuleMessage | null
  closing: RuleMessage | null
  summary_enabled: boolean
  asks?: Ending['asks']
  partial: PartialReply | null
}

/** The timer fires, early or not. Answers when it has to fire again; null: never. */
export function decideTimer(state: LockedConversation, input: TimerInput): { change: Change; answer: string | null } {
  const standing: Standing = {
    ...state,
    returned_at: state.handling?.returned_at ?? null,
    has_open_turns: state.open_turns.length > 0,
  }
  const verdict = judgeStanding(standing, input.rules)
  switch (verdict.type) {
    case 'wait':
      return { change: noChange, answer: verdict.until }
    case 'warn': {
      const said = input.warning ? sayByRule(input.warning) : noChange
      const next = judgeStanding({ ...standing, is_warned: true }, input.rules)
      return { change: { ...said, warned: true }, answer: next.type === 'wait' ? next.until : state.now }
    }
    case 'end':
      return { change: endByRule(state, verdict.end_reason, input), answer: null }
  }
}

const system = { type: 'system', id: null, name: null, reason: null } as const

function endByRule(state: LockedConversation, end_reason: EndReason, input: TimerInput): Change {
  const { partial, summary_enabled, asks, closing } = input
  const status = statusAtTimedEnd(state.channel, state.status)
  const heard = isReached(state.channel, state.status) ? closing : null
  return endChange(state, { end_reason, ended_by: system, summary_enabled, asks, partial, status, closing: heard })
}

/** How a conversation ends with the turns of the last user message that its version allows. */
export function endingAtLastMessage(closing: RuleMessage | null, rest: Pick<Ending, 'summary_enabled' | 'asks'>) {
  return { end_reason: 'max_turns' as const, ended_by: system, closing, ...rest }
}
