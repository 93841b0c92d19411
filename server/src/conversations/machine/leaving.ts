// How a conversation leaves its agent: what is open ends in the same commit, before who handles it changes (H1). Pure.
import {
  type Change,
  type LockedConversation,
  type NewMessage,
  type OpenTurn,
  type RuleMessage,
  noChange,
} from './change.ts'
import { textContent } from './content.ts'
import { earliest } from '../../base/time.ts'
import { notYetFailed } from './failures.ts'
import { type HandlingRecord, assignedTo, noHandling } from './handling.ts'
import type { CutTurn } from './handling-events.ts'
import { type PartialReply, cancelTurns, endOfTurn, joinChanges, messageCreated, turnEvent } from './turn-endings.ts'

/** The agent's turns, ended. */
export interface Cut extends CutTurn {
  change: Change
  /** The first message that nobody has answered; null: none. */
  unanswered_since: string | null
  /** How many there are. */
  unanswered: number
}

const cutCall = 'A person took the conversation over before this call had a result.'

/** A turn that ran is cut; those that wait are given to people (H4). */
export function cutTurns(state: LockedConversation, partial: PartialReply | null): Cut {
  const hasRun = ({ status, attempts }: OpenTurn) => status === 'running' || attempts > 0
  const cut = state.open_turns.filter(hasRun)
  const given = state.open_turns.filter((turn) => !hasRun(turn))
  const cancelled = cut.length > 0 ? cancelTurns(cut, 'taken_over', partial, cutCall) : noChange
  return {
    change: given.length > 0 ? joinChanges(cancelled, giveTurns(given)) : cancelled,
    cut_turn_id: cut[0]?.id ?? null,
    unfinished_calls: cut.flatMap(({ pending_calls }) => pending_calls),
    ...unansweredOf(state, state.open_turns),
  }
}

/** The messages of turns that are not over, or have answered nothing. */
function unansweredOf(state: LockedConversation, turns: OpenTurn[]): Pick<Cut, 'unanswered_since' | 'unanswered'> {
  const [first] = turns
  if (!first) return { unanswered_since: null, unanswered: 0 }
  const of_return = turns.map((turn) => answeringOf(state, turn)).find((answering) => answering !== null)
  const own = turns.reduce((sum, turn) => sum + notYetFailed(state, turn), 0)
  return { unanswered_since: of_return?.since ?? first.queued_at, unanswered: own + (of_return?.messages ?? 0) }
}

/** What the turn of a return, which has no message of its own, or the one that superseded it, is to answer; null: it is neither. */
export function answeringOf({ handling }: LockedConversation, { id }: OpenTurn): HandlingRecord['answering'] {
  const answering = handling?.answering ?? null
  return answering?.turn_id === id ? answering : null
}

/** The turn of a return is over without an answer, and the conversation stays with its agent: what it was to answer is unanswered again. */
export function keepUnanswered(state: LockedConversation, turn: OpenTurn): Change {
  const answering = answeringOf(state, turn)
  if (!answering) return noChange
  const { since: unanswered_since, messages: unanswered } = answering
  return handled({ ...recordOf(state), unanswered_since, unanswered, answering: null })
}

/** The agent has answered. */
export function clearUnanswered(state: LockedConversation): Change {
  if (recordOf(state).unanswered_since === null) return noChange
  return handled({ ...recordOf(state), unanswered_since: null, unanswered: 0 })
}

/** With what is unanswered besides. */
export function withUnanswered(
  cut: Cut,
  { unanswered_since: since, unanswered }: Pick<Cut, 'unanswered_since' | 'unanswered'>,
): Cut {
  return {
    ...cut,
    unanswered_since: earliest([since, cut.unanswered_since]),
    unanswered: cut.unanswered + unanswered,
  }
}

/** With a turn that is over, but whose messages no person has answered. */
export const withMessagesOf = (cut: Cut, state: LockedConversation, turn: OpenTurn): Cut =>
  withUnanswered(cut, unansweredOf(state, [turn]))

function giveTurns(turns: OpenTurn[]): Change {
  return {
    ...noChange,
    ended_turns: turns.map(({ id }) => endOfTurn(id, 'for_person', null)),
    events: turns.map(({ id }) => turnEvent('turn.completed', id)),
  }
}

/** What the end user is told about the hand-off itself. */
export function saidBySystem({ message_id: id, text }: RuleMessage, turn_id: string | null = null): Change {
  const author = { type: 'system', id: null, name: null, external: false } as const
  const rest = { interrupted: false, turn_id, metrics: null }
  const message: NewMessage = { type: 'message', id, role: 'assistant', content: textContent(text), author, ...rest }
  return { ...noChange, items: [message], events: [messageCreated(message)] }
}

export const recordOf = ({ handling, handled_by }: LockedConversation): HandlingRecord => ({
  ...(handling ?? noHandling),
  handled_by,
})

/** The record after the agent's turns were cut: their messages are people's, and those of turns that failed before. */
export function leftWith(state: LockedConversation, cut: Cut): HandlingRecord {
  const record = recordOf(state)
  const { failed_since, failed_messages } = state
  return {
    ...record,
    unanswered_since: earliest([record.unanswered_since, cut.unanswered_since, failed_since]),
    unanswered: record.unanswered + cut.unanswered + failed_messages,
  }
}

/** Nobody waits, holds or is offered it. */
export const withoutPeople = {
  ...assignedTo(null),
  waiting_since: null,
  wait_until: null,
  offered_until: null,
  snoozed_until: null,
  wake_on_reply: true,
} as const

export const handled = (handling: HandlingRecord, events: Change['events'] = []): Change => ({
  ...noChange,
  handling,
  events,
})

/** The state after a change, for what follows in the same commit. */
export function after(state: LockedConversation, { handling, ended_turns, items, end }: Change): LockedConversation {
  const over = new Set(ended_turns.map(({ id }) => id))
  return {
    ...state,
    ...(handling ? { handling, handled_by: handling.handled_by } : {}),
    ...(end ? { status: end.status } : {}),
    open_turns: state.open_turns.filter(({ id }) => !over.has(id)),
    next_position: state.next_position + items.length,
  }
}
