// Random sequences on a conversation, on one to three nodes that die and return, each step compared with the model.
// `npm run test:model -- --sequences 10000 --seed 1` runs many, of which this may be one process.
import fc from 'fast-check'
import { afterAll, beforeAll, test } from 'vitest'
import * as calls from './call-commands.ts'
import { type Command, Course, executed } from './command.ts'
import * as nodes from './node-commands.ts'
import { regressions } from './regressions.ts'
import { World, hurry } from './world.ts'

const given = (name: string) => process.env[`PARLEY_MODEL_${name}`] || undefined
/** Set by `npm run test:model`. */
const asked = given('SEQUENCES')
const seed = Number(given('SEED') ?? Math.floor(Math.random() * 2 ** 31))

let world: World

type Sequence = Iterable<fc.AsyncCommand<Course, World>>

/** One sequence, from a new conversation to its end. */
async function runSequence(count: number, commands: Sequence): Promise<void> {
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
const anyRule = fc.constantFrom('queue', 'merge', 'interrupt', 'reject')
const mode = fc.constantFrom('cut', 'finish', 'finish', 'finish')
const tools = fc.array(fc.constantFrom('once', 'again'), { minLength: 1, maxLength: 3 })
const mostly = fc.integer({ min: 0, max: 3 }).map((chance) => chance > 0)
const rarely = mostly.map((isSo) => !isSo)

const oneCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 16, arbitrary: fc.tuple(slot, rule, fc.boolean()).map((words) => new calls.Message(...words)) },
  {
    weight: 3,
    arbitrary: fc.tuple(slot, fc.constantFrom('queue', 'merge')).map((words) => new calls.TwinMessage(...words)),
  },
  { weight: 9, arbitrary: fc.tuple(slot, which, mostly).map((words) => new calls.Retry(...words)) },
  { weight: 4, arbitrary: fc.tuple(slot, which, anyRule).map((words) => new calls.SendAgain(...words)) },
  { weight: 9, arbitrary: slot.map((of) => new calls.Say(of)) },
  { weight: 8, arbitrary: fc.tuple(slot, rarely).map((words) => new calls.Finish(...words)) },
  { weight: 7, arbitrary: fc.tuple(slot, tools).map((words) => new calls.CallTools(...words)) },
  { weight: 10, arbitrary: fc.tuple(slot, which).map((words) => new calls.AnswerTool(...words)) },
  { weight: 3, arbitrary: slot.map((of) => new calls.Fail(of)) },
  { weight: 2, arbitrary: slot.map((of) => new calls.TimeOut(of)) },
  { weight: 4, arbitrary: fc.tuple(slot, which, fc.boolean()).map((words) => new calls.Cancel(...words)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(slot, mode, fc.boolean(), fc.integer({ min: 1, max: 3 }))
      .map((words) => new calls.End(...words)),
  },
  { weight: 2, arbitrary: fc.tuple(slot, which, mostly).map((words) => new calls.EndAgain(...words)) },
  { weight: 2, arbitrary: fc.tuple(slot, fc.constantFrom('ada', 'bob')).map((words) => new calls.Create(...words)) },
  { weight: 2, arbitrary: which.map((of) => new calls.Leave(of)) },
  { weight: 3, arbitrary: fc.oneof(fc.constant('owner' as const), slot).map((of) => new nodes.Crash(of)) },
  { weight: 1, arbitrary: slot.map((of) => new nodes.Drain(of)) },
  { weight: 8, arbitrary: slot.map((of) => new nodes.Restart(of)) },
  { weight: 6, arbitrary: rarely.map((isPastDeadline) => new nodes.Expire(isPastDeadline)) },
  { weight: 8, arbitrary: slot.map((of) => new nodes.Maintain(of)) },
  { weight: 6, arbitrary: slot.map((of) => new nodes.TakeOver(of)) },
  { weight: 2, arbitrary: slot.map((of) => new nodes.HaltForNothing(of)) },
  { weight: 2, arbitrary: fc.constant(new nodes.PassLent()) },
  { weight: 4, arbitrary: fc.constantFrom('reply', 'tools').map((how) => new nodes.AnswerStale(how)) },
)

/** Defines the tests of a file: earlier failures, and this many random sequences. */
export function testSequences(sequences: number): void {
  beforeAll(async () => {
    world = await World.start()
  })
  afterAll(() => world[Symbol.asyncDispose]())

  test.each(regressions)('$name', ({ nodes: count, commands }) => runSequence(count, commands))

  test(`sequences of commands, seed ${seed}`, { timeout: asked ? 14_400_000 : 600_000 }, () =>
    runRandomSequences(Number(asked ?? sequences)),
  )
}

async function runRandomSequences(sequences: number): Promise<void> {
  const [path, replayPath] = [given('PATH'), given('REPLAY')]
  let count = 0
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 3 }),
    fc.commands([oneCommand], { maxCommands: 40, size: 'max', ...(replayPath ? { replayPath } : {}) }),
    async (nodes, commands) => {
      count += 1
      await runSequence(nodes, commands).catch((error: unknown) => {
        hurry()
        throw error
      })
    },
  )
  executed.clear()
  // Shrinking a failure takes minutes, so only `npm run test:model` does it.
  const details = await fc.check(property, {
    numRuns: path ? 1 : sequences,
    seed,
    endOnFailure: !asked,
    ...(path ? { path } : {}),
  })
  const commands = Object.fromEntries([...executed].toSorted(([a], [b]) => a.localeCompare(b)))
  if (asked) process.stdout.write(`\nREPORT ${JSON.stringify({ sequences: count, commands })}\n`)
  if (details.failed) throw new Error(describeFailure(details), { cause: details.errorInstance })
}

/** Reports of a failed test may leave its cause out. */
const most_characters_of_cause = 2000

function describeFailure({
  seed,
  counterexample,
  counterexamplePath,
  errorInstance,
}: Pick<
  fc.RunDetails<[number, Sequence]>,
  'seed' | 'counterexample' | 'counterexamplePath' | 'errorInstance'
>): string {
  const [nodes, commands] = counterexample!
  const replay = /replayPath="([^"]*)"/.exec(String(commands))?.[1] ?? ''
  const once_more = `npm run test:model -- --seed ${seed} --path ${counterexamplePath} --replay '${replay}'`
  const why = String(errorInstance).slice(0, most_characters_of_cause)
  return `On ${nodes} nodes: ${String(commands)}\nTo repeat and shrink it: ${once_more}\n${why}`
}
