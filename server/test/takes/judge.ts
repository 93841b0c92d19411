// Judges a run: what people and end users were answered, what streams have brought, and what is stored. Pure.
import type {
  Answer,
  HeardEvent,
  Sent,
  SentAct,
  SentMessage,
  Stored,
  StoredEvent,
  StoredItem,
  StoredTurn,
  Violation,
  ViolationKind,
} from './records.ts'

type Report = (kind: ViolationKind, what: string) => void

/** From the commit that leaves the agent to the one that returns. */
interface Outside {
  from: number
  to: number
}

const leaving = new Set(['conversation.handoff_requested', 'conversation.taken'])
const words = new Set(['message.delta', 'message.snapshot'])
/** Only the agent makes these. */
const ofAgent = new Set(['turn.started', 'tool_call.completed', 'widget.shown', 'retrieval.completed'])

/** A call that has begun is not recalled; the attempt learns of its end at its next renewal at the latest. */
const late_us = 6_000_000

export function judge(sent: Sent, stored: Stored): Violation[] {
  const violations: Violation[] = []
  const report: Report = (kind, what) => void violations.push({ kind, what })
  const events = Map.groupBy(stored.events, (event) => event.conversation_id)
  const items = Map.groupBy(stored.items, (item) => item.conversation_id)
  const times = new Map([...events].map(([id, all]) => [id, judgeCourse(report, id, all)]))
  for (const [id, all] of items) judgeItems(report, times.get(id) ?? [], all)
  for (const { conversation_id, events: heard } of sent.heard) judgeHeard(report, conversation_id, heard)
  judgeStorms(report, sent.acts)
  for (const act of sent.acts) judgeAct(report, act, stored)
  const turns = new Map(stored.turns.map((turn) => [turn.id, turn]))
  for (const message of sent.messages) judgeMessage(report, message, stored, turns)
  judgeTurns(report, stored)
  judgeTools(report, sent, stored, times)
  const { cut, kept } = countKept(sent, stored)
  if (cut >= few_cuts && kept === 0)
    report('lost', `the words of ${cut} replies that were cut, as streams had shown them`)
  return violations
}

/** Fewer say nothing: an attempt that does not stop in time, or whose node is gone, keeps none. */
const few_cuts = 5

/** H1: replies that were cut while a stream showed them, and those whose words are stored. */
export function countKept({ heard }: Sent, { items, turns }: Stored): { cut: number; kept: number } {
  const cut = new Set(turns.filter(({ outcome }) => outcome === 'taken_over').map(({ id }) => id))
  const halves = new Set(items.filter(({ interrupted }) => interrupted).map(({ turn_id }) => turn_id))
  const shown = new Set<string>()
  for (const { events } of heard) {
    const speaking = new Set<string>()
    for (const { type, turn_id } of events) {
      if (turn_id === null) continue
      if (words.has(type)) speaking.add(turn_id)
      // A step that is stored is whole.
      else if (type === 'tool_call.completed' || type === 'turn.started') speaking.delete(turn_id)
      else if (type === 'turn.cancelled' && cut.has(turn_id) && speaking.has(turn_id)) shown.add(turn_id)
    }
  }
  return { cut: shown.size, kept: [...shown].filter((id) => halves.has(id)).length }
}

const isAgent = ({ role, author }: Pick<StoredEvent, 'role' | 'author'>) =>
  role === 'assistant' && (author === null || author === 'agent')

/** H1, H3: replays who handled the conversation. Answers when people did. */
function judgeCourse(report: Report, id: string, events: StoredEvent[]): Outside[] {
  const times: Outside[] = []
  let handled_by: 'agent' | 'queue' | 'person' = 'agent'
  let holder: string | null = null
  const leave = (at: number) => void (handled_by === 'agent' && times.push({ from: at, to: Infinity }))
  for (const event of events) {
    const { type, sequence, at } = event
    const where = `${id}, event ${sequence}: ${type}`
    if (type === 'conversation.handoff_requested') {
      leave(at)
      handled_by = 'queue'
      holder = null
    } else if (type === 'conversation.taken') {
      leave(at)
      if (handled_by === 'person' && event.from !== holder)
        report('two holders', `${where} by ${event.assignee}, held by ${holder}`)
      handled_by = 'person'
      holder = event.assignee
    } else if (type === 'conversation.returned') {
      handled_by = 'agent'
      holder = null
      if (times.length > 0) times.at(-1)!.to = at
    } else if (handled_by !== 'agent' && (ofAgent.has(type) || (type === 'message.created' && isAgent(event)))) {
      report('outside', where)
    } else if (type === 'message.created' && event.author === 'user' && event.author_id !== holder) {
      report('two holders', `${where} by ${event.author_id}, held by ${holder}`)
    }
  }
  return times
}

/** H1, by the clock of the database, for what has no event of its own. */
function judgeItems(report: Report, times: Outside[], items: StoredItem[]): void {
  items.forEach(({ position, conversation_id }, index) => {
    if (position !== index) report('lost', `${conversation_id} has item ${position} at ${index}`)
  })
  for (const item of items) {
    const isOfAgent = item.turn_id !== null && item.role !== 'user' && item.author !== 'system'
    if (isOfAgent && times.some(({ from, to }) => item.at > from && item.at < to))
      report('outside', `${item.conversation_id}, item ${item.position}: ${item.type} ${item.text}`)
  }
}

/** H2: after the event no words, until it has come back. */
function judgeHeard(report: Report, id: string, heard: readonly HeardEvent[]): void {
  let isSilent: string | null = null
  let last = 0
  for (const { type, id: number } of heard) {
    if (number !== null && number !== last + 1) report('lost', `${id}: a stream has event ${number} after ${last}`)
    if (number !== null) last = number
    if (leaving.has(type)) isSilent = type
    if (type === 'conversation.returned') isSilent = null
    if (isSilent !== null && words.has(type)) report('overheard', `${id}: ${type} after ${isSilent}, event ${last}`)
  }
}

const isDone = (answer: Answer | undefined) => answer?.kind === 'answer' && answer.status < 300

/** H3: of takes at once one wins, and the others are told of a holder. */
function judgeStorms(report: Report, acts: SentAct[]): void {
  const storms = Map.groupBy(
    acts.filter(({ storm }) => storm !== null),
    ({ storm }) => storm,
  )
  for (const all of storms.values()) {
    const won = all.filter(({ answers }) => answers.some(isDone))
    const where = `${all[0]!.conversation_id}: ${all.map(({ person }) => person).join(', ')}`
    if (new Set(won.map(({ person }) => person)).size > 1) report('two holders', `${where} all took it`)
    for (const { answers, person } of all) {
      const refused = answers.find((answer) => answer.kind === 'answer' && answer.code === 'conversation_taken')
      if (refused?.kind === 'answer' && (refused.assignee === null || refused.assignee === person))
        report('untruthful', `${where}: ${person} was told that ${refused.assignee} has it`)
    }
  }
}

/** H5: stored once, or refused with nothing stored. */
function judgeAct(report: Report, { act, text, person, conversation_id, answers }: SentAct, stored: Stored): void {
  for (const answer of answers) {
    if (answer.kind === 'answer' && answer.status === 500 && answer.code !== 'outcome_unknown')
      report('fault', `${act} of ${person}`)
  }
  if (
    act === 'take' &&
    answers.some((answer) => isDone(answer) && answer.kind === 'answer' && answer.assignee !== person)
  )
    report('untruthful', `${conversation_id}: the take of ${person} names somebody else`)
  const isTaken = stored.events.some(
    (event) =>
      event.conversation_id === conversation_id && event.type === 'conversation.taken' && event.assignee === person,
  )
  if (act === 'take' && answers.some(isDone) && !isTaken) report('lost', `${conversation_id}: the take of ${person}`)
  if (act !== 'reply') return
  const items = stored.items.filter((item) => item.author === 'user' && item.text === text)
  if (items.length > 1) report('doubled', `the reply ${text}`)
  if (answers.some(isDone) && items.length === 0) report('lost', `the reply ${text}`)
  const isOver = answers.every((answer) => answer.kind === 'answer')
  if (items.length > 0 && isOver && !answers.some(isDone)) report('untruthful', `the reply ${text} was refused`)
  const [item] = items
  if (item && (item.conversation_id !== conversation_id || item.author_id !== person))
    report('untruthful', `the reply ${text} is ${item.author_id}’s`)
}

const outcomes: Record<string, string[]> = {
  turn_taken_over: ['taken_over'],
  turn_failed: ['model_error', 'step_limit', 'attempts_exhausted', 'timeout'],
}

/** H4: its answer says whose it is. */
function judgeMessage(
  report: Report,
  { text, answers }: SentMessage,
  { items }: Stored,
  turns: Map<string, StoredTurn>,
): void {
  const stored = items.filter((item) => item.role === 'user' && item.text === text)
  if (stored.length > 1) report('doubled', text)
  for (const answer of answers) {
    if (answer.kind !== 'answer') continue
    if (answer.status === 500 && answer.code !== 'outcome_unknown') report('fault', text)
    if (answer.turn_id === null) continue
    if (stored.length === 0) report('lost', text)
    const turn = turns.get(answer.turn_id)
    if (!turn) {
      report('lost', `the turn of ${text}`)
      continue
    }
    const said = items.filter((item) => item.turn_id === turn.id && item.role === 'assistant')
    if (answer.status === 200) {
      const isOurs = turn.outcome === 'for_person'
      if (turn.status !== 'completed') report('untruthful', `${text} was answered, and its turn is ${turn.status}`)
      if (isOurs && answer.reply !== '') report('untruthful', `${text} is for people, and was answered ${answer.reply}`)
      if (isOurs && said.length > 0) report('doubled', `${text} is for people, and the agent answered it`)
      const whole = said.map((item) => item.text).join('')
      if (!isOurs && answer.reply !== whole)
        report('untruthful', `${text} was answered ${answer.reply}; stored is ${whole}`)
    } else if (answer.code !== null && outcomes[answer.code] && !outcomes[answer.code]!.includes(turn.outcome ?? ''))
      report('untruthful', `${text}: ${answer.code}, and its turn is ${turn.outcome}`)
  }
  const [item] = stored
  const turn = item?.turn_id == null ? undefined : turns.get(item.turn_id)
  if (item && !turn) report('unanswered', text)
}

function judgeTurns(report: Report, { turns, items }: Stored): void {
  const saidIn = Map.groupBy(
    items.filter(({ role, turn_id }) => role === 'assistant' && turn_id !== null),
    ({ turn_id }) => turn_id!,
  )
  const calls = Map.groupBy(
    items.filter(({ type }) => type === 'function_call'),
    ({ turn_id }) => turn_id!,
  )
  for (const { id, status, outcome } of turns) {
    const last_call = Math.max(-1, ...(calls.get(id) ?? []).map(({ position }) => position))
    const replies = (saidIn.get(id) ?? []).filter(({ position, interrupted }) => position > last_call && !interrupted)
    if (outcome === null) report('unanswered', `turn ${id} is ${status}`)
    if (replies.length > 1) report('doubled', `turn ${id} has ${replies.length} replies`)
    if (outcome === 'for_person' && saidIn.has(id)) report('doubled', `turn ${id} is for people, and was answered`)
    if (outcome === 'taken_over' && replies.length > 0) report('doubled', `turn ${id} was cut, and was answered`)
  }
}

/** H2: what was cut calls no more tools. */
function judgeTools(report: Report, sent: Sent, { items }: Stored, times: Map<string, Outside[]>): void {
  const asked = new Map(items.filter(({ type }) => type === 'function_call').map((item) => [item.call_id, item]))
  for (const { call_id, at } of sent.executed) {
    const call = asked.get(call_id)
    if (!call) continue
    const left = times
      .get(call.conversation_id)
      ?.find(({ from, to }) => call.at <= from && at * 1000 > from && at * 1000 < to)
    if (left && at * 1000 > left.from + late_us) report('late', `${call.conversation_id}: call ${call_id}`)
  }
}
