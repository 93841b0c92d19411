// Turns decisions into plans: a plan is the decision without what the conversation must not keep. Only this file makes plans,
// and only plans are written, so memory, streams and tables see the same. Pure.
import { type Change, type Decision, type LockedConversation, type Refusal, isRefusal } from './change.ts'
import { withTimes } from './handling-times.ts'
import { placeEvents } from './placed-events.ts'
import { redactChange, redactHistory } from './redaction.ts'
import type { ItemRecord } from './rows.ts'

declare const judged: unique symbol

/** The conversation's state under its lock, and the change to it. */
export interface Planned {
  readonly state: LockedConversation
  readonly change: Change
  readonly [judged]: true
}

/** The decision as it will be written, and its answer. */
export interface Judgement<Answer> {
  plan: Planned
  answer: Answer
}

export function isRefused<T>(judged: Refusal | Judgement<T>): judged is Refusal {
  return 'refused' in judged
}

export function judge<Answer>(state: LockedConversation, decision: Decision<Answer>): Refusal | Judgement<Answer> {
  if (isRefusal(decision)) return decision
  return { plan: planOf(state, decision.change), answer: decision.answer }
}

/** For a change that cannot be refused. */
export function planOf(state: LockedConversation, change: Change): Planned {
  return {
    state,
    change: placeEvents(redactChange(withTimes(state, change), state.redaction), state.next_position),
  } as Planned
}

/** The earlier history of an imported conversation. */
export function planHistory<Row extends Omit<ItemRecord, 'position'>>(state: LockedConversation, rows: Row[]): Row[] {
  return redactHistory(rows, state.redaction)
}
