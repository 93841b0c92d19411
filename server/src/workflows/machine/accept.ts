// The birth of an execution: new, or from a step of an earlier one. Pure.
import { complete, tellExecution, writeVisit } from './change.ts'
import type { Change } from './events.ts'
import type { Admitted, ExecutionMode, Facts, InLine, Tally, Visit } from './execution.ts'

export interface Acceptance {
  at: number
  mode: ExecutionMode
  /** The id of the step in which it begins. */
  entry: string
  /** False: it has to stand in line. */
  is_admitted: boolean
  stop_after: string | null
  /** The visits that it takes from an earlier execution, from the first position on; null: none. */
  copied: { visits: number; tally: Tally } | null
}

export function acceptExecution(given: Acceptance): Change {
  const { at, mode, entry, is_admitted, stop_after, copied } = given
  const earlier = copied?.tally.get(entry) ?? { visits: 0, position: null, bytes: 0 }
  const visit: Visit = { position: (copied?.visits ?? 0) + 1, step_id: entry, visit: earlier.visits + 1 }
  const tally = new Map(copied?.tally).set(entry, { ...earlier, visits: visit.visit })
  const facts: Facts = { mode, queued_at: at, started_at: null, stop_after, active_ms: 0, events: 0, tally }
  const told = [tellExecution('workflow_execution.queued', 'queued')]
  const state: InLine | Admitted = { ...facts, phase: is_admitted ? 'admitted' : 'in_line', visit }
  const draft = { facts, visits: [writeVisit(visit, 'ready')], told }
  return complete(draft, at, state, { do: is_admitted ? 'begin' : 'stand_in_line' })
}
