// How a conversation leaves the person who holds it, or its team, without anybody asking for that. Pure.
import type { HandlingCause } from '@parley/contract'
import { type Change, type Decision, type LockedConversation, noChange } from './change.ts'
import { isActive } from './conversation.ts'
import { type HandlingRecord, type TeamRules, assignedTo, assigneeOf, handlingTable } from './handling.ts'
import { type WaitPlan, waitingRecord } from './handling-decisions.ts'
import { assigned, bySystem, handoffRequested, unassigned } from './handling-events.ts'
import { handled, recordOf } from './leaving.ts'

const nothingCut = { cut_turn_id: null, unfinished_calls: [] }

/** Its holder does not answer: it waits for another person. The end user is told nothing, but clients see that it waits. */
export function goneChange(state: LockedConversation, plan: WaitPlan, why: HandlingCause): Change {
  if (handlingTable[state.handled_by].holder_gone !== 'to_queue') return noChange
  const before = recordOf(state)
  const by = { by: bySystem, why }
  const record = waitingRecord(state, before, { plan, reason: 'person_gone', text: before.text, by: bySystem })
  return handled(record, [unassigned(by, assigneeOf(before), record), handoffRequested(by, record, nothingCut)])
}

/** A member can answer no more: what they hold waits again, and what they are offered is offered to nobody. */
export function decideLeft(state: LockedConversation, user_id: string, plan: WaitPlan): Decision<null> {
  const before = recordOf(state)
  const isTheirs = before.assignee_type === 'user' && before.assignee_id === user_id
  if (!isTheirs || !isActive(state.status)) return { change: noChange, answer: null }
  if (state.handled_by === 'person') return { change: goneChange(state, plan, 'member_removed'), answer: null }
  const free = { ...before, ...assignedTo(null), offered_until: null }
  const event = unassigned({ by: bySystem, why: 'member_removed' }, assigneeOf(before), free)
  return { change: handled(free, [event]), answer: null }
}

/** Its team was deleted. A wait keeps the rules that it began with; an offer to a member of the old team is over. */
export function decideMove(state: LockedConversation, from: string, to: TeamRules['team']): Decision<null> {
  const before = recordOf(state)
  if (before.team_id !== from || !isActive(state.status)) return { change: noChange, answer: null }
  const offer = state.handled_by === 'queue' ? { ...assignedTo(null), offered_until: null } : {}
  const record: HandlingRecord = {
    ...before,
    ...offer,
    team_id: to?.id ?? null,
    rules: before.rules && { ...before.rules, team: to },
  }
  return {
    change: handled(record, [assigned({ by: bySystem, why: 'team_deleted' }, record, nothingCut)]),
    answer: null,
  }
}
