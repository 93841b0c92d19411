// The state machine of executions: what happens in each phase, a decision for every cell. Pure: the same rules, state and event
// give the same change.
import { complete, draftOf } from './change.ts'
import { begin, beginAgain, beginRetry } from './begin.ts'
import { breakOff, cancel, giveUpStart, timeOut } from './end.ts'
import {
  type Change,
  type EventOf,
  type EventType,
  type ExecutionEvent,
  type Reduced,
  type Refusal,
  isRefused,
} from './events.ts'
import type { ExecutionState, InLine, Phase } from './execution.ts'
import type { Rules } from './graph.ts'
import { fail, finish, noteEffect, notePrepared, wait } from './report.ts'
import { resume, wakeUp } from './wake.ts'

/** Refused, whatever the event says; or decided by a function. */
type Cell<P extends Phase, E extends EventType> =
  | Exclude<Refusal['refused'], 'early'>
  | ((rules: Rules, state: Extract<ExecutionState, { phase: P }>, event: EventOf<E>) => Reduced)

type Row<P extends Phase> = { [E in EventType]: Cell<P, E> }

const reports = { prepared: 'stale', effect_sent: 'stale', result: 'stale', failed: 'stale', waits: 'stale' } as const
const ends = { cancelled: cancel, timed_out: timeOut, broken: breakOff } as const
const final = {
  admitted: 'final',
  begun: 'final',
  prepared: 'final',
  effect_sent: 'final',
  result: 'final',
  failed: 'final',
  waits: 'final',
  due: 'final',
  resumed: 'not_waiting',
  cancelled: 'final',
  timed_out: 'final',
  not_started: 'final',
  broken: 'final',
} as const satisfies Record<EventType, Refusal['refused']>

/** `executionTable[phase][event]`. */
export const executionTable: { [P in Phase]: Row<P> } = {
  in_line: {
    ...reports,
    ...ends,
    admitted: admit,
    begun: 'stale',
    due: 'stale',
    resumed: 'not_waiting',
    not_started: giveUpStart,
  },
  admitted: {
    ...reports,
    ...ends,
    admitted: 'stale',
    begun: begin,
    due: 'stale',
    resumed: 'not_waiting',
    not_started: giveUpStart,
  },
  between: {
    ...reports,
    ...ends,
    admitted: 'stale',
    begun: begin,
    due: 'stale',
    resumed: 'not_waiting',
    not_started: 'stale',
  },
  attempting: {
    ...ends,
    admitted: 'stale',
    begun: beginAgain,
    prepared: notePrepared,
    effect_sent: noteEffect,
    result: finish,
    failed: fail,
    waits: wait,
    due: 'stale',
    resumed: 'not_waiting',
    not_started: 'stale',
  },
  backing_off: {
    ...reports,
    ...ends,
    admitted: 'stale',
    begun: beginRetry,
    due: 'stale',
    resumed: 'not_waiting',
    not_started: 'stale',
  },
  waiting: {
    ...reports,
    ...ends,
    admitted: 'stale',
    begun: 'stale',
    due: wakeUp,
    resumed: resume,
    not_started: 'stale',
  },
  success: final,
  failed: final,
  cancelled: final,
}

function admit(_rules: Rules, state: InLine, { at }: { at: number }): Change {
  return complete(draftOf(state), at, { ...state, phase: 'admitted' }, { do: 'begin' })
}

export function reduce(rules: Rules, state: ExecutionState, event: ExecutionEvent): Reduced {
  const cell = executionTable[state.phase][event.type]
  if (typeof cell === 'string') return { refused: cell }
  return (cell as (rules: Rules, state: ExecutionState, event: ExecutionEvent) => Reduced)(rules, state, event)
}

/** Several events of one commit, until one is refused. Null: the first one is. */
export function reduceAll(
  rules: Rules,
  state: ExecutionState,
  events: readonly ExecutionEvent[],
): { change: Change | null; refusal: Refusal | null } {
  let change: Change | null = null
  for (const event of events) {
    const next = reduce(rules, change?.state ?? state, event)
    if (isRefused(next)) return { change, refusal: next }
    change = change === null ? next : joinChanges(change, next)
  }
  return { change, refusal: null }
}

/** `later` follows from the state that `earlier` left. */
export function joinChanges(earlier: Change, later: Change): Change {
  const visits = new Map(earlier.visits.map((visit) => [visit.position, visit]))
  for (const visit of later.visits) visits.set(visit.position, { ...visits.get(visit.position), ...visit })
  return { ...later, visits: [...visits.values()], told: [...earlier.told, ...later.told] }
}
