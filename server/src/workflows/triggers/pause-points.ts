// The named points of what triggers commit, at which a test pauses or kills a process.
import type { Ports } from '../../base/ports.ts'

/** Each in one commit. */
export const triggerChanges = ['place', 'fire', 'hook', 'arrival', 'begin_conversation', 'follow_conversation'] as const

/** In order. */
export const triggerStages = ['begun', 'written', 'committed'] as const

export type TriggerPoint = `trigger.${(typeof triggerChanges)[number]}.${(typeof triggerStages)[number]}`

export async function reachTrigger({ reached }: Pick<Ports, 'reached'>, point: TriggerPoint): Promise<void> {
  await reached?.(point)
}
