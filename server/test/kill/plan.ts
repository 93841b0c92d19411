// How each node of a run dies: at every pause point in turn, and at random.
import type { ExecutionPoint } from '../../src/workflows/commit/pause-points.ts'
import { type TriggerPoint, triggerChanges, triggerStages } from '../../src/workflows/triggers/pause-points.ts'
import {
  type PausePoint,
  attemptPoints,
  changeNames,
  sentPoints,
  stages,
} from '../../src/conversations/commit/pause-points.ts'
import type { Random } from './random.ts'

/**
 * A purge is due a day after the end at the earliest, so no run has one: test/redaction/purge-in-parts.long.test.ts kills it. Nobody joins
 * the conversations of a run.
 */
const unmet = new Set<string>(['purge', 'handling', 'hand_off'])
const changes = changeNames.filter((change) => !unmet.has(change))

/** Of the transaction that links a guest of a web widget. */
const linkPoints = ['link.begun', 'link.written', 'link.committed'] as const

/** The change and its entry in the audit log are written, and not committed. */
const auditPoint = 'audit.written'

type Point = PausePoint | ExecutionPoint | TriggerPoint | (typeof linkPoints)[number] | typeof auditPoint

/** Those that a run decides in memory read nothing under a lock. */
const decided = ['begin', 'effect', 'result', 'wait', 'due', 'timeout'] as const
const locked = ['accept', 'admit', 'cancel', 'resume'] as const
const withoutLock = stages.filter((stage) => stage !== 'locked')

/** Going live, and the beginning of a conversation that waited, are part of transactions that others commit. */
const isMet = (point: Point) => point !== 'trigger.place.committed' && point !== 'begin.committed'

/** Of executions; what breaks or never starts takes longer than a run. */
const flowGroups: Point[][] = [
  ...decided.map((change) => withoutLock.map((stage) => `execution.${change}.${stage}` as const)),
  ...locked.map((change) => stages.map((stage) => `execution.${change}.${stage}` as const)),
  ...(['leased', 'request', 'answered'] as const).map((point): Point[] => [`execution.${point}`]),
  ...triggerChanges.map((change) => triggerStages.map((stage) => `trigger.${change}.${stage}` as const).filter(isMet)),
]

/** Each group has the points of one change, or one point outside of commits. */
const groups: Point[][] = [
  ...changes.map((change) => [
    ...stages.map((stage) => `${change}.${stage}` as const).filter(isMet),
    ...sentPoints.filter((point) => point === `${change}.sent`),
  ]),
  ['create.begun', 'create.sent', 'create.written', 'create.committed'],
  [...linkPoints],
  [auditPoint],
  ...attemptPoints.map((point) => [point]),
  ...flowGroups,
]

export const pausePoints: readonly Point[] = groups.flat()

export type Mission<Point extends string = string> =
  /** Kills itself at the nth passing of the point. */
  | { kind: 'point'; point: Point; nth: number }
  /** Is killed this long after its start, ready or not. */
  | { kind: 'chance'; after_ms: number }
  /** Is stopped for longer than its lease, continues, and is killed later. */
  | { kind: 'pause'; after_ms: number; for_ms: number; then_ms: number }

/** A node that dies there writes each change in a transaction. */
export const isWithinCommit = (point: string | undefined) =>
  /^(message|result)\.(locked|written)$|^create\.written$/.test(point ?? '')

/** Of 20 missions, 18 are points: each change dies at one of its stages, and at the next stage in the next round. */
const points_of_20 = 18
const pauses_of_20 = 1

/** Points that are passed often enough to wait for a later passing. */
const isFrequent = (point: Point) =>
  /^(message|result|attempt|model|step|tool|tool_result|execution\.(accept|begin|effect|result|leased|request|answered))\b/.test(
    point,
  )

export function planMissions(kills: number, random: Random): Mission<Point>[] {
  const points = planPoints(random)
  const missions: Mission<Point>[] = []
  for (let index = 0; index < kills; index += 1) {
    const turn = index % 20
    if (turn < points_of_20) missions.push(points())
    else if (turn < points_of_20 + pauses_of_20) missions.push(planPause(random))
    else missions.push({ kind: 'chance', after_ms: random.between(100, 6000) })
  }
  return mixTwenties(missions, random)
}

function planPoints(random: Random): () => Mission<Point> {
  const first = random.between(0, stages.length)
  let round: Point[] = []
  let rounds = 0
  return () => {
    if (round.length === 0) {
      const stage = first + rounds
      round = random.shuffle(groups.map((group, index) => group[(stage + index) % group.length]!))
      rounds += 1
    }
    const point = round.pop()!
    return { kind: 'point', point, nth: isFrequent(point) ? random.between(1, 8) : random.between(1, 2) }
  }
}

/** Longer than a lease and the wait of a sweep. */
function planPause(random: Random): Mission<never> {
  return {
    kind: 'pause',
    after_ms: random.between(2500, 5000),
    for_ms: random.between(9000, 13_000),
    then_ms: random.between(500, 3000),
  }
}

function mixTwenties<Each>(missions: Each[], random: Random): Each[] {
  const mixed: Each[] = []
  for (let start = 0; start < missions.length; start += 20) {
    mixed.push(...random.shuffle(missions.slice(start, start + 20)))
  }
  return mixed
}
