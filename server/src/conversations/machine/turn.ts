// The turn's state machine: what may happen to a turn in each state. Pure; the types require a decision for every cell.
import type { TurnOutcome, TurnStatus } from '@parley/contract'

/** What can happen to a turn. */
export type TurnEvent =
  | 'start' // an attempt takes it
  | 'lose' // its attempt is lost, but more are left
  | 'reply' // the attempt has the agent's reply
  | 'fail' // the model, the time or the attempts ran out
  | 'give' // its message is given to people
  | 'cancel' // by the caller, a newer message, a person, or the end of the conversation

export const turnTransitions: Record<TurnStatus, Record<TurnEvent, TurnStatus | 'refused'>> = {
  queued: {
    start: 'running',
    lose: 'refused',
    reply: 'refused',
    fail: 'failed',
    give: 'completed',
    cancel: 'cancelled',
  },
  running: {
    start: 'refused',
    lose: 'queued',
    reply: 'completed',
    fail: 'failed',
    give: 'refused',
    cancel: 'cancelled',
  },
  completed: {
    start: 'refused',
    lose: 'refused',
    reply: 'refused',
    fail: 'refused',
    give: 'refused',
    cancel: 'refused',
  },
  failed: { start: 'refused', lose: 'refused', reply: 'refused', fail: 'refused', give: 'refused', cancel: 'refused' },
  cancelled: {
    start: 'refused',
    lose: 'refused',
    reply: 'refused',
    fail: 'refused',
    give: 'refused',
    cancel: 'refused',
  },
}

export function isFinal(status: TurnStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled'
}

/** The final state that belongs to each outcome. */
export const statusOfOutcome: Record<TurnOutcome, 'completed' | 'failed' | 'cancelled'> = {
  reply: 'completed',
  model_error: 'failed',
  timed_out: 'failed',
  step_limit: 'failed',
  attempts_exhausted: 'failed',
  budget_exceeded: 'failed',
  conversation_ended: 'cancelled',
  cancelled_by_caller: 'cancelled',
  superseded: 'cancelled',
  taken_over: 'cancelled',
  for_person: 'completed',
}

/** How many nodes may try a turn, one after another, before it fails. */
export const max_attempts = 3

/** How long an attempt may write without renewing its lease, and how often it renews it. */
export const lease_ms = 8000
export const renew_ms = 2500
