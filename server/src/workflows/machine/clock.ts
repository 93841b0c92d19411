// When an execution's time is over, and how long a visit backs off. Pure.
import type { ExecutionMode, Facts, OpenState } from './execution.ts'
import type { GraphStep, Retry, Rules } from './graph.ts'

/** By how much a backoff is longer at most. */
const jitter = 0.2

/** At this time it ends, whatever it does. Time in the queue and in wait steps counts only for the bounds of age. */
export function deadlineOf(rules: Rules, state: OpenState): number {
  const by_age = latestOf(rules, state)
  if (state.phase !== 'attempting' && state.phase !== 'backing_off') return by_age
  const { step_id, started_at } = state.visit
  if (!isCounted(rules.graph.steps.get(step_id))) return by_age
  return Math.min(by_age, started_at + Math.max(0, rules.graph.timeout_ms - state.active_ms))
}

export const isOver = (rules: Rules, state: OpenState, at: number) => at >= deadlineOf(rules, state)

/** Whether a further visit may begin. */
export function hasTimeLeft(rules: Rules, facts: Facts, at: number): boolean {
  return at < latestOf(rules, facts) && facts.active_ms < rules.graph.timeout_ms
}

function latestOf({ limits }: Rules, { mode, queued_at }: Facts): number {
  return queued_at + (mode === 'sync' ? Math.min(limits.sync_ms, limits.max_age_ms) : limits.max_age_ms)
}

/** Whether a step's time counts against the workflow's `timeout_seconds`. */
export const isCounted = (step: GraphStep | undefined) => step?.type !== 'wait'

/** A caller that waits gets a step's own retries only. */
export function retryOf({ graph }: Rules, mode: ExecutionMode, step: GraphStep): Retry | null {
  return step.retry ?? (mode === 'async' ? graph.retry : null)
}

/** After so many attempts. `after_ms`: what the peer asked for. */
export function backoffOf(retry: Retry, attempts: number, after_ms: number | null, chance: number): number {
  const most = retry.max_backoff_seconds * 1000
  const usual = Math.min(most, retry.backoff_seconds * 1000 * retry.factor ** (attempts - 1))
  return Math.ceil(Math.min(most, Math.max(usual * (1 + jitter * chance), after_ms ?? 0)))
}
