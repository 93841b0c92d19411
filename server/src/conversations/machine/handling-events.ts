// The events of hand-offs: the one place where their data is made. Pure.
import type { Assignee, HandlingActor, HandlingCause, HandoffReason, UnfinishedCall } from '@parley/contract'
import type { JsonObject } from '../../base/json.ts'
import type { Change } from './change.ts'
import type { DueClock } from './sla-clocks.ts'
import { type HandlingRecord, type TeamRules, assigneeOf, priorityOf, withShownName } from './handling.ts'

type Event = Change['events'][number]

/** Who made the change, and what for. */
export interface By {
  by: HandlingActor
  why: HandlingCause
}

/** What the end of the agent's turns has left. */
export interface CutTurn {
  cut_turn_id: string | null
  unfinished_calls: UnfinishedCall[]
}

export const bySystem: HandlingActor = { type: 'system', id: null, name: null }

const json = (value: object) => value as unknown as JsonObject
const teamOf = ({ rules }: { rules: TeamRules | null }) =>
  rules?.team ? { key: rules.team.key, name: rules.team.name } : null

export function handoffRequested(by: By, record: HandlingRecord, cut: CutTurn): Event {
  const { reason, text, wait_until } = record
  const data = json({ ...by, reason, text, team: teamOf(record), wait_until, ...cut })
  return { type: 'conversation.handoff_requested', data }
}

export function handoffDeclined(by: By, reason: HandoffReason, opens_at: string | null): Event {
  return { type: 'conversation.handoff_declined', data: json({ ...by, reason, opens_at }) }
}

export function assigned(by: By, record: HandlingRecord, cut: CutTurn): Event {
  const { offered_until } = record
  const data = json({ ...by, assignee: assigneeOf(record), team: teamOf(record), offered_until, ...cut })
  return { type: 'conversation.assigned', data }
}

export function unassigned(by: By, from: Assignee | null, record: HandlingRecord): Event {
  return { type: 'conversation.unassigned', data: json({ ...by, from, team: teamOf(record) }) }
}

export function taken(by: By, record: HandlingRecord, from: Assignee | null, cut: CutTurn): Event {
  const assignee = withShownName(record.rules, assigneeOf(record)!)
  return { type: 'conversation.taken', data: json({ ...by, assignee, from, ...cut }) }
}

export function returned(by: By, record: HandlingRecord, answer_turn_id: string | null): Event {
  // Nobody gives back what was only offered to them.
  const held = record.handled_by === 'person' ? assigneeOf(record) : null
  const from = held && withShownName(record.rules, held)
  return { type: 'conversation.returned', data: json({ ...by, from, answer_turn_id }) }
}

export function noteEvent(
  what: 'added' | 'changed' | 'deleted',
  by: By,
  note: { id: string; for_agent: boolean },
): Event {
  const data = json({ ...by, note_id: note.id, for_agent: note.for_agent })
  return { type: `conversation.note_${what}`, data }
}

export function snoozed(by: By, until: string, wake_on_reply: boolean): Event {
  return { type: 'conversation.snoozed', data: json({ ...by, until, wake_on_reply }) }
}

export function woken(by: By): Event {
  return { type: 'conversation.woken', data: json(by) }
}

export function handlingUpdated(by: By, { priority, tags }: HandlingRecord): Event {
  return { type: 'conversation.handling_updated', data: json({ ...by, priority: priorityOf(priority), tags }) }
}

export function slaEvent({ target, what, due_at }: DueClock): Event {
  const type = what === 'breached' ? 'conversation.sla_breached' : 'conversation.sla_warning'
  return { type, data: json({ by: bySystem, why: 'due', target, due_at }) }
}

export function rated(by: By, { rating, comment }: { rating: number; comment: string | null }): Event {
  return { type: 'conversation.rated', data: json({ ...by, rating, comment }) }
}
