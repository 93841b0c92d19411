// An offer of round robin: under its team's lock, to one who has room. Pure.
import { addSeconds } from '../../base/time.ts'
import type { Decision, LockedConversation } from './change.ts'
import { isActive } from './conversation.ts'
import { assignedTo } from './handling.ts'
import { assigned, bySystem } from './handling-events.ts'
import { handled, recordOf } from './leaving.ts'

export interface RoundRobinOffer {
  team_id: string
  user: { id: string; name: string }
  accept_seconds: number
}

/** Refused if it does not wait there any more, without an offer. */
export function decideOffer(
  state: LockedConversation,
  { team_id, user, accept_seconds }: RoundRobinOffer,
): Decision<null> {
  const before = recordOf(state)
  const waits = state.handled_by === 'queue' && before.team_id === team_id && before.assignee_id === null
  if (!waits || !isActive(state.status) || state.ending) return { refused: 'conversation_not_active' }
  const offered_until = addSeconds(state.now, accept_seconds)
  const record = { ...before, ...assignedTo({ type: 'user', ...user }), offered_until }
  const event = assigned({ by: bySystem, why: 'round_robin' }, record, { cut_turn_id: null, unfinished_calls: [] })
  return { change: handled(record, [event]), answer: null }
}
