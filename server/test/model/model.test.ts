// Random courses of a conversation on one to three nodes that die and come back, each step compared with the model.
// `npm run test:model -- --sequences 10000 --seed 1` runs many.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as calls from './call-commands.ts'
import { type Command, Course, executed } from './command.ts'
import * as nodes from './node-commands.ts'
import { regressions } from './regressions.ts'
import { World } from './world.ts'

const given = (name: string) => process.env[`PARLEY_MODEL_${name}`]
const sequences = Number(given('SEQUENCES') ?? 150)
const seed = Number(given('SEED') ?? Math.floor(Math.random() * 2 ** 31))

let world: World
beforeAll(async () => {
  world = await World.start()
})
afterAll(() => world[Symbol.asyncDispose]())

/** One sequence, from a new conversation to its end. */
async function runSequence(count: number, commands: Iterable<fc.AsyncCommand<Course, World>>): Promise<void> {
  await world.begin(count)
  const course = new Course(count)
  await new calls.Create(0, 'ada').run(course, world)
  await fc.asyncModelRun(() => ({ model: course, real: world }), commands)
  if (!course.hasNode) await new nodes.Restart(0).run(course, world)
  await new calls.End(0, 'cut', false, 1).run(course, world)
  await world.checkStored()
}

const slot = fc.nat({ max: 2 })
const which = fc.nat({ max: 5 })
const rule = fc.constantFrom('default', 'queue', 'queue', 'merge', 'merge', 'interrupt', 'reject')
const mode = fc.constantFrom('cut', 'finish', 'finish', 'finish')
const mostly = fc.integer({ min: 0, max: 3 }).map((chance) => chance > 0)
const rarely = mostly.map((isSo) => !isSo)

const oneCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(slot, rule, fc.boolean()).map((words) => new calls.Message(...words)) },
  {
    weight: 2,
    arbitrary: fc.tuple(slot, fc.constantFrom('queue', 'merge')).map((words) => new calls.TwinMessage(...words)),
  },
  { weight: 5, arbitrary: fc.tuple(slot, which, mostly).map((words) => new calls.Retry(...words)) },
  { weight: 5, arbitrary: slot.map((of) => new calls.Say(of)) },
  { weight: 4, arbitrary: fc.tuple(slot, rarely).map((words) => new calls.Finish(...words)) },
  { weight: 2, arbitrary: slot.map((of) => new calls.Fail(of)) },
  { weight: 1, arbitrary: slot.map((of) => new calls.TimeOut(of)) },
  { weight: 2, arbitrary: fc.tuple(slot, which, fc.boolean()).map((words) => new calls.Cancel(...words)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(slot, mode, fc.boolean(), fc.integer({ min: 1, max: 3 }))
      .map((words) => new calls.End(...words)),
  },
  { weight: 1, arbitrary: fc.tuple(slot, which, mostly).map((words) => new calls.EndAgain(...words)) },
  { weight: 1, arbitrary: fc.tuple(slot, fc.constantFrom('ada', 'bob')).map((words) => new calls.Create(...words)) },
  { weight: 1, arbitrary: which.map((of) => new calls.Leave(of)) },
  { weight: 2, arbitrary: fc.oneof(fc.constant('owner' as const), slot).map((of) => new nodes.Crash(of)) },
  { weight: 1, arbitrary: slot.map((of) => new nodes.Drain(of)) },
  { weight: 4, arbitrary: slot.map((of) => new nodes.Restart(of)) },
  { weight: 3, arbitrary: rarely.map((isPastDeadline) => new nodes.Expire(isPastDeadline)) },
  { weight: 4, arbitrary: slot.map((of) => new nodes.Tend(of)) },
  { weight: 3, arbitrary: slot.map((of) => new nodes.TakeOver(of)) },
  { weight: 1, arbitrary: slot.map((of) => new nodes.HaltForNothing(of)) },
  { weight: 1, arbitrary: fc.constant(new nodes.PassLent()) },
  { weight: 2, arbitrary: fc.constant(new nodes.AnswerStale()) },
)

test.each(regressions)('$name', ({ nodes: count, commands }) => runSequence(count, commands))

test(`${sequences} sequences of commands, seed ${seed}`, { timeout: 7_200_000 }, async () => {
  const replayPath = given('REPLAY')
  const path = given('PATH')
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 3 }),
    fc.commands([oneCommand], { maxCommands: 40, size: 'max', ...(replayPath ? { replayPath } : {}) }),
    runSequence,
  )
  const details = await fc.check(property, { numRuns: sequences, seed, ...(path ? { path, endOnFailure: true } : {}) })
  const counts = Object.fromEntries([...executed].toSorted(([a], [b]) => a.localeCompare(b)))
  if (given('SEQUENCES')) console.log(JSON.stringify({ sequences: details.numRuns, seed, commands: counts }))
  if (!details.failed) return
  const replay = /replayPath="([^"]*)"/.exec(String(details.counterexample?.[1]))?.[1] ?? ''
  const repeat = `npm run test:model -- --seed ${details.seed} --path ${details.counterexamplePath} --replay ${replay}`
  throw new Error(`${details.counterexample?.join('\n')}\nOnce more: ${repeat}`, { cause: details.errorInstance })
})

test('the model is no model of nothing', () => {
  expect(executed.size).toBeGreaterThan(0)
})
