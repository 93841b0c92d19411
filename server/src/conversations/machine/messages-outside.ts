// What becomes of a message that the agent does not answer: it is given to people, or asks for them. Pure.
import { type CompletedOutcome, handOffBounds } from '@parley/contract'
import { type Change, type LockedConversation, type NewTurn, type Refusal, noChange } from './change.ts'
import { type RequestInput, requestChange, whyDeclined } from './handling-decisions.ts'
import { bySystem } from './handling-events.ts'
import { declinedChange, wakeChange } from './handling-upkeep.ts'
import { cutTurns, handled, recordOf, saidBySystem, withUnanswered } from './leaving.ts'
import { joinChanges, turnEvent } from './turn-endings.ts'

export type GivenTurn = Omit<NewTurn, 'start' | 'given'>

/** Stored with a turn of its own, which is over at once. `said`: the message; a retried one is stored already. */
export function giveToPeople(state: LockedConversation, turn: GivenTurn, said: Change): Change | Refusal {
  const record = recordOf(state)
  const isNew = turn.messages_of === null
  if (isNew && record.unanswered >= handOffBounds.unanswered_messages)
    return { refused: 'too_many_unanswered_messages' }
  const woken = isNew && record.wake_on_reply ? wakeChange(state, { by: bySystem, why: 'message' }) : noChange
  const counted = handled({
    ...(woken.handling ?? record),
    unanswered_since: record.unanswered_since ?? state.now,
    unanswered: record.unanswered + (isNew ? 1 : 0),
  })
  return joinChanges(joinChanges(said, endAtOnce(turn, 'for_person')), joinChanges(woken, counted))
}

function endAtOnce(turn: GivenTurn, given: CompletedOutcome): Change {
  return {
    ...noChange,
    new_turn: { ...turn, start: false, given },
    events: [turnEvent('turn.queued', turn.id), turnEvent('turn.completed', turn.id)],
  }
}

/** A message has a keyword: without a model call, the reply is the wait message. Null: declined, and the agent answers. */
export function askByKeyword(
  state: LockedConversation,
  turn: GivenTurn,
  said: Change,
  request: RequestInput,
): Change | null {
  if (whyDeclined(state, request)) return null
  const { message } = request.plan
  const reply = message ? saidBySystem(message, turn.id) : noChange
  const told = joinChanges(said, joinChanges(reply, endAtOnce(turn, message ? 'reply' : 'for_person')))
  const cut = withUnanswered(cutTurns(state, request.partial), { unanswered_since: state.now, unanswered: 1 })
  return requestChange(state, request, { cut, told })
}

/** The event that says so; nothing if it would be accepted now. */
export function declinedRequest(state: LockedConversation, request: RequestInput): Change {
  const { by, why, reason, plan } = request
  const declined = whyDeclined(state, request)
  if (!declined) return noChange
  return declinedChange({ by, why: declined.why ?? why }, reason, plan.declines?.opens_at ?? null)
}
