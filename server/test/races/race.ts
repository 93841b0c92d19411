// One race: the first side is held at a pause point of its commit while the second completes, or waits for the lock.
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { stages } from '../../src/conversations/commit/pause-points.ts'
import { type NodeName, type Races, isAnyoneLockedOut, until } from './harness.ts'
import { type Stored, checkInvariants, outcomeOf, readStored } from './invariants.ts'
import { Oracle, type Outcome } from './oracle.ts'
import { type Answer, type Scene, setScene } from './scene.ts'
import { type Deed, begin, changeOf, courseOf, halts, isProgress } from './sides.ts'

export interface RaceCase {
  first: Deed
  second: Deed
  stage: (typeof stages)[number]
  /** The node of each side; the turn runs on a. */
  nodes: [NodeName, NodeName]
}

export interface Finish {
  stored: Stored
  outcome: Outcome | 'deleted'
  answers: { hello: Answer | null; first: Answer | null; second: Answer | null }
}

/** A deed that stops the attempt has done so before its commit begins, so the attempt gets no further. */
const isFirstAnyway = ({ first, second }: RaceCase) => isProgress(second) && halts(first)

/** The second side finds the effect of the first, at once or behind the lock, and waits for it without a commit of its own. */
const isJoining = ({ first, second, stage }: RaceCase) => first === 'retry' && second === 'retry' && stage !== 'begun'

/** The first side is refused when it continues, because a turn is running. */
const isRefused = ({ first, stage }: RaceCase) => first === 'message reject' && stage === 'locked'

export async function runRace(races: Races, race: RaceCase): Promise<Finish> {
  const { first, second, stage, nodes } = race
  const scene = await setScene(races, sceneOf(race))
  const [here, there] = nodes.map((name) => races.nodes[name])
  const hold = here!.holdAt(`${changeOf(first)}.${stage}`)
  const one = begin(first, scene, here!, 'first')
  await hold.reached
  // A refusal commits nothing and is answered.
  const secondCommits = there!.passing(`${changeOf(second)}.committed`)
  const other = begin(second, scene, there!, 'second')
  const secondIsThrough = Promise.race([secondCommits, other])
  let isThrough = false
  void secondIsThrough.then(() => (isThrough = true))
  if ((stage === 'locked' || stage === 'written') && !isFirstAnyway(race)) {
    await until(() => isThrough || isAnyoneLockedOut(races), 'the second side waits for the lock')
    expect(isThrough, 'nobody gets past the lock').toBe(false)
  } else if (!isJoining(race)) {
    await until(() => isThrough, 'the second side goes through while the first is held')
  }
  const firstIsThrough = isRefused(race) ? one : Promise.race([here!.passing(`${changeOf(first)}.committed`), one])
  hold.release()
  await firstIsThrough
  if (!isJoining(race)) await secondIsThrough
  return finishRace(races, scene, race, [one, other])
}

async function finishRace(
  { server, nodes }: Races,
  scene: Scene,
  race: RaceCase,
  [first, second]: [Promise<Answer | null>, Promise<Answer | null>],
): Promise<Finish> {
  const read = () => readStored(server.database, scene.conversation_id)
  // The node whose lease was lost learns of it when it renews its leases.
  if (sceneOf(race).is_lease_lost) await nodes.a.sweep()
  const { turns, items } = await read()
  const running = turns.find(({ status }) => status === 'running')
  const isCalling = isCallPending(items)
  if (running && !isCalling) {
    const asked = items.findLast(
      ({ turn_id, role }) => turn_id === (running.messages_of ?? running.id) && role === 'user',
    )
    await until(() => scene.timesAsked(asked!.text) >= running.attempts, 'the running turn has asked the model')
  }
  // Other calls are aborted only at a renewal of leases, which never happens by itself here.
  const expected = { model: running && !isCalling ? 1 : 0, tool: running && isCalling ? 1 : 0 }
  const areOver = () => isDeepStrictEqual(scene.openCalls(), expected)
  await until(areOver, `calls of the running turn only: ${JSON.stringify(expected)}`)
  scene.settle()
  const answers = { hello: await scene.hello, first: await first, second: await second }
  const isOver = async () => (await read()).turns.every(({ status }) => status !== 'queued' && status !== 'running')
  await until(isOver, 'every turn is over')
  const stored = await read()
  checkInvariants(stored)
  return { stored, outcome: outcomeOf(stored), answers }
}

const isCallPending = (items: Stored['items']) =>
  items.filter(({ type }) => type === 'function_call').length >
  items.filter(({ type }) => type === 'function_call_output').length

const sceneOf = ({ first, second }: RaceCase) => ({
  course: courseOf(first) ?? courseOf(second) ?? ('reply' as const),
  has_failed_message: first === 'retry' || second === 'retry',
  is_lease_lost: first === 'lease loss' || second === 'lease loss',
})

/** The order of the locks: a side that was held before it had the lock comes second. */
export function expectSerial(race: RaceCase, { outcome, answers }: Finish): void {
  const oracle = new Oracle({ ...sceneOf(race), isEndingKnown: race.stage === 'committed' })
  const isFirst = race.stage !== 'begun' || isFirstAnyway(race)
  const expected = { first: () => [] as unknown[], second: () => [] as unknown[] }
  for (const side of isFirst ? (['first', 'second'] as const) : (['second', 'first'] as const)) {
    expected[side] = oracle.do(race[side], side)
  }
  oracle.settle()
  expect(outcome).toEqual(oracle.outcome())
  expect(oracle.hello()).toContainEqual(answers.hello)
  expect(expected.first()).toContainEqual(answers.first)
  expect(expected.second()).toContainEqual(answers.second)
}
