// Decides what callers ask of a conversation: takes its locked state, returns a refusal or a change. Pure.
import type { Assignee, ConcurrencyRule, EndedBy, TurnStatus } from '@parley/contract'
import {
  type Change,
  type Decision,
  type Ending,
  type LockedConversation,
  type MessageClaim,
  type NewMessage,
  isRefusal,
  noChange,
  nothingClaimed,
} from './change.ts'
import { type MessageSource, channelRules } from './channels.ts'
import { type ContentPart, type MessageAuthor, textContent } from './content.ts'
import type { JsonObject } from '../../base/json.ts'
import { countedTurns, isOutside, handlingTable } from './handling.ts'
import { type RequestInput, refuseUnlessHeld } from './handling-decisions.ts'
import { handled, keepUnanswered, recordOf } from './leaving.ts'
import { originOf } from './message-origin.ts'
import { askByKeyword, declinedRequest, giveToPeople } from './messages-outside.ts'
import type { NewConversation } from './rows.ts'
import { isActive, mayBecome, statusAtForcedEnd, takesMessages } from './conversation.ts'
import {
  type PartialReply,
  cancelTurns,
  endChange,
  endedWith,
  goOnAfter,
  joinChanges,
  messageCreated,
  owesLastReply,
  turnEvent,
} from './turn-endings.ts'

export interface MessageInput extends MessageClaim {
  message_id: string
  turn_id: string
  from: MessageSource
  content: ContentPart[]
  author: MessageAuthor | null
  /** With `in_reply_to`: the answers, which have been checked. */
  values?: JsonObject | null
  concurrency: ConcurrencyRule
  interactivity: 'plain' | 'rich'
  agent_version_id: string
  max_seconds: number
  max_waiting: number
  /** The server has too much to do, and nobody waits for the answer: the turn stays queued. */
  is_held?: boolean
  /** How many user messages the conversation may have; absent: any number. */
  most_messages?: number | undefined
  /** From the attempt that was stopped here, with `interrupt`. */
  partial: PartialReply | null
  /** Set if its text has a keyword with which the agent hands off. */
  hand_off?: RequestInput | null
  /** With the last user message since a return that the agent's version allows, the conversation begins to end. Null: there is no limit. */
  limit: { max_user_turns: number; ending: Ending } | null
}

type AcceptedMessage = Decision<{ turn_id: string; ahead: number }>

/** A message arrives. Answers with the turn that will answer it and how many turns wait before it. */
export function decideMessage(state: LockedConversation, input: MessageInput): AcceptedMessage {
  const decision = acceptMessage(state, input)
  const { limit } = input
  if (isRefusal(decision) || limit === null || countedTurns(state) + 1 < limit.max_user_turns) return decision
  // The agent's own rules pause while people handle the conversation.
  if (isOutside(decision.change.handling?.handled_by ?? state.handled_by)) return decision
  return { ...decision, change: { ...decision.change, ending: limit.ending } }
}

function acceptMessage(state: LockedConversation, input: MessageInput): AcceptedMessage {
  const { stored_turn_id, is_answered } = state.claimed
  // Before every other refusal: each of those says that the message is not stored (T1).
  if (stored_turn_id !== null) return { refused: 'message_stored', fields: { turn_id: stored_turn_id } }
  if (!channelRules[state.channel].messages_from.includes(input.from)) return { refused: 'conversation_not_text' }
  if (!takesMessages(state.status)) return { refused: 'conversation_not_active' }
  if (state.ending) return { refused: 'conversation_ending' }
  if (is_answered) return { refused: 'widget_answered' }
  if (state.user_turn_count >= (input.most_messages ?? Infinity)) return { refused: 'conversation_full' }
  if (handlingTable[state.handled_by].message === 'to_people') return acceptForPeople(state, input)
  const [first] = state.open_turns
  if (first && input.concurrency === 'reject')
    return { refused: 'turn_in_progress', fields: { running_turn_id: first.id } }
  const asked = input.hand_off && askByKeyword(state, turnOf(input), storedMessage(input), input.hand_off)
  if (asked) return { change: asked, answer: { turn_id: input.turn_id, ahead: 0 } }
  const accepted = acceptForAgent(state, input)
  if (!input.hand_off || isRefusal(accepted)) return accepted
  return { ...accepted, change: joinChanges(declinedRequest(state, input.hand_off), accepted.change) }
}

function acceptForPeople(state: LockedConversation, input: MessageInput): AcceptedMessage {
  const change = giveToPeople(state, turnOf(input), storedMessage(input))
  return 'refused' in change ? change : { change, answer: { turn_id: input.turn_id, ahead: 0 } }
}

function turnOf({ turn_id: id, concurrency, interactivity, agent_version_id, max_seconds }: MessageInput) {
  return { id, concurrency, interactivity, agent_version_id, max_seconds, messages_of: null }
}

function storedMessage(input: MessageInput): Change {
  const message = userMessage(input, input.turn_id)
  return { ...noChange, items: [message], events: [messageCreated(message)] }
}

function acceptForAgent(state: LockedConversation, input: MessageInput): AcceptedMessage {
  const [first] = state.open_turns
  if (!first) return acceptInNewTurn(input, { start: input.is_held !== true && !state.is_held_back, ahead: 0 })
  switch (input.concurrency) {
    case 'reject':
      return { refused: 'turn_in_progress', fields: { running_turn_id: first.id } }
    case 'interrupt':
      return acceptInterrupting(state, input)
    case 'merge':
      return acceptMerging(state, input)
    case 'queue':
      return acceptWaiting(state, input)
  }
}

function acceptWaiting(state: LockedConversation, input: MessageInput) {
  if (isQueueFull(state, input)) return { refused: 'too_many_waiting_turns' } as const
  return acceptInNewTurn(input, { start: false, ahead: state.open_turns.length })
}

function isQueueFull(state: LockedConversation, input: Pick<MessageInput, 'max_waiting'>): boolean {
  const waiting = state.open_turns.filter((turn) => turn.status === 'queued')
  return waiting.reduce((sum, turn) => sum + Math.max(1, turn.messages), 0) >= input.max_waiting
}

function acceptMerging(state: LockedConversation, input: MessageInput) {
  if (isQueueFull(state, input)) return { refused: 'too_many_waiting_turns' } as const
  const last = state.open_turns.at(-1)!
  if (last.status !== 'queued' || last.concurrency !== 'merge') return acceptWaiting(state, input)
  const message = userMessage(input, last.id)
  return {
    change: { ...noChange, items: [message], events: [messageCreated(message)] },
    answer: { turn_id: last.id, ahead: state.open_turns.length - 1 },
  }
}

function acceptInterrupting(state: LockedConversation, input: MessageInput) {
  const accepted = acceptInNewTurn(input, { start: !state.is_held_back, ahead: 0 })
  const cancelled = joinChanges(
    cancelTurns(state.open_turns, 'superseded', input.partial),
    inherit(state, input.turn_id),
  )
  return { change: joinChanges(cancelled, accepted.change), answer: accepted.answer }
}

/** The turn that supersedes that of a return answers what this one was to answer. */
function inherit(state: LockedConversation, turn_id: string): Change {
  const answering = state.handling?.answering ?? null
  if (answering === null || !state.open_turns.some(({ id }) => id === answering.turn_id)) return noChange
  return handled({ ...recordOf(state), answering: { ...answering, turn_id } })
}

function acceptInNewTurn(input: MessageInput, { start, ahead }: { start: boolean; ahead: number }) {
  const message = userMessage(input, input.turn_id)
  const { turn_id: id, concurrency, interactivity, agent_version_id, max_seconds } = input
  const change: Change = {
    ...noChange,
    new_turn: { id, concurrency, interactivity, agent_version_id, max_seconds, start, messages_of: null },
    items: [message],
    events: [messageCreated(message), turnEvent('turn.queued', id), ...(start ? [turnEvent('turn.started', id)] : [])],
  }
  return { change, answer: { turn_id: id, ahead } }
}

export interface RetryInput {
  turn_id: string
  /** The turn that accepted the message. */
  messages_of: string
  /** The newest turn that was to answer it. */
  newest: { id: string; status: TurnStatus; sequence: number }
  concurrency: ConcurrencyRule
  interactivity: 'plain' | 'rich'
  agent_version_id: string
  max_seconds: number
  max_waiting: number
}

/**
 * A message whose turn failed is sent again: a new turn answers it, behind the waiting ones. If that is not possible now, or a
 * newer try is in progress, the answer is that of the newest turn.
 */
export function decideRetry(
  state: LockedConversation,
  input: RetryInput,
): Decision<{ turn_id: string; ahead: number }> {
  const { turn_id: id, newest, messages_of, concurrency, interactivity, agent_version_id, max_seconds } = input
  const ahead = state.open_turns.length
  if (newest.status === 'failed' && takesMessages(state.status) && isOutside(state.handled_by)) {
    const turn = { id, concurrency, interactivity, agent_version_id, max_seconds, messages_of }
    const change = giveToPeople(state, turn, noChange)
    return 'refused' in change ? change : { change, answer: { turn_id: id, ahead: 0 } }
  }
  const isRefused =
    !takesMessages(state.status) ||
    (state.ending !== null && !owesLastReply(state, newest)) ||
    isQueueFull(state, input) ||
    (concurrency === 'reject' && ahead > 0)
  if (newest.status !== 'failed' || isRefused) return { change: noChange, answer: { turn_id: newest.id, ahead } }
  const start = ahead === 0 && !state.is_held_back
  const change: Change = {
    ...noChange,
    // No later message merges into it: its messages are those of the failed turn.
    new_turn: { id, concurrency: 'queue', interactivity, agent_version_id, max_seconds, start, messages_of },
    events: [turnEvent('turn.queued', id), ...(start ? [turnEvent('turn.started', id)] : [])],
  }
  return { change, answer: { turn_id: id, ahead } }
}

/** The caller cancels a turn. A final one does not change. */
export function decideCancel(
  state: LockedConversation,
  turn_id: string,
  partial: PartialReply | null,
): Decision<'cancelled' | 'unchanged'> {
  const turn = state.open_turns.find((open) => open.id === turn_id)
  if (!turn) return { change: noChange, answer: 'unchanged' }
  const cancelled = cancelTurns([turn], 'cancelled_by_caller', partial)
  const change = joinChanges(joinChanges(cancelled, keepUnanswered(state, turn)), goOnAfter(state, turn))
  return { change, answer: 'cancelled' }
}

export interface EndInput extends Ending {
  mode: 'cut' | 'finish'
  /** Of a caller who can only end what they hold; absent: any. */
  held_by?: Assignee
  partial: PartialReply | null
}

/**
 * `cut`: one commit completes the conversation, keeps the text said so far and cancels its turns. `finish`: the same, once the
 * last open turn is over, even if that one fails.
 */
export function decideEnd(
  state: LockedConversation,
  { mode, partial, held_by, ...ending }: EndInput,
): Decision<'ended' | 'ending' | 'already_completed'> {
  if (!channelRules[state.channel].ended_by_call) return { refused: 'conversation_not_text' }
  if (state.status === 'completed') return { change: noChange, answer: 'already_completed' }
  if (!mayBecome(state.channel, state.status, 'completed')) return { refused: 'conversation_not_active' }
  const refusal = held_by ? refuseUnlessHeld(state, held_by) : null
  if (refusal) return refusal
  if (mode === 'finish' && state.open_turns.length > 0) {
    const isPutOff = state.ending !== null && state.ending.end_reason !== 'max_turns'
    return { change: isPutOff ? noChange : { ...noChange, ending }, answer: 'ending' }
  }
  return { change: endChange(state, { ...ending, partial }), answer: 'ended' }
}

/** Ends an active conversation because it is deleted: no analysis is queued. */
export function decideEndForDeletion(state: LockedConversation, ended_by: EndedBy): Change {
  if (!isActive(state.status)) return noChange
  const end = { status: statusAtForcedEnd(state.channel, state.status), end_reason: 'deleted' as const, ended_by }
  return joinChanges(
    cancelTurns(state.open_turns, 'conversation_ended', null),
    endedWith({ ...end, analysis: { status: 'none', reason: null } }),
  )
}

/** The state of a new conversation, before anything is said in it. */
export function stateAtBirth(
  { id, channel, status, agent_id, agent_version_id, web_widget_id, redaction }: NewConversation,
  { organization_id, created_at }: { organization_id: string; created_at: string },
): LockedConversation {
  return {
    ...{ id, organization_id, channel, status, agent_id, agent_version_id, web_widget_id, redaction, ending: null },
    ...{ content_purged_at: null, is_held_back: false },
    ...({ handled_by: 'agent', handling: null, failed_turns: 0, failed_since: null, failed_messages: 0 } as const),
    ...{ user_turn_count: 0, next_position: 0, next_sequence: 1, next_turn: 1, open_turns: [] },
    claimed: nothingClaimed,
    ...{
      created_at,
      silent_since: created_at,
      is_warned: false,
      updated_at: created_at,
      now: created_at,
      next_lease: 0,
    },
  }
}

/** Creates a conversation, with the agent's greeting if it has one. */
export function decideBirth(
  { channel, direction, status, user_id, agent_id, agent_version_id, web_widget_id }: NewConversation,
  greeting: { message_id: string; text: string } | null,
): Change {
  const said = greeting === null ? [] : [greetingMessage(greeting)]
  const data = { channel, direction, user_id, agent_id, agent_version_id, web_widget_id }
  const started = status === 'in_progress' ? [{ type: 'conversation.started' as const, data: { status } }] : []
  const events = [{ type: 'conversation.created' as const, data }, ...started, ...said.map(messageCreated)]
  return { ...noChange, items: said, events }
}

function greetingMessage({ message_id: id, text }: { message_id: string; text: string }): NewMessage {
  const content = textContent(text)
  return {
    type: 'message',
    id,
    role: 'assistant',
    content,
    author: null,
    interrupted: false,
    turn_id: null,
    metrics: null,
  }
}

function userMessage(input: MessageInput, turn_id: string): NewMessage {
  const { message_id: id, content, author, client_id, in_reply_to, values } = input
  return {
    ...({ type: 'message', id, role: 'user', content, author, interrupted: false, turn_id, metrics: null } as const),
    ...originOf({ client_id, in_reply_to, values }),
  }
}
