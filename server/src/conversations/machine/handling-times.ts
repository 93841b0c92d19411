// What every change of a hand-off brings besides itself: the promised times move, it is known since when a holder could
// have answered, and who has let an offer of this wait pass. Pure; plan.ts completes each change with it.
import type { Change, LockedConversation } from './change.ts'
import { type HandlingRecord, isOutside } from './handling.ts'
import { type Clocks, moveClocks } from './sla-clocks.ts'

/** How many are remembered who have let an offer pass. */
const most_passed = 100

/** The same change, unless it has nothing to do with people. */
export function withTimes(state: LockedConversation, change: Change): Change {
  const before = state.handling
  const after = change.handling ?? (change.end && isOutside(state.handled_by) ? before : null)
  if (!after) return change
  // While the agent has it, nothing is promised, and what was stays as it was.
  if (!isOutside(state.handled_by) && !isOutside(after.handled_by)) return change
  const { now } = state
  const timed: HandlingRecord = {
    ...after,
    awake_since: awakeSince(before, after, now),
    passed_by: passedBy(before, after),
    answered_at: answeredAt(state, change),
    sla: after.rules && clocksOf(state, change, after),
  }
  return { ...change, handling: timed }
}

function awakeSince(before: HandlingRecord | null, after: HandlingRecord, now: string): string | null {
  if (after.handled_by !== 'person') return null
  const isNew = before?.handled_by !== 'person' || before.assignee_id !== after.assignee_id
  const isWoken = (before?.snoozed_until ?? null) !== null && after.snoozed_until === null
  return isNew || isWoken ? now : (before.awake_since ?? now)
}

const hasAnswered = ({ items }: Change) => items.some((item) => item.type === 'message' && item.author?.type === 'user')

function answeredAt({ handled_by, handling, now }: LockedConversation, change: Change): string | null {
  const before = isOutside(handled_by) ? (handling?.answered_at ?? null) : null
  return before ?? (hasAnswered(change) ? now : null)
}

function passedBy(before: HandlingRecord | null, after: HandlingRecord): string[] {
  const isSameWait = before?.handled_by === 'queue' && after.handled_by === 'queue'
  if (!isSameWait) return []
  const hasPassed = before.assignee_id !== null && before.assignee_id !== after.assignee_id
  const others = before.passed_by.filter((id) => id !== before.assignee_id)
  return hasPassed ? [...others, before.assignee_id!].slice(-most_passed) : before.passed_by
}

function clocksOf(state: LockedConversation, change: Change, after: HandlingRecord): Clocks {
  const before = state.handling
  const isSnoozed = (record: HandlingRecord | null) => (record?.snoozed_until ?? null) !== null
  const wasOutside = isOutside(state.handled_by)
  const events = {
    isRequested: !wasOutside && after.handled_by === 'queue',
    isAnswered: hasAnswered(change),
    isAsked: wasOutside && (before?.unanswered_since ?? null) === null && after.unanswered_since !== null,
    isOver: change.end !== null || (wasOutside && !isOutside(after.handled_by)),
    snooze: snoozeOf(isSnoozed(before), isSnoozed(after)),
  }
  // Who takes it directly was not asked for, and what was promised before is over.
  const clocks = wasOutside ? (after.sla ?? {}) : {}
  return moveClocks(clocks, after.rules!, events, state.now)
}

function snoozeOf(before: boolean, after: boolean): 'begins' | 'ends' | null {
  if (before === after) return null
  return after ? 'begins' : 'ends'
}
