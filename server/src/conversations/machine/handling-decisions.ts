// Decides what people ask of a conversation: takes its locked state, returns a refusal or a change. Pure.
import type { AfterReply, Assignee, HandoffReason, Priority } from '@parley/contract'
import { addSeconds } from '../../base/time.ts'
import {
  type Change,
  type Decision,
  type Ending,
  type LockedConversation,
  type NewMessage,
  type NewTurn,
  type Refusal,
  type RuleMessage,
  isRefusal,
  noChange,
} from './change.ts'
import { channelRules } from './channels.ts'
import { textContent } from './content.ts'
import { isActive } from './conversation.ts'
import {
  type HandlingRecord,
  type TeamRules,
  assignedTo,
  assigneeOf,
  handlingTable,
  isSamePerson,
  withShownName,
  rankOf,
} from './handling.ts'
import { type By, assigned, handoffRequested, returned, taken, unassigned } from './handling-events.ts'
import { type Cut, after, cutTurns, handled, leftWith, recordOf, saidBySystem, withoutPeople } from './leaving.ts'
import { type PartialReply, endChange, joinChanges, messageCreated, turnEvent } from './turn-endings.ts'

/** Where a conversation waits, and for how long; made before the lock from the team's settings. */
export interface WaitPlan {
  rules: TeamRules
  max_seconds: number
  /** Said to the end user; null: nothing. */
  message: RuleMessage | null
  /** The team is closed and declines; null: it does not. */
  declines: { opens_at: string | null } | null
}

export interface RequestInput extends By {
  reason: HandoffReason
  text: string | null
  plan: WaitPlan
  /** Of tool, rules and end users: how often they may ask. Null: callers may always. */
  most_requests: number | null
  priority?: Priority | null | undefined
  /** Whether it waits even while the team is closed. */
  force: boolean
  partial: PartialReply | null
}

export type Done = 'changed' | 'unchanged'

/** What forbids every change of who handles the conversation. */
export function refuseHandling(state: LockedConversation): Refusal | null {
  if (!channelRules[state.channel].people) return { refused: 'handoff_not_supported' }
  if (!isActive(state.status)) return { refused: 'conversation_not_active' }
  return state.ending ? { refused: 'conversation_ending' } : null
}

export function refuseTaken({ handling }: LockedConversation): Refusal {
  const fields = { assignee: handling && assigneeOf(handling), taken_at: handling?.taken_at ?? null }
  return { refused: 'conversation_taken', fields }
}

export function refuseUnlessHeld(state: LockedConversation, holder: Assignee): Refusal | null {
  if (state.handled_by !== 'person') return { refused: 'conversation_not_taken' }
  return isSamePerson(assigneeOf(recordOf(state)), holder) ? null : refuseTaken(state)
}

/** Why tool, rule or caller is declined; null: it is not. */
export function whyDeclined(
  { handling }: Pick<LockedConversation, 'handling'>,
  { most_requests, plan, force }: Pick<RequestInput, 'most_requests' | 'plan' | 'force'>,
): (Refusal & { why: 'limit' | 'closed' }) | null {
  if (most_requests !== null && (handling?.requests ?? 0) >= most_requests) {
    return { refused: 'handoff_limit_reached', why: 'limit' }
  }
  if (!plan.declines || force) return null
  return { refused: 'nobody_available', fields: { opens_at: plan.declines.opens_at }, why: 'closed' }
}

/** A caller asks for a person. */
export function decideRequest(state: LockedConversation, input: RequestInput): Decision<Done> {
  const refusal = refuseHandling(state)
  if (refusal) return refusal
  switch (handlingTable[state.handled_by].request) {
    case 'refused_taken':
      return refuseTaken(state)
    case 'unchanged':
      return { change: noChange, answer: 'unchanged' }
    default: {
      const declined = whyDeclined(state, input)
      if (declined) return { refused: declined.refused, ...(declined.fields ? { fields: declined.fields } : {}) }
      return { change: requestChange(state, input), answer: 'changed' }
    }
  }
}

/** The agent is left, and the conversation waits. `told`: what the end user is told; absent: the wait message. */
export function requestChange(
  state: LockedConversation,
  input: RequestInput,
  { cut = cutTurns(state, input.partial), told = waitMessage(input) }: { cut?: Cut; told?: Change } = {},
): Change {
  const record = waitingRecord(state, leftWith(state, cut), input)
  const { cut_turn_id, unfinished_calls } = cut
  const event = handoffRequested(byOf(input), record, { cut_turn_id, unfinished_calls })
  return joinChanges(joinChanges(cut.change, told), handled(record, [event]))
}

export function waitMessage({ plan }: Pick<RequestInput, 'plan'>): Change {
  return plan.message ? saidBySystem(plan.message) : noChange
}

export const byOf = ({ by, why }: By): By => ({ by, why })

/** It begins to wait by the rules of its team. */
export function waitingRecord(
  { now }: LockedConversation,
  record: HandlingRecord,
  {
    plan,
    reason,
    text,
    by,
    priority,
    most_requests,
  }: Pick<RequestInput, 'plan' | 'reason' | 'text' | 'by'> & Partial<Pick<RequestInput, 'priority' | 'most_requests'>>,
): HandlingRecord {
  return {
    ...record,
    ...withoutPeople,
    handled_by: 'queue',
    reason,
    text,
    ...(priority ? { priority: rankOf(priority) } : {}),
    requests: record.requests + (most_requests == null ? 0 : 1),
    requested_at: now,
    requested_by: by,
    waiting_since: now,
    wait_until: addSeconds(now, plan.max_seconds),
    team_id: plan.rules.team?.id ?? null,
    rules: plan.rules,
  }
}

export interface TakeInput extends By {
  assignee: Assignee
  /** The id of the one from whom it is taken. */
  from: string | null
  partial: PartialReply | null
}

export function decideTake(state: LockedConversation, input: TakeInput): Decision<Done> {
  const refusal = refuseHandling(state)
  if (refusal) return refusal
  const { assignee, from } = input
  const holder = state.handling && assigneeOf(state.handling)
  if (handlingTable[state.handled_by].take === 'holder_unchanged') {
    if (isSamePerson(holder, assignee)) return { change: noChange, answer: 'unchanged' }
    if (from === null || from !== holder?.id) return refuseTaken(state)
  }
  return { change: takeChange(state, input), answer: 'changed' }
}

const nothingCut: Cut = {
  change: noChange,
  cut_turn_id: null,
  unfinished_calls: [],
  unanswered_since: null,
  unanswered: 0,
}

const cutOf = (state: LockedConversation, partial: PartialReply | null) =>
  state.handled_by === 'agent' ? cutTurns(state, partial) : nothingCut

function takeChange(state: LockedConversation, input: TakeInput): Change {
  const cut = cutOf(state, input.partial)
  const before = leftWith(state, cut)
  const from = assigneeOf(before)
  const record: HandlingRecord = {
    ...before,
    ...withoutPeople,
    ...assignedTo(input.assignee),
    handled_by: 'person',
    taken_at: state.now,
    reason: state.handled_by === 'agent' ? 'taken_directly' : before.reason,
  }
  const { cut_turn_id, unfinished_calls } = cut
  const event = taken(byOf(input), record, from, { cut_turn_id, unfinished_calls })
  return joinChanges(cut.change, handled(record, [event]))
}

export interface ReplyInput extends TakeInput {
  message_id: string
  text: string
  /** Whether it takes the conversation in the same commit. */
  take: boolean
  /** Whether an item of the assistant has a position after the last one that the caller has seen. */
  is_behind: boolean
  next: AfterReply
  /** With `next: 'end'`. */
  ending: Ending
}

/** A person answers. */
export function decideReply(state: LockedConversation, input: ReplyInput): Decision<{ message_id: string }> {
  const refusal = refuseHandling(state)
  if (refusal) return refusal
  const taking = takeBeforeReply(state, input)
  if (isRefusal(taking)) return taking
  if (input.is_behind) return { refused: 'not_up_to_date' }
  const said = replyChange(after(state, taking.change), input)
  const change = joinChanges(taking.change, said)
  const next = followReply(after(state, change), input)
  if (isRefusal(next)) return next
  return { change: joinChanges(change, next.change), answer: { message_id: input.message_id } }
}

function takeBeforeReply(state: LockedConversation, input: ReplyInput): Decision<Done> {
  const holder = state.handling && assigneeOf(state.handling)
  const isHolder = state.handled_by === 'person' && isSamePerson(holder, input.assignee)
  if (isHolder) return { change: noChange, answer: 'unchanged' }
  if (input.take) return decideTake(state, input)
  return handlingTable[state.handled_by].reply === 'take_first'
    ? { refused: 'conversation_not_taken' }
    : refuseTaken(state)
}

function replyChange(state: LockedConversation, { message_id: id, text, assignee }: ReplyInput): Change {
  const person = { type: 'user', id: assignee.id, name: assignee.name, external: assignee.type === 'external' } as const
  const author = withShownName(recordOf(state).rules, person)
  const rest = { interrupted: false, turn_id: null, metrics: null }
  const message: NewMessage = { type: 'message', id, role: 'assistant', content: textContent(text), author, ...rest }
  const answered = handled({ ...recordOf(state), unanswered_since: null, unanswered: 0 }, [messageCreated(message)])
  return { ...answered, items: [message] }
}

function followReply(state: LockedConversation, input: ReplyInput): Decision<Done> {
  switch (input.next) {
    case 'keep':
      return { change: noChange, answer: 'unchanged' }
    case 'return':
      return decideReturn(state, { ...byOf(input), holder: input.assignee, may: 'hold', answer: null })
    case 'end':
      return { change: endChange(state, { ...input.ending, partial: null }), answer: 'changed' }
  }
}

export interface ReturnInput extends By {
  /** Who asks; null: nobody who could hold it. */
  holder: Assignee | null
  /** What the caller may return: what they hold, also what waits, or all. */
  may: 'hold' | 'waiting' | 'all'
  /** The turn that answers what nobody has answered; null: none is asked for. */
  answer: Omit<NewTurn, 'start' | 'messages_of' | 'given'> | null
}

/** The agent handles it again. */
export function decideReturn(state: LockedConversation, input: ReturnInput): Decision<Done> {
  const refusal = refuseHandling(state)
  if (refusal) return refusal
  if (handlingTable[state.handled_by].return === 'unchanged') return { change: noChange, answer: 'unchanged' }
  const forbidden = refuseReturn(state, input)
  if (forbidden) return forbidden
  if (state.agent_version_id === null) return { refused: 'conversation_has_no_agent' }
  if (input.answer && recordOf(state).unanswered_since === null) return { refused: 'nothing_to_answer' }
  return { change: returnChange(state, input), answer: 'changed' }
}

function refuseReturn(state: LockedConversation, { holder, may }: ReturnInput): Refusal | null {
  if (may === 'all') return null
  const held = state.handled_by === 'person'
  if (held) return isSamePerson(assigneeOf(recordOf(state)), holder) ? null : refuseTaken(state)
  return may === 'waiting' ? null : { refused: 'conversation_not_taken' }
}

export function returnChange(state: LockedConversation, input: By & Pick<ReturnInput, 'answer'>): Change {
  const before = recordOf(state)
  const { answer } = input
  const record: HandlingRecord = {
    ...before,
    ...withoutPeople,
    handled_by: 'agent',
    returned_at: state.now,
    returned_by: input.by,
    returned_position: state.next_position,
    returned_user_turns: state.user_turn_count,
    unanswered_since: null,
    unanswered: 0,
    answering: answer && { turn_id: answer.id, since: before.unanswered_since!, messages: before.unanswered },
  }
  const change = handled(record, [returned(byOf(input), before, answer?.id ?? null)])
  if (!answer) return change
  const start = !state.is_held_back
  const started = [turnEvent('turn.queued', answer.id), ...(start ? [turnEvent('turn.started', answer.id)] : [])]
  return {
    ...change,
    new_turn: { ...answer, start, messages_of: null },
    events: [...change.events, ...started],
  }
}

export type AssignTo = { type: 'person'; assignee: Assignee } | { type: 'team' } | { type: 'nobody' }

export interface AssignInput extends By {
  to: AssignTo
  /** The wait that begins, or the team that is named. */
  plan: WaitPlan
  partial: PartialReply | null
}

/** It is offered to another person or a team, or to nobody in particular. */
export function decideAssign(state: LockedConversation, input: AssignInput): Decision<Done> {
  const refusal = refuseHandling(state)
  if (refusal) return refusal
  const { to, plan } = input
  switch (handlingTable[state.handled_by].assign) {
    case 'offer': {
      const before = recordOf(state)
      const { team } = plan.rules
      // The wait keeps the rules that it began with.
      const moved =
        to.type === 'team' ? { team_id: team?.id ?? null, rules: before.rules && { ...before.rules, team } } : {}
      return offer(state, { ...before, ...moved }, assigneeOf(before), input, nothingCut)
    }
    default: {
      const cut = cutOf(state, input.partial)
      const before = leftWith(state, cut)
      const isLeft = state.handled_by === 'agent'
      const reason = isLeft ? 'requested' : 'transferred'
      const record = waitingRecord(state, before, { plan, reason, text: isLeft ? null : before.text, by: input.by })
      const told = isLeft ? waitMessage(input) : noChange
      const { cut_turn_id, unfinished_calls } = cut
      const asked = isLeft ? [handoffRequested(byOf(input), record, { cut_turn_id, unfinished_calls })] : []
      const left = joinChanges(joinChanges(cut.change, told), { ...noChange, events: asked })
      const offered = offer(state, record, assigneeOf(before), input, cut)
      return isRefusal(offered) ? offered : { change: joinChanges(left, offered.change), answer: 'changed' }
    }
  }
}

function offer(
  state: LockedConversation,
  record: HandlingRecord,
  from: Assignee | null,
  { to, plan, ...by }: AssignInput,
  { cut_turn_id, unfinished_calls }: Cut,
): Decision<Done> {
  if (to.type === 'nobody') {
    if (from === null && state.handled_by === 'queue') return { change: noChange, answer: 'unchanged' }
    const free = { ...record, ...assignedTo(null), offered_until: null }
    return { change: handled(free, [unassigned(byOf(by), from, free)]), answer: 'changed' }
  }
  const assignee = to.type === 'person' ? to.assignee : null
  const accept_seconds = (record.rules ?? plan.rules).accept_seconds
  const offered_until = assignee && addSeconds(state.now, accept_seconds)
  const offered = { ...record, ...assignedTo(assignee), offered_until }
  const event = assigned(byOf(by), offered, { cut_turn_id, unfinished_calls })
  return { change: handled(offered, [event]), answer: 'changed' }
}
