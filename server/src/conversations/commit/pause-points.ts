// The named points of every commit and every attempt at which a test pauses or kills a process. They do nothing otherwise.
import type { Ports } from '../../base/ports.ts'

/** Writes under a conversation's lock, each in one commit. */
export const changeNames = [
  'message',
  'retry',
  'end',
  'cancel',
  'delete',
  'update',
  'purge',
  'takeover',
  'step',
  'tool_result',
  'result',
  'analysis',
  'inactivity',
  'handling',
  'hand_off',
  'begin',
] as const
export type ChangeName = (typeof changeNames)[number]

/**
 * In order: the transaction is open; the lock is held; everything is written but not committed; committed, before any
 * follow-up.
 */
export const stages = ['begun', 'locked', 'written', 'committed'] as const

/** Of a change that one statement writes, between its beginning and its commit: the statement is on its way. */
export const sentPoints = ['create.sent', 'message.sent', 'result.sent'] as const

/** Outside commits. */
export const attemptPoints = ['attempt.started', 'model.answered', 'tool.asked', 'tool.answered'] as const

export type PausePoint =
  | `${ChangeName}.${(typeof stages)[number]}`
  | `create.${Exclude<(typeof stages)[number], 'locked'>}`
  | (typeof sentPoints)[number]
  | (typeof attemptPoints)[number]

export async function reach({ reached }: Pick<Ports, 'reached'>, point: PausePoint): Promise<void> {
  await reached?.(point)
}
