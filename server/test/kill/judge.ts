// Judges a run: compares the answers of callers with what is stored. Pure.
import { judgeTools } from './judge-tools.ts'
import { judgeVisits } from './judge-visits.ts'
import { judgeWidgets } from './judge-widgets.ts'
import {
  type Answer,
  type Sent,
  type SentMessage,
  type Stored,
  type StoredConversation,
  type StoredEvent,
  type StoredItem,
  type StoredTurn,
  type Violation,
  type ViolationKind,
} from './records.ts'

export interface Verdict {
  violations: Violation[]
  /** Messages that an answer reported as stored. */
  accepted: number
  /** Those of them whose conversation was deleted later, with its content. */
  deleted: number
  /** Messages that were never answered, and how many of them are stored. */
  unknown: number
  unknown_stored: number
}

interface Case {
  report: (kind: ViolationKind, what: string) => void
  conversations: Map<string, StoredConversation>
  turns: Map<string, StoredTurn>
  items: Map<string, StoredItem[]>
  events: Map<string, StoredEvent[]>
  turnsOf: Map<string, StoredTurn[]>
  /** What the agent said in each turn. */
  replies: Map<string, StoredItem[]>
}

export function judge(sent: Sent, stored: Stored): Verdict {
  const violations: Violation[] = []
  const report: Case['report'] = (kind, what) => void violations.push({ kind, what })
  const found: Case = {
    report,
    conversations: new Map(stored.conversations.map((row) => [row.id, row])),
    turns: new Map(stored.turns.map((row) => [row.id, row])),
    items: groupBy(stored.items, (item) => item.conversation_id),
    events: groupBy(stored.events, (event) => event.conversation_id),
    turnsOf: groupBy(stored.turns, (turn) => turn.conversation_id),
    replies: groupBy(
      stored.items.filter((item) => item.role === 'assistant'),
      (item) => item.turn_id ?? '',
    ),
  }
  const counts = judgeMessages(found, sent, stored)
  judgeCreations(found, sent, stored)
  judgeEnds(found, sent)
  judgeOtherCalls(found, sent)
  for (const conversation of stored.conversations) judgeConversation(found, conversation)
  judgeReplies(found, stored)
  judgeTools(report, sent, stored)
  judgeWidgets(report, stored)
  judgeVisits(report, sent, stored)
  return { violations, ...counts }
}

const turnIdOf = (answer: Answer) => (answer.kind === 'answer' ? answer.turn_id : null)

/** The call was answered, and the answer proves that it had no effect. */
const isRefusal = (answer: Answer | undefined) =>
  answer?.kind === 'answer' && answer.status >= 400 && answer.turn_id === null && answer.code !== 'outcome_unknown'

const isSuccess = (answer: Answer) => answer.kind === 'answer' && answer.status < 300

function judgeMessages(found: Case, sent: Sent, stored: Stored) {
  const byText = groupBy(
    stored.items.filter((item) => item.role === 'user'),
    (item) => item.text,
  )
  const endedAt = firstEnds(sent)
  const counts = { accepted: 0, deleted: 0, unknown: 0, unknown_stored: 0 }
  for (const message of sent.messages) {
    const items = byText.get(message.text) ?? []
    byText.delete(message.text)
    for (const answer of message.answers) judgeStatus(found, `message ${message.text}`, answer)
    const isAccepted = message.answers.some((answer) => turnIdOf(answer) !== null)
    if (isAccepted) counts.accepted += 1
    const conversation = found.conversations.get(message.conversation_id)
    if (conversation?.is_deleted) {
      if (isAccepted) counts.deleted += 1
      continue
    }
    if (!isAccepted && !isRefusal(message.answers.at(-1))) {
      counts.unknown += 1
      counts.unknown_stored += items.length
    }
    judgeMessage(found, message, items, isAccepted)
    const ended_at = endedAt.get(message.conversation_id) ?? Infinity
    if (items.length > 0 && message.sent_at > ended_at)
      found.report('haunted', `${message.text} was sent after the end`)
  }
  for (const text of byText.keys()) found.report('broken', `nobody sent ${text}`)
  return counts
}

function judgeMessage(found: Case, message: SentMessage, items: StoredItem[], isAccepted: boolean): void {
  const { text, answers } = message
  const { report } = found
  if (items.length > 1) report('doubled', `${text} is stored ${items.length} times`)
  const [item] = items
  if (item && item.conversation_id !== message.conversation_id) report('broken', `${text} is in another conversation`)
  if (isAccepted) {
    if (!item) report('lost', text)
    for (const answer of answers) if (item) judgeOutcome(found, text, item, answer)
    return
  }
  // A try that the client abandoned may still be stored after the next one was refused.
  const isOver = !message.is_doubled && answers.every((answer) => answer.kind !== 'left')
  if (item && isOver && isRefusal(answers.at(-1))) {
    report('misreported', `${text} is stored, and was refused: ${JSON.stringify(answers)}`)
  }
}

const outcomeOfCode: Record<string, string[]> = {
  'turn_failed 502': ['model_error', 'step_limit', 'attempts_exhausted'],
  'conversation_ended 409': ['conversation_ended'],
  'turn_cancelled 409': ['cancelled_by_caller'],
  'turn_superseded 409': ['superseded'],
}

/** An answer with a turn names one that answers this message, and its outcome. */
function judgeOutcome({ report, turns, replies }: Case, text: string, item: StoredItem, answer: Answer): void {
  if (answer.kind !== 'answer' || answer.turn_id === null) return
  const turn = turns.get(answer.turn_id)
  if (!turn) return report('lost', `the turn ${answer.turn_id} of ${text}`)
  if (turn.id !== item.turn_id && turn.messages_of !== item.turn_id) {
    return report('misreported', `${text} was answered with a turn of other messages`)
  }
  const expected = answer.status === 200 ? ['reply'] : outcomeOfCode[`${answer.code} ${answer.status}`]
  if (expected && !expected.includes(turn.outcome ?? '')) {
    report('misreported', `${text}: ${answer.status} ${answer.code}, and the turn ended with ${turn.outcome}`)
  }
  const reply = replies
    .get(turn.id)
    ?.map((said) => said.text)
    .join('')
  if (answer.status === 200 && answer.reply !== reply) report('misreported', `the reply to ${text}`)
}

function judgeStatus({ report }: Case, what: string, answer: Answer): void {
  if (answer.kind === 'answer' && answer.status === 500 && answer.code !== 'outcome_unknown') report('fault', what)
}

/** When the first caller knew that the conversation was over. */
function firstEnds(sent: Sent): Map<string, number> {
  const ends = new Map<string, number>()
  for (const { conversation_id, told, answered_at } of sent.ends) {
    if (told) ends.set(conversation_id, Math.min(answered_at, ends.get(conversation_id) ?? Infinity))
  }
  return ends
}

function judgeCreations({ report, ...found }: Case, sent: Sent, stored: Stored): void {
  const byUser = groupBy(stored.conversations, (conversation) => conversation.user_id)
  for (const { user_id, answers, conversation_id } of sent.creations) {
    for (const answer of answers) judgeStatus({ report, ...found }, `creation ${user_id}`, answer)
    const made = byUser.get(user_id) ?? []
    if (made.length > 1) report('doubled', `conversation of ${user_id}`)
    const isDeleted = conversation_id !== null && found.conversations.get(conversation_id)?.is_deleted
    if (answers.some(isSuccess) && made.length === 0 && !isDeleted) report('lost', `conversation of ${user_id}`)
    if (made.length === 1 && answers.every(isRefusal)) report('misreported', `conversation of ${user_id} was refused`)
  }
}

/** What was reported and stored when the end was answered is what is stored now. */
function judgeEnds({ report, ...found }: Case, sent: Sent): void {
  for (const { conversation_id: id, answers, told, seen } of sent.ends) {
    for (const answer of answers) judgeStatus({ report, ...found }, `end of ${id}`, answer)
    const conversation = found.conversations.get(id)
    if (!told || !conversation || conversation.is_deleted) continue
    if (conversation.status !== told.status)
      report('haunted', `${id} was ${told.status}, and is ${conversation.status}`)
    if (conversation.duration !== told.duration) report('misreported', `the duration of ${id}`)
    const items = found.items.get(id)?.length ?? 0
    if (seen && (seen.items !== items || seen.status !== conversation.status)) {
      report('haunted', `${id} had ${seen.items} items at its end, and has ${items}`)
    }
  }
}

function judgeOtherCalls({ report, ...found }: Case, sent: Sent): void {
  for (const { turn_id, told } of sent.cancels) {
    const turn = found.turns.get(turn_id)
    if (turn && (turn.status !== told.status || turn.outcome !== told.outcome)) {
      report('misreported', `cancelled ${turn_id} was ${told.outcome}, and is ${turn.outcome}`)
    }
  }
  for (const { conversation_id, field, answers } of sent.updates) {
    for (const answer of answers) judgeStatus({ report, ...found }, `update ${field}`, answer)
    const conversation = found.conversations.get(conversation_id)
    if (!conversation || conversation.is_deleted) continue
    const isSet = Object.hasOwn(conversation.custom_metadata, field)
    if (answers.some(isSuccess) && !isSet) report('lost', `update ${field}`)
    if (isSet && answers.every(isRefusal)) report('misreported', `update ${field} was refused`)
  }
  for (const { conversation_id, answers } of sent.deletions) {
    for (const answer of answers) judgeStatus({ report, ...found }, `deletion of ${conversation_id}`, answer)
    const isGone = found.conversations.get(conversation_id)?.is_deleted
    if (answers.some(isSuccess) && !isGone) report('lost', `deletion of ${conversation_id}`)
  }
}

function judgeConversation(found: Case, { id, ...conversation }: StoredConversation): void {
  const { report } = found
  const items = found.items.get(id) ?? []
  const events = found.events.get(id) ?? []
  const turns = found.turnsOf.get(id) ?? []
  if (conversation.is_deleted) {
    if (items.length + turns.length > 0) report('haunted', `${id} was deleted`)
    return
  }
  items.forEach(({ position }, index) => {
    if (position !== index) report('broken', `${id} has item ${position} at ${index}`)
  })
  events.forEach(({ sequence }, index) => {
    if (sequence !== index + 1) report('broken', `${id} has event ${sequence} at ${index + 1}`)
  })
  if (conversation.next_position !== items.length) report('broken', `the next position of ${id}`)
  if (conversation.next_sequence !== events.length + 1) report('broken', `the next sequence of ${id}`)
  judgeCourse(report, id, conversation, events, turns)
  for (const turn of turns) judgeTurn(found, turn, items)
}

const afterEnd = /^conversation\.(ended|updated|feedback|rated|analyzed|analysis_failed)$/
const finalEvent = /^turn\.(completed|failed|cancelled)$/

/** The events agree: one turn at a time, each ends once, and nothing follows the end. */
function judgeCourse(
  report: Case['report'],
  id: string,
  { is_ended }: { is_ended: boolean },
  events: StoredEvent[],
  turns: StoredTurn[],
): void {
  let running: string | null = null
  let hasEnded = false
  const ended = new Map<string, string>()
  for (const { type, turn_id } of events) {
    if (hasEnded && !afterEnd.test(type)) report('haunted', `${type} after the end of ${id}`)
    if (hasEnded && type === 'conversation.ended') report('doubled', `the end of ${id}`)
    if (type === 'conversation.ended') hasEnded = true
    if (type === 'turn.started') {
      if (running !== null && running !== turn_id) report('broken', `two turns of ${id} at once`)
      running = turn_id
    }
    if (!finalEvent.test(type)) continue
    if (turn_id === running) running = null
    if (ended.has(turn_id!)) report('doubled', `the end of the turn ${turn_id}`)
    ended.set(turn_id!, type)
  }
  if (hasEnded !== is_ended) report('broken', `${id} and its events disagree about its end`)
  for (const turn of turns) {
    if (isFinal(turn) && ended.get(turn.id) !== `turn.${turn.status}`) report('broken', `the events of turn ${turn.id}`)
  }
  if (events.filter(({ type }) => type === 'conversation.analyzed').length > 1) report('doubled', `analysis of ${id}`)
}

const isFinal = ({ status }: StoredTurn) => ['completed', 'failed', 'cancelled'].includes(status)

/** A final turn, with its messages before its one reply, or without any reply. */
function judgeTurn({ report, turnsOf }: Case, turn: StoredTurn, items: StoredItem[]): void {
  if (!isFinal(turn)) report('unfinished', `turn ${turn.id} is ${turn.status}`)
  const first = turn.messages_of ?? turn.id
  const messages = items.filter((item) => item.turn_id === first && item.role === 'user')
  const lastCall = items.findLast((item) => item.turn_id === turn.id && item.type === 'function_call')?.position ?? -1
  // Text before a call belongs to its step.
  const said = items.filter((item) => item.turn_id === turn.id && item.role === 'assistant')
  const replies = said.filter(({ position }) => position > lastCall)
  const whole = replies.filter((item) => !item.interrupted)
  if (messages.length === 0) report('broken', `turn ${turn.id} answers nothing`)
  if (replies.length > 1) report('doubled', `turn ${turn.id} has ${replies.length} replies`)
  if (turn.status === 'completed' && whole.length === 0) report('lost', `the reply of turn ${turn.id}`)
  if (turn.status !== 'completed' && whole.length > 0)
    report('broken', `turn ${turn.id} replied, and is ${turn.status}`)
  for (const { position } of said) {
    if (messages.some((message) => message.position > position)) report('broken', `turn ${turn.id} replied too early`)
  }
  // The reply quotes the message that it answers.
  const last = messages.at(-1)?.text
  if (whole[0] && last && !whole[0].text.includes(last)) report('broken', `turn ${turn.id} answers something else`)
  const tries = turnsOf.get(turn.conversation_id)!.filter((other) => (other.messages_of ?? other.id) === first)
  if (turn.id === first && tries.filter(({ status }) => status !== 'failed').length > 1) {
    report('doubled', `the messages of turn ${first} were answered twice`)
  }
}

/** No text of the model is in two replies, nor one of a rule twice in a conversation, and no item belongs to a missing turn. */
function judgeReplies({ report, turns }: Case, { items }: Stored): void {
  const seen = new Set<string>()
  for (const { role, text, turn_id, conversation_id, interrupted } of items) {
    if (turn_id !== null && !turns.has(turn_id)) report('broken', `an item of a missing turn: ${text}`)
    if (role !== 'assistant' || interrupted) continue
    // Each conversation of a visitor says farewell to them with the same words.
    const said = turn_id === null ? `${conversation_id} ${text}` : text
    if (seen.has(said)) report('doubled', `the reply ${said}`)
    seen.add(said)
  }
}

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  return Map.groupBy(rows, keyOf)
}
