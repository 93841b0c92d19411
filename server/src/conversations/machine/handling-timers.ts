// What becomes due in a hand-off because time has passed, by the database's clock. Pure. A timer may fire early; it acts on what is due
// under the lock, in this order, and says when the next thing is.
import { teamDefaults } from '@parley/contract'
import { addSeconds, earliest } from '../../base/time.ts'
import {
  type Change,
  type Ending,
  type LockedConversation,
  type NewTurn,
  type RuleMessage,
  noChange,
} from './change.ts'
import { isActive } from './conversation.ts'
import { type HandlingRecord, assignedTo, assigneeOf, handlingTable } from './handling.ts'
import { bySystem, slaEvent, unassigned } from './handling-events.ts'
import { type WaitPlan, returnChange } from './handling-decisions.ts'
import { goneChange } from './handling-requeue.ts'
import { wakeChange } from './handling-upkeep.ts'
import { after, handled, recordOf, saidBySystem } from './leaving.ts'
import { nextClock, ringClocks } from './sla-clocks.ts'
import { endChange, joinChanges } from './turn-endings.ts'

/** What is due, first things first. Warnings and breaches come before all of them. */
export type DueHandling = 'offer' | 'wait' | 'snooze' | 'gone' | 'idle'

type Timed = Pick<
  HandlingRecord,
  | 'handled_by'
  | 'assignee_type'
  | 'offered_until'
  | 'wait_until'
  | 'snoozed_until'
  | 'unanswered_since'
  | 'awake_since'
  | 'taken_at'
  | 'rules'
  | 'sla'
>

/** What the record does not say. */
export interface Seen {
  /** Since when nobody has said anything. */
  silent_since: string
  /** When the holder was last heard of; null: never, or it is not known. */
  holder_seen_at: string | null
}

/** When the next thing is due; null: nothing ever. With a holder heard of later than `seen` says, it may be later. */
export function nextDue(record: Timed, seen: Seen): string | null {
  if (record.handled_by === 'agent') return null
  return earliest([...Object.values(dueTimes(record, seen)), nextClock(record.sla)])
}

function dueTimes(record: Timed, seen: Seen): Partial<Record<DueHandling, string | null>> {
  switch (record.handled_by) {
    case 'agent':
      return {}
    case 'queue':
      return { wait: record.wait_until, offer: record.offered_until }
    case 'person':
      if (record.snoozed_until !== null) return { snooze: record.snoozed_until }
      return { gone: goneAt(record, seen), idle: idleAt(record, seen) }
  }
}

const latest = (times: (string | null)[]) =>
  times
    .filter((time) => time !== null)
    .toSorted()
    .at(-1)

/** While the end user waits: a member who is offline so long, anybody who does not answer for so long. */
function goneAt({ unanswered_since, awake_since, assignee_type, rules }: Timed, { holder_seen_at }: Seen) {
  if (unanswered_since === null) return null
  const { offline_seconds, unanswered_seconds } = rules?.gone ?? teamDefaults.gone
  const could_answer = latest([unanswered_since, awake_since])!
  const unanswered = addSeconds(could_answer, unanswered_seconds)
  if (assignee_type !== 'user') return unanswered
  return earliest([unanswered, addSeconds(latest([could_answer, holder_seen_at])!, offline_seconds)])
}

function idleAt({ unanswered_since, awake_since, rules }: Timed, { silent_since }: Seen) {
  const { end_after_seconds } = rules?.idle ?? teamDefaults.idle
  if (unanswered_since !== null || end_after_seconds === null) return null
  return addSeconds(latest([silent_since, awake_since])!, end_after_seconds)
}

const order: readonly DueHandling[] = ['wait', 'offer', 'snooze', 'gone', 'idle']

export function whatIsDue(record: Timed, seen: Seen, now: string): DueHandling | null {
  const times = dueTimes(record, seen)
  return order.find((what) => times[what] != null && times[what] <= now) ?? null
}

/** Acting on what is due now begins no turn and looks for no other people. */
export function isPlainlyDue({ handling, silent_since, now }: LockedConversation): boolean {
  if (!handling) return true
  switch (whatIsDue(handling, { silent_since, holder_seen_at: null }, now)) {
    case 'gone':
      return false
    case 'wait':
      return handling.unanswered_since === null || handling.rules?.wait.fallback === 'end'
    default:
      return true
  }
}

export interface HandlingTimerInput {
  /** The turn that answers what nobody has answered, after a wait. */
  answer: Omit<NewTurn, 'start' | 'messages_of' | 'given'> | null
  /** How the conversation ends if nobody was available. */
  ending: Ending
  /** Said then. */
  closing: RuleMessage | null
  /** Said when it ends because the end user is silent. */
  idle_closing: RuleMessage | null
  /** Where it waits when its holder is gone. */
  requeue: WaitPlan
  /** When which holder was last heard of. */
  holder: { id: string; seen_at: string } | null
}

/** Answers when the timer has to fire again; null: never. */
export function decideHandlingTimer(
  state: LockedConversation,
  input: HandlingTimerInput,
): { change: Change; answer: string | null } {
  const record = recordOf(state)
  // An end under way comes by itself, and ends the wait with it.
  if (!isActive(state.status) || state.ending) return { change: noChange, answer: null }
  const seen = seenOf(state, record, input)
  const rung = ringChange(record, state.now)
  const change = joinChanges(rung, act(after(state, rung), whatIsDue(record, seen, state.now), input))
  // What a change begins becomes due by a timer of its own.
  return { change, answer: change.end ? null : nextDue(change.handling ?? record, seen) }
}

function seenOf(
  { silent_since }: LockedConversation,
  { assignee_id }: HandlingRecord,
  input: HandlingTimerInput,
): Seen {
  const { holder } = input
  return { silent_since, holder_seen_at: holder !== null && holder.id === assignee_id ? holder.seen_at : null }
}

function ringChange(record: HandlingRecord, now: string): Change {
  const { due, clocks } = ringClocks(record.sla, now)
  return due.length === 0 ? noChange : handled({ ...record, sla: clocks }, due.map(slaEvent))
}

function act(state: LockedConversation, due: DueHandling | null, input: HandlingTimerInput): Change {
  switch (due) {
    case null:
      return noChange
    case 'offer':
      return handlingTable[state.handled_by].offer_over === 'offer_cleared' ? offerOver(state) : noChange
    case 'wait':
      return handlingTable[state.handled_by].wait_over === 'fallback' ? waitOver(state, input) : noChange
    case 'snooze':
      return wakeChange(state, { by: bySystem, why: 'due' })
    case 'gone':
      return goneChange(state, input.requeue, 'person_gone')
    case 'idle':
      return endWith(state, { ...input.ending, end_reason: 'inactivity' }, input.idle_closing)
  }
}

function offerOver(state: LockedConversation): Change {
  const before = recordOf(state)
  const record = { ...before, ...assignedTo(null), offered_until: null }
  return handled(record, [unassigned({ by: bySystem, why: 'offer_over' }, assigneeOf(before), record)])
}

/** To the agent, which answers what is unanswered; or ended, also where no agent could take it back. */
function waitOver(state: LockedConversation, { answer, ending, closing }: HandlingTimerInput): Change {
  const { rules, unanswered_since } = recordOf(state)
  if ((rules?.wait.fallback ?? 'return') === 'return' && state.agent_version_id !== null) {
    const isAnswered = unanswered_since === null
    return returnChange(state, { by: bySystem, why: 'wait_over', answer: isAnswered ? null : answer })
  }
  return endWith(state, ending, closing)
}

function endWith(state: LockedConversation, ending: Ending, closing: RuleMessage | null): Change {
  const said = closing ? saidBySystem(closing) : noChange
  return joinChanges(said, endChange(state, { ...ending, partial: null }))
}
