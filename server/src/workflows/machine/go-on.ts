// From a visit that is over to the next one, or to the end. Pure.
import { type Draft, closeAttempt, complete, tellStep, writeVisit } from './change.ts'
import { hasTimeLeft } from './clock.ts'
import { endExecution, errorAt, failExecution, leaveVisit } from './end.ts'
import type { Change, VisitWrite } from './events.ts'
import type { BegunVisit, StepError, Visit } from './execution.ts'
import type { Rules } from './graph.ts'
import { contextTooLarge, missingStep, outOfTime, outputTooLarge, stepLimit } from './texts.ts'

type More = Partial<VisitWrite>

/** What a visit has brought about. */
export interface Product {
  output: NonNullable<VisitWrite['output']> | null
  bytes: number
  branch: string | null
}

/** The visit is done, unless its output is too large. */
export function succeedVisit(
  rules: Rules,
  draft: Draft,
  visit: BegunVisit,
  at: number,
  product: Product,
  more: More,
): Change {
  const tooMuch = findExcess(rules, draft, visit, product.bytes)
  if (tooMuch) return failVisit(rules, draft, visit, at, tooMuch, more)
  const { output, bytes, branch } = product
  const closed = closeAttempt(visit, at, null)
  const written = writeVisit(closed, 'success', { ...more, finished_at: at, output, bytes, branch })
  const next: Draft = {
    facts: leaveVisit(rules, draft.facts, visit, at, bytes),
    visits: [...draft.visits, written],
    told: [...draft.told, tellStep('workflow_step.completed', 'success', closed)],
  }
  const step = rules.graph.steps.get(visit.step_id)
  const is_last = step?.type === 'output' || draft.facts.stop_after === visit.step_id
  const port = step?.ports.get(branch ?? 'default')
  if (!is_last && port !== undefined) return enter(rules, next, visit, port, at)
  const ending = { status: 'success', output: is_last ? output : {}, error: null, cancel_reason: null } as const
  return endExecution(next, visit.position, at, ending)
}

/** The visit fails: its `error` port leads on, or the execution fails with it. */
export function failVisit(
  rules: Rules,
  draft: Draft,
  visit: BegunVisit,
  at: number,
  error: StepError,
  more: More = {},
): Change {
  const closed = closeAttempt(visit, at, error)
  const next: Draft = {
    facts: leaveVisit(rules, draft.facts, visit, at, 0),
    visits: [...draft.visits, writeVisit(closed, 'failed', { ...more, error, finished_at: at })],
    told: [...draft.told, tellStep('workflow_step.failed', 'failed', closed, { error })],
  }
  const port = rules.graph.steps.get(visit.step_id)?.ports.get('error')
  if (port !== undefined && draft.facts.stop_after !== visit.step_id) return enter(rules, next, visit, port, at)
  return failExecution(next, visit.position, at, errorAt(rules, visit.step_id, error))
}

/** A further visit is ready, if bounds and time allow it. */
function enter(rules: Rules, draft: Draft, left: Visit, step_id: string, at: number): Change {
  const { graph } = rules
  const refuse = (error: StepError) => failExecution(draft, left.position, at, errorAt(rules, step_id, error))
  if (!graph.steps.has(step_id)) return refuse(missingStep(step_id))
  if (left.position >= graph.max_steps) return refuse(stepLimit(rules))
  if (!hasTimeLeft(rules, draft.facts, at)) return refuse(outOfTime(rules, draft.facts, at))
  const earlier = draft.facts.tally.get(step_id) ?? { visits: 0, position: null, bytes: 0 }
  const visit: Visit = { position: left.position + 1, step_id, visit: earlier.visits + 1 }
  const tally = new Map(draft.facts.tally).set(step_id, { ...earlier, visits: visit.visit })
  const next: Draft = { ...draft, visits: [...draft.visits, writeVisit(visit, 'ready')] }
  return complete(next, at, { ...draft.facts, tally, phase: 'between', visit }, { do: 'begin' })
}

function findExcess(rules: Rules, { facts }: Draft, { step_id }: Visit, bytes: number): StepError | null {
  if (bytes > rules.limits.max_output_bytes) return outputTooLarge(rules, bytes)
  let together = bytes
  for (const [id, entry] of facts.tally) if (id !== step_id) together += entry.bytes
  return together > rules.limits.max_context_bytes ? contextTooLarge(rules, together) : null
}
