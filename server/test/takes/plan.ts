// What a schedule does, and what happens to the nodes meanwhile.
import { type PausePoint, attemptPoints, stages } from '../../src/conversations/commit/pause-points.ts'

/** At each of them a running reply, or a change that people make, is held while others go on. */
export const heldPoints: readonly PausePoint[] = [
  ...attemptPoints,
  ...(['message', 'step', 'tool_result', 'result', 'handling', 'hand_off'] as const).flatMap((change) =>
    stages.map((stage) => `${change}.${stage}` as const),
  ),
]

/** After so many schedules a node is killed, or stopped for longer than a lease, in this order and then again. */
export const schedules_per_trouble = 27
export const troubles = ['kill', 'stop', 'kill'] as const
/** Longer than an attempt counts as sure of its turn. */
export const stopped_ms = 6500
