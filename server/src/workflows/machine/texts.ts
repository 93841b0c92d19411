// What users read when the machine itself ends a visit or an execution. Pure.
import type { ExecutionErrorCode, Facts, StepError } from './execution.ts'
import type { GraphStep, Rules } from './graph.ts'

const error = (code: ExecutionErrorCode, message: string): StepError => ({ code, message })

export const unknownOutcome = error(
  'unknown_outcome',
  'The server stopped after it had sent the request, so it is unknown whether the request took effect. It was not repeated.',
)

export const lostAttempt = error('internal', 'The server stopped during this attempt.')

export const alwaysLost = error('internal', 'Every attempt of this step ended because its server stopped.')

export const brokenOff = error('internal', 'The server failed with an internal error.')

export const missingStep = (step_id: string) => error('internal', `The workflow has no step "${step_id}".`)

export const loopLimit = ({ max_visits }: GraphStep) =>
  error(
    'loop_limit',
    `The step was reached more than ${max_visits} times. Raise its max_visits, or leave the loop sooner.`,
  )

export const stepLimit = ({ graph }: Rules) =>
  error(
    'step_limit',
    `The execution reached its limit of ${graph.max_steps} visits. Raise max_steps, or shorten its loops.`,
  )

export const outputTooLarge = ({ limits }: Rules, bytes: number) =>
  error('output_too_large', `The output has ${bytes} bytes; the limit is ${limits.max_output_bytes}.`)

export const contextTooLarge = ({ limits }: Rules, bytes: number) =>
  error(
    'context_too_large',
    `The outputs of all steps have ${bytes} bytes together; the limit is ${limits.max_context_bytes}.`,
  )

export const notStarted = ({ limits }: Rules) =>
  error('not_started', `The execution was queued for ${limits.max_queued_ms / 3_600_000} hours and never started.`)

export function outOfTime({ graph, limits }: Rules, { mode, queued_at }: Facts, at: number): StepError {
  if (mode === 'sync') return error('timed_out', `The execution took longer than ${limits.sync_ms / 1000} seconds.`)
  if (at >= queued_at + limits.max_age_ms)
    return error('timed_out', `The execution is older than ${limits.max_age_ms / 86_400_000} days.`)
  return error('timed_out', `The execution took longer than ${graph.timeout_ms / 1000} seconds, its timeout_seconds.`)
}

export const waitTooLong = ({ limits }: Rules) =>
  error(
    'timed_out',
    `The wait lasts longer than what is left of the ${limits.sync_ms / 1000} seconds of a call that waits for it.`,
  )
