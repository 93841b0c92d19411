// The named points of every commit of an execution, and around its requests, at which a test pauses or kills a process.
import type { Ports } from '../../base/ports.ts'

/** Each in one commit. */
export const executionChanges = [
  'accept',
  'admit',
  'begin',
  'effect',
  'result',
  'wait',
  'due',
  'cancel',
  'resume',
  'timeout',
  'break',
  'not_started',
] as const
export type ExecutionChange = (typeof executionChanges)[number]

/** In order; a commit that reads nothing has no `locked`. */
export const executionStages = ['begun', 'locked', 'written', 'committed'] as const

export type ExecutionPoint =
  | `execution.${ExecutionChange}.${(typeof executionStages)[number]}`
  | `execution.${'leased' | 'request' | 'answered'}`

export async function reachExecution({ reached }: Pick<Ports, 'reached'>, point: ExecutionPoint): Promise<void> {
  await reached?.(point)
}
