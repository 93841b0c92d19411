// Who handles a conversation, in words; its promised times; what the agent left unfinished. Pure.
import type { Conversation, ConversationEvent, SlaClock, SlaTarget } from '@parley/contract'
import { formatSeconds } from '../base/format.ts'
import { type Caller, standingOf } from './standing.ts'
import { handlingTexts as words } from './texts.ts'

export interface Described {
  /** The sentence. */
  who: string
  /** Times and reasons beside it. */
  more: string[]
}

export function nameOf(person: { name: string | null } | null): string {
  return person?.name ?? words.somebody
}

export function describeHandling(conversation: Conversation, caller: Pick<Caller, 'user_id'>, now: Date): Described {
  const { assignee, team, handling, agent, handoff_reason } = conversation
  const since = (time: string | null | undefined) => (time == null ? [] : [words.since(elapsed(time, now))])
  const because = handoff_reason === null ? [] : [words.because(words.reasons[handoff_reason])]
  const snoozed = handling?.snoozed_until == null ? [] : [words.snoozedUntil(handling.snoozed_until)]
  switch (standingOf(conversation, caller)) {
    case 'agent':
      return { who: agent?.name == null ? words.noAgent : words.agent(agent.name), more: [] }
    case 'offered':
      return {
        who: words.offeredToYou,
        more: [...(handling?.offered_until ? [words.until(handling.offered_until)] : []), ...because],
      }
    case 'waiting': {
      const who = assignee === null ? words.waiting(team?.name ?? null) : words.offeredTo(nameOf(assignee))
      const limit = handling?.wait_until ? [words.waitUntil(handling.wait_until)] : []
      return { who, more: [...since(handling?.waiting_since), ...limit, ...because] }
    }
    case 'mine':
      return { who: words.mine, more: [...since(handling?.taken_at), ...snoozed, ...because] }
    case 'other':
      return { who: words.other(nameOf(assignee)), more: [...since(handling?.taken_at), ...snoozed, ...because] }
    case 'over':
      return { who: describeEnd(conversation, caller), more: [] }
  }
}

function describeEnd({ handled_by, assignee }: Conversation, { user_id }: Pick<Caller, 'user_id'>): string {
  if (handled_by !== 'person') return words.over
  return assignee?.type === 'user' && assignee.id === user_id ? words.overMine : words.overOther(nameOf(assignee))
}

export function elapsed(since: string, now: Date): string {
  return formatSeconds(Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / 1000)))
}

export interface ShownClock extends SlaClock {
  target: SlaTarget
}

const targets = ['first_response', 'next_response', 'resolution'] as const satisfies readonly SlaTarget[]

export function clocksOf({ handling }: Pick<Conversation, 'handling'>): ShownClock[] {
  return targets.flatMap((target) => {
    const clock = handling?.sla[target] ?? null
    return clock === null ? [] : [{ target, ...clock }]
  })
}

/** The only one that a list shows: a breach, else what is due first, else nothing. */
export function mostUrgentClock(conversation: Pick<Conversation, 'handling'>): ShownClock | null {
  const open = clocksOf(conversation).filter(({ state }) => state !== 'met')
  const rank = ({ state, due_at }: ShownClock) => `${state === 'breached' ? 0 : 1} ${due_at}`
  return open.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))[0] ?? null
}

/** Tool calls without a result when the agent was last stopped for people; nothing once it has come back. */
export function unfinishedCalls(events: readonly ConversationEvent[]): string[] {
  let names: string[] = []
  for (const { type, data } of events) {
    switch (type) {
      case 'conversation.handoff_requested':
      case 'conversation.assigned':
      case 'conversation.taken':
        if (data.unfinished_calls.length > 0) names = data.unfinished_calls.map(({ name }) => name)
        break
      case 'conversation.returned':
        names = []
    }
  }
  return names
}

/** One line of the transcript about what happened to its handling; null: nothing to tell. */
export function describeHandlingEvent(event: ConversationEvent): string | null {
  const { told, reasons } = words
  switch (event.type) {
    case 'conversation.handoff_requested': {
      const { by, reason } = event.data
      // That one was asked for is no reason.
      const why = reason === 'requested' || reason === 'asked_for_person' ? null : reasons[reason].toLowerCase()
      return told.handoff_requested(by.type === 'system' ? null : by.name, why)
    }
    case 'conversation.handoff_declined':
      return told.handoff_declined
    case 'conversation.assigned': {
      const { assignee, team } = event.data
      return assignee ? told.assigned(nameOf(assignee)) : team ? told.assigned_team(team.name) : null
    }
    case 'conversation.unassigned':
      return event.data.from && told.unassigned(nameOf(event.data.from))
    case 'conversation.taken':
      return told.taken(nameOf(event.data.assignee), event.data.from && nameOf(event.data.from))
    case 'conversation.returned':
      return told.returned
    case 'conversation.snoozed':
      return told.snoozed(event.data.until)
    case 'conversation.woken':
      return told.woken
    case 'conversation.sla_warning':
      return told.sla_warning(event.data.target)
    case 'conversation.sla_breached':
      return told.sla_breached(event.data.target)
    case 'conversation.rated':
      return told.rated(event.data.rating)
    default:
      return null
  }
}
