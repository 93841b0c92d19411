// What a change of a hand-off means for statistics: counts, and how long people took. Nothing of what anybody said. Pure.
import type { Assignee, HandlingActor } from '@parley/contract'
import type { Planned } from '../../conversations/machine/plan.ts'

export interface HandlingFact {
  kind:
    | 'requested'
    | 'declined'
    | 'taken'
    | 'answered'
    | 'offer_declined'
    | 'offer_expired'
    | 'wait_expired'
    | 'abandoned'
    | 'rated'
  team_id: string | null
  user_id: string | null
  seconds: number | null
  rating: number | null
}

type Fact = Pick<HandlingFact, 'kind'> & Partial<HandlingFact>
type Event = Planned['change']['events'][number]
interface EventData {
  by?: HandlingActor
  why?: string
  from?: Assignee | null
  assignee?: Assignee | null
  reason?: string
  end_reason?: string
  rating?: number
}

export function factsOf(plan: Planned): HandlingFact[] {
  const { state, change } = plan
  const facts = change.events.flatMap((event) => factOfEvent(event, plan))
  const { handling: before } = state
  const after = change.handling ?? before
  if (after && isFirstAnswer(plan))
    facts.push({ kind: 'answered', user_id: memberOf(after), seconds: sinceRequest(plan) })
  // Of a return, the team that had it; it has left none.
  const team_id = (change.handling?.team_id ?? null) || (before?.team_id ?? null)
  const none = { team_id, user_id: null, seconds: null, rating: null }
  return facts.map((fact) => ({ ...none, ...fact }))
}

function factOfEvent({ type, data }: Event, { state, change }: Planned): Fact[] {
  const { by, why, from = null, assignee = null, reason, end_reason, rating } = data as unknown as EventData
  switch (type) {
    case 'conversation.handoff_requested':
      return reason === 'person_gone' ? [] : [{ kind: 'requested' }]
    case 'conversation.handoff_declined':
      // Of a caller, `recordDeclined` has the team that was asked.
      return by?.type === 'agent' || by?.type === 'system' ? [{ kind: 'declined' }] : []
    case 'conversation.taken':
      return [
        {
          kind: 'taken',
          user_id: idOfMember(assignee),
          seconds: secondsSince(state.handling?.waiting_since, state.now),
        },
      ]
    case 'conversation.unassigned':
      return factOfOffer(state.handled_by, { by, why, from })
    case 'conversation.returned':
      return why === 'wait_over' ? [{ kind: 'wait_expired' }] : []
    case 'conversation.ended':
      if (state.handled_by !== 'queue' || change.handling?.handled_by !== 'queue') return []
      return [{ kind: end_reason === 'nobody_available' ? 'wait_expired' : 'abandoned' }]
    case 'conversation.rated':
      return [{ kind: 'rated', user_id: state.handling && memberOf(state.handling), rating: rating ?? null }]
    default:
      return []
  }
}

function factOfOffer(handled_by: string, { by, why, from }: Pick<EventData, 'by' | 'why' | 'from'>): Fact[] {
  const user_id = idOfMember(from ?? null)
  if (handled_by !== 'queue' || user_id === null) return []
  if (why === 'offer_over') return [{ kind: 'offer_expired', user_id }]
  return why === 'call' && by?.type === 'user' && by.id === user_id ? [{ kind: 'offer_declined', user_id }] : []
}

const idOfMember = (assignee: Assignee | null) => (assignee?.type === 'user' ? assignee.id : null)
const memberOf = ({ assignee_type, assignee_id }: { assignee_type: string | null; assignee_id: string | null }) =>
  assignee_type === 'user' ? assignee_id : null

function isFirstAnswer({ state, change }: Planned): boolean {
  const answered_at = change.handling?.answered_at ?? null
  return answered_at !== null && answered_at !== (state.handling?.answered_at ?? null)
}

/** Null: nobody had asked for a person. */
function sinceRequest({ state: { now, handled_by, handling } }: Planned): number | null {
  return handled_by === 'agent' || handling?.reason === 'taken_directly'
    ? null
    : secondsSince(handling?.requested_at, now)
}

function secondsSince(time: string | null | undefined, now: string): number | null {
  return time == null ? null : Math.max(0, (Date.parse(now) - Date.parse(time)) / 1000)
}
