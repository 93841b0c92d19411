// The end of a wait: its time has come, or somebody resumes it. Pure.
import type { JsonValue } from '../../base/json.ts'
import { type Draft, draftOf, tellExecution } from './change.ts'
import { deadlineOf, isOver } from './clock.ts'
import { timeOutNow } from './end.ts'
import type { Change, EventOf, Reduced, VisitWrite } from './events.ts'
import type { BegunVisit, Waiting } from './execution.ts'
import { succeedVisit } from './go-on.ts'
import type { Rules } from './graph.ts'

/** Of the output of a wait, besides its data. */
const bytes_of_wait = 64

export function wakeUp(rules: Rules, state: Waiting, { at }: { at: number }): Reduced {
  if (at >= state.until) return endWait(rules, tellResumed(state), state.visit, at, null, {})
  if (isOver(rules, state, at)) return timeOutNow(rules, state, at)
  return { refused: 'early', until: Math.min(state.until, deadlineOf(rules, state)) }
}

export function resume(rules: Rules, state: Waiting, { at, data, bytes }: EventOf<'resumed'>): Reduced {
  if (!state.is_resumable) return { refused: 'not_waiting' }
  return endWait(rules, tellResumed(state), state.visit, at, { data, bytes }, { is_resumable: true })
}

function tellResumed(state: Waiting): Draft {
  const { step_id, position } = state.visit
  return { ...draftOf(state), told: [tellExecution('workflow_execution.resumed', 'running', { step_id, position })] }
}

/** `resumed`: what somebody gave; null: its time came. */
export function endWait(
  rules: Rules,
  draft: Draft,
  visit: BegunVisit,
  at: number,
  resumed: { data: JsonValue; bytes: number } | null,
  more: Partial<VisitWrite>,
): Change {
  const waited_seconds = (at - visit.started_at) / 1000
  const output = { waited_seconds, resumed: resumed !== null, data: resumed?.data ?? null }
  const bytes = bytes_of_wait + (resumed?.bytes ?? 0)
  return succeedVisit(rules, draft, visit, at, { output, bytes, branch: null }, more)
}
