// The named points of every commit and every attempt, at which a test holds a process, or kills it. Nothing happens there else.
import type { Ports } from '../../base/ports.ts'

/** What is written under a conversation's lock, each in one commit. */
export const changeNames = [
  'message',
  'retry',
  'end',
  'cancel',
  'delete',
  'update',
  'takeover',
  'step',
  'tool_result',
  'result',
  'analysis',
] as const
export type ChangeName = (typeof changeNames)[number]

/** The transaction is open; the lock is held; all is written, but not committed; committed, but nothing has followed yet. */
export const stages = ['begun', 'locked', 'written', 'committed'] as const

/** Outside of commits. */
export const attemptPoints = ['attempt.started', 'model.answered', 'tool.asked', 'tool.answered'] as const

export type PausePoint =
  | `${ChangeName}.${(typeof stages)[number]}`
  | `create.${Exclude<(typeof stages)[number], 'locked'>}`
  | (typeof attemptPoints)[number]

export async function reach({ reached }: Pick<Ports, 'reached'>, point: PausePoint): Promise<void> {
  await reached?.(point)
}
