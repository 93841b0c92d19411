// Who handles a conversation: its agent, nobody yet, or a person. Pure; the types require a decision for every cell.
import type { Assignee, HandledBy, HandlingActor, HandoffReason, Priority, ShownName } from '@parley/contract'
import type { OpenHours } from './open-hours.ts'

/** What can happen to who handles a conversation. */
export type HandlingEvent =
  | 'request' // tool, rule, API, console
  | 'take' // or assign to oneself
  | 'assign' // to another person, a team, nobody
  | 'reply' // a person's
  | 'return'
  | 'offer_over'
  | 'wait_over'
  | 'holder_gone'
  | 'message' // of the end user
  | 'agent_write' // of an attempt
  | 'end' // or delete

/** What then happens. */
export type HandlingOutcome =
  | 'to_queue'
  | 'to_person'
  | 'to_agent'
  | 'unchanged'
  /** The holder: unchanged; others are refused, unless they name the holder. */
  | 'holder_unchanged'
  /** The holder's is stored; others are refused. */
  | 'holder_stored'
  /** Refused, unless it takes the conversation in the same commit. */
  | 'take_first'
  | 'refused_taken'
  /** The offer is set or cleared. */
  | 'offer'
  | 'offer_cleared'
  /** To the agent, or ended, as the wait began. */
  | 'fallback'
  | 'nothing'
  | 'to_turn'
  | 'to_people'
  | 'written'
  | 'refused'
  | 'ended'

export const handlingTable: Record<HandledBy, Record<HandlingEvent, HandlingOutcome>> = {
  agent: {
    request: 'to_queue',
    take: 'to_person',
    assign: 'to_queue',
    reply: 'take_first',
    return: 'unchanged',
    offer_over: 'nothing',
    wait_over: 'nothing',
    holder_gone: 'nothing',
    message: 'to_turn',
    agent_write: 'written',
    end: 'ended',
  },
  queue: {
    request: 'unchanged',
    take: 'to_person',
    assign: 'offer',
    reply: 'take_first',
    return: 'to_agent',
    offer_over: 'offer_cleared',
    wait_over: 'fallback',
    holder_gone: 'nothing',
    message: 'to_people',
    agent_write: 'refused',
    end: 'ended',
  },
  person: {
    request: 'refused_taken',
    take: 'holder_unchanged',
    assign: 'to_queue',
    reply: 'holder_stored',
    return: 'to_agent',
    offer_over: 'nothing',
    wait_over: 'nothing',
    holder_gone: 'to_queue',
    message: 'to_people',
    agent_write: 'refused',
    end: 'ended',
  },
}

/** The team's rules as they were when a wait began. */
export interface TeamRules {
  team: { id: string; key: string; name: string } | null
  shown_name: ShownName
  accept_seconds: number
  gone: { offline_seconds: number; unanswered_seconds: number }
  idle: { end_after_seconds: number | null; end_message: string | null }
  /** `end_message` is a template. */
  wait: { fallback: 'return' | 'end'; end_message: string | null }
  sla: Record<'first_response_seconds' | 'next_response_seconds' | 'resolution_seconds', number | null> & {
    warn_before_seconds: number
  }
  /** In which the targets of `sla` count; null: at all times. */
  hours: OpenHours | null
}

export interface SlaClockRecord {
  state: 'running' | 'met' | 'breached'
  due_at: string
  /** When a warning is due; null: none any more. */
  warn_at?: string | null
  /** While it is snoozed: open seconds until each. */
  left?: { due: number; warn: number | null }
}

/** What is stored of a hand-off, besides who handles the conversation. Times are those of the database. */
export interface HandlingRecord {
  handled_by: HandledBy
  assignee_type: Assignee['type'] | null
  assignee_id: string | null
  assignee_name: string | null
  team_id: string | null
  reason: HandoffReason | null
  text: string | null
  priority: number
  tags: string[]
  /** How often tool, rules and end users have asked for a person. */
  requests: number
  requested_at: string | null
  requested_by: HandlingActor | null
  taken_at: string | null
  returned_at: string | null
  returned_by: HandlingActor | null
  /** The transcript's next position then. */
  returned_position: number | null
  /** User messages until then, which the agent's rules do not count (H9). */
  returned_user_turns: number
  waiting_since: string | null
  wait_until: string | null
  offered_until: string | null
  unanswered_since: string | null
  /** Messages of the end user since a person's word. */
  unanswered: number
  /** What the turn of a return was to answer: people's again if that turn is cut. */
  answering: { turn_id: string; since: string; messages: number } | null
  snoozed_until: string | null
  wake_on_reply: boolean
  sla: Partial<Record<'first_response' | 'next_response' | 'resolution', SlaClockRecord>> | null
  rules: TeamRules | null
  /** Since when its holder could have answered: it was taken, or woke. */
  awake_since: string | null
  /** The ids of those who have let an offer of this wait pass. */
  passed_by: string[]
  /** When a person first answered since the request. */
  answered_at: string | null
}

/** Columns of a HandlingRecord, with their types. */
export const handlingTypes: Record<keyof HandlingRecord, string> = {
  handled_by: 'text',
  assignee_type: 'text',
  assignee_id: 'text',
  assignee_name: 'text',
  team_id: 'uuid',
  reason: 'text',
  text: 'text',
  priority: 'smallint',
  tags: 'text[]',
  requests: 'integer',
  requested_at: 'timestamptz',
  requested_by: 'jsonb',
  taken_at: 'timestamptz',
  returned_at: 'timestamptz',
  returned_by: 'jsonb',
  returned_position: 'integer',
  returned_user_turns: 'integer',
  waiting_since: 'timestamptz',
  wait_until: 'timestamptz',
  offered_until: 'timestamptz',
  unanswered_since: 'timestamptz',
  unanswered: 'integer',
  answering: 'jsonb',
  snoozed_until: 'timestamptz',
  wake_on_reply: 'boolean',
  sla: 'jsonb',
  rules: 'jsonb',
  awake_since: 'timestamptz',
  passed_by: 'text[]',
  answered_at: 'timestamptz',
}

const handlingNames = Object.keys(handlingTypes)

/** For the writer. */
export const storedHandlingColumns = handlingNames.join(', ')
export const givenHandlingColumns = Object.entries(handlingTypes)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ')
export const replacedHandlingColumns = handlingNames.map((name) => `${name} = excluded.${name}`).join(', ')

export const noHandling: HandlingRecord = {
  handled_by: 'agent',
  assignee_type: null,
  assignee_id: null,
  assignee_name: null,
  team_id: null,
  reason: null,
  text: null,
  priority: 1,
  tags: [],
  requests: 0,
  requested_at: null,
  requested_by: null,
  taken_at: null,
  returned_at: null,
  returned_by: null,
  returned_position: null,
  returned_user_turns: 0,
  waiting_since: null,
  wait_until: null,
  offered_until: null,
  unanswered_since: null,
  unanswered: 0,
  answering: null,
  snoozed_until: null,
  wake_on_reply: true,
  sla: null,
  rules: null,
  awake_since: null,
  passed_by: [],
  answered_at: null,
}

export function assigneeOf({ assignee_type, assignee_id, assignee_name }: HandlingRecord): Assignee | null {
  return assignee_type === null ? null : { type: assignee_type, id: assignee_id, name: assignee_name }
}

/** Null: nobody holds it, although it may be offered to somebody. */
export function holderOf({ handled_by, handling }: { handled_by: HandledBy; handling: HandlingRecord | null }) {
  return handled_by === 'person' && handling ? assigneeOf(handling) : null
}

export const assignedTo = (assignee: Assignee | null) => ({
  assignee_type: assignee?.type ?? null,
  assignee_id: assignee?.id ?? null,
  assignee_name: assignee?.name ?? null,
})

export function isSamePerson(one: Assignee | null, other: Assignee | null): boolean {
  return one !== null && other !== null && one.type === other.type && one.id === other.id
}

/** A member without a name goes by the address that they sign in with, among members. */
export const isAddress = (name: string) => /^\s*\S+@\S+\s*$/.test(name)

export const neutralName = 'A person'

/** What end users and models are shown instead of a name; undefined: the name itself. Never an address. */
export function shownNameOf(rules: TeamRules | null, name: string | null): string | undefined {
  const unnamed = name !== null && isAddress(name) ? (rules?.team?.name ?? neutralName) : undefined
  switch (rules?.shown_name) {
    case 'first_name':
      return unnamed ?? name?.trim().split(/\s+/)[0]
    case 'team':
      return rules.team?.name ?? unnamed
    default:
      return unnamed
  }
}

/** With what end users are shown, for readers of the log. */
export function withShownName<Person extends { name: string | null }>(rules: TeamRules | null, person: Person) {
  const shown_name = shownNameOf(rules, person.name)
  return shown_name === undefined ? person : { ...person, shown_name }
}

/** The user messages that the agent's rules count: those since the last return. */
export const countedTurns = (of: { user_turn_count: number; handling: HandlingRecord | null }) =>
  of.user_turn_count - (of.handling?.returned_user_turns ?? 0)

/** Whether the agent is silent. */
export const isOutside = (handled_by: HandledBy) => handled_by !== 'agent'

const orderedPriorities = ['low', 'normal', 'high', 'urgent'] as const satisfies readonly Priority[]
export const priorityOf = (rank: number): Priority => orderedPriorities[rank]!
export const rankOf = (priority: Priority): number => orderedPriorities.indexOf(priority)
