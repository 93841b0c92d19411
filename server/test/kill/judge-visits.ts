// Judges the visitors of a run: one conversation at a time, each feedback once, links whole, and counts that are exact. Pure.
import type { Answer, Sent, SentStart, Stored, StoredVisit, ViolationKind } from './records.ts'

type Report = (kind: ViolationKind, what: string) => void

const isSuccess = (answer: Answer | undefined) => answer?.kind === 'answer' && answer.status < 300

export function judgeVisits(report: Report, sent: Sent, stored: Stored): void {
  const visits = new Map(stored.visits.map((visit) => [visit.conversation_id, visit]))
  judgeStarts(report, sent, visits)
  judgeActive(report, stored)
  judgeFeedback(report, sent, stored, visits)
  judgeLinks(report, sent, stored)
  judgeCounts(report, stored)
}

/** B3 */
function judgeStarts(report: Report, { visits: sent }: Sent, visits: ReadonlyMap<string, StoredVisit>): void {
  const of_visitor = new Map<string, number>()
  for (const { user_id } of visits.values()) of_visitor.set(user_id, (of_visitor.get(user_id) ?? 0) + 1)
  for (const { guest_id, user_id: signed, starts } of sent) {
    for (const { user_id, conversation_id, answers, active } of starts) {
      if (active > 1) report('doubled', `${active} active conversations of ${user_id}`)
      if (answers.some(isFault)) report('fault', `a start of ${user_id}`)
      if (conversation_id === null) continue
      const visit = visits.get(conversation_id)
      if (!visit) report('lost', `the conversation ${conversation_id} of ${user_id}`)
      else if (visit.user_id !== guest_id && visit.user_id !== signed) {
        report('misreported', `${user_id} was given a conversation of ${visit.user_id}`)
      }
    }
    const made = [guest_id, signed].reduce((sum, name) => sum + (name === null ? 0 : (of_visitor.get(name) ?? 0)), 0)
    const most = starts.reduce((sum, start) => sum + mostMadeBy(start), 0)
    if (made > most) report('doubled', `${made} conversations of ${describeStarts(starts)} of ${guest_id}`)
  }
}

/**
 * A press whose tries name nothing is a start again with each try: if the conversation of a try without an answer has ended, the next one
 * begins another.
 */
function mostMadeBy({ answers, is_named }: SentStart): number {
  const tries = answers.filter(mayHaveBegun).length
  return is_named ? Math.min(1, tries) : tries
}

/** A refusal stores nothing. What came of a call without an answer, or with one of the server itself, is not known. */
const mayHaveBegun = (answer: Answer) => answer.kind !== 'answer' || answer.status < 300 || answer.status >= 500

const describeStarts = (starts: SentStart[]) =>
  `${starts.length} presses (${starts.map(({ answers, is_named }) => `${is_named ? 'named' : 'nameless'}: ${answers.map(describeAnswer).join(' ')}`).join('; ')})`

const describeAnswer = (answer: Answer) => (answer.kind === 'answer' ? answer.status : answer.kind)

const isFault = (answer: Answer) =>
  answer.kind === 'answer' && answer.status >= 500 && answer.status !== 503 && answer.code !== 'outcome_unknown'

/** What is active is exactly what has not ended. */
function judgeActive(report: Report, { visits, active }: Stored): void {
  const named = new Map(active.map((row) => [`${row.widget_id} ${row.user_id}`, row.conversation_id]))
  const open = visits.filter(({ is_ended }) => !is_ended)
  for (const { widget_id, user_id, conversation_id } of open) {
    if (named.get(`${widget_id} ${user_id}`) !== conversation_id) report('broken', `${conversation_id} is not active`)
  }
  const ids = new Set(open.map(({ conversation_id }) => conversation_id))
  for (const { conversation_id } of active) {
    if (!ids.has(conversation_id)) report('haunted', `${conversation_id} has ended, and is still active`)
  }
}

/** B10 */
function judgeFeedback(
  report: Report,
  { feedbacks }: Sent,
  { events }: Stored,
  visits: ReadonlyMap<string, StoredVisit>,
): void {
  const told = events.filter(({ type }) => type === 'conversation.feedback')
  const events_of = Map.groupBy(told, ({ conversation_id }) => conversation_id)
  for (const [conversation_id, presses] of Map.groupBy(feedbacks, (feedback) => feedback.conversation_id)) {
    const visit = visits.get(conversation_id)
    const accepted = presses.filter(({ answers }) => answers.some(isSuccess))
    if (presses.some(({ answers }) => answers.some(isFault))) report('fault', `a feedback on ${conversation_id}`)
    if (accepted.length > 1) report('doubled', `feedback on ${conversation_id}`)
    if (accepted.length > 0 && !visit?.has_feedback) report('lost', `feedback on ${conversation_id}`)
    if (accepted.length === 1 && visit?.rating !== accepted[0]!.rating) {
      report('misreported', `the rating of ${conversation_id} is ${visit?.rating}`)
    }
    const isGiven = presses.some(({ answers }) =>
      answers.some((one) => one.kind === 'answer' && one.code === 'feedback_given'),
    )
    if (isGiven && !visit?.has_feedback) report('misreported', `${conversation_id} has no feedback`)
  }
  for (const { conversation_id, has_feedback, rating } of visits.values()) {
    const times = events_of.get(conversation_id)?.length ?? 0
    if (times > 1) report('doubled', `the event of feedback on ${conversation_id}`)
    if ((times === 1) !== has_feedback || (rating !== null) !== has_feedback) {
      report('broken', `feedback on ${conversation_id} is stored in part`)
    }
  }
}

/** B6 */
function judgeLinks(report: Report, { visits }: Sent, { links, visits: stored }: Stored): void {
  const users = new Map(links.map(({ guest_id, user_id }) => [guest_id, user_id]))
  const of_guest = Map.groupBy(stored, ({ user_id }) => user_id)
  for (const { guest_id, user_id, links: told } of visits) {
    const linked = users.get(guest_id) ?? null
    if (linked !== null && linked !== user_id) report('misreported', `${guest_id} is linked to ${linked}`)
    if (told.length > 0 && linked === null) report('lost', `the link of ${guest_id}`)
    if (linked === null) continue
    for (const { conversation_id, says } of of_guest.get(guest_id) ?? []) {
      if (says.user_id !== user_id || !says.verified)
        report('unfinished', `${conversation_id} does not say who it is of`)
    }
  }
}

/** B8: what is counted is what happened, whatever died meanwhile. */
function judgeCounts(report: Report, { visits, items, counted }: Stored): void {
  const ids = new Set(visits.map(({ conversation_id }) => conversation_id))
  const happened = {
    conversations: visits.length,
    messages: items.filter(({ role, conversation_id }) => role === 'user' && ids.has(conversation_id)).length,
    feedback: visits.filter(({ has_feedback }) => has_feedback).length,
  }
  for (const [name, times] of Object.entries(happened)) {
    const said = counted[name] ?? 0
    if (said !== times) report('misreported', `${times} ${name} were counted as ${said}`)
  }
}
