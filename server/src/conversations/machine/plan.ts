// From decisions to plans: what is written is what was decided, less what the conversation must not keep. Nothing else makes a
// plan, and nothing but plans is written; so memory, streams and tables see the same. Pure.
import { type Change, type Decision, type LockedConversation, type Refusal, isRefusal } from './change.ts'
import { redactChange, redactRow } from './redaction.ts'
import type { ItemRecord } from './rows.ts'

declare const judged: unique symbol

/** A conversation as it stands under its lock, and what is to become of it. */
export interface Planned {
  readonly state: LockedConversation
  readonly change: Change
  readonly [judged]: true
}

/** What was decided, as it will be written, and what the decision answers. */
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

/** Of a change that cannot be refused. */
export function planOf(state: LockedConversation, change: Change): Planned {
  return { state, change: redactChange(change, state.redaction) } as Planned
}

/** What a conversation that is brought in has said before. */
export function planHistory<Row extends Omit<ItemRecord, 'position'>>(state: LockedConversation, rows: Row[]): Row[] {
  return rows.map((row) => redactRow(row, state.redaction))
}
