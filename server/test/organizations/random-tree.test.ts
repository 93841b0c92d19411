// P4: random calls of random callers in a random tree that changes meanwhile. PARLEY_TEST_TREE, PARLEY_TEST_CALLS and PARLEY_TEST_SEED say
// how many organizations and calls, and which (default 60 and 300 of a new seed).
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../kill/random.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { type Case, type View, makeCase, names } from './random-calls.ts'
import { type Caller, type World, fingerprint, growTree, moveOne, resumeOthers, toldOfRefusals } from './random-tree.ts'

const size = Number(process.env.PARLEY_TEST_TREE ?? 60)
const calls = Number(process.env.PARLEY_TEST_CALLS ?? 300)
const seed = Number(process.env.PARLEY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

type Standpoint = Pick<Case, 'home'> & { caller: Caller }

function pickStandpoint({ random, tree, callers }: World, foreign = 0.1): Standpoint {
  const caller = random.pick(callers)
  if (caller.home !== null) return { caller, home: caller.home }
  const own = tree.ids.filter((id) => tree.roleOf(caller, id))
  return { caller, home: random.pick(own.length === 0 || random.happens(foreign) ? tree.ids : own) }
}

function pickTarget({ random, tree }: World, home: string, near: number): string {
  const below = random.happens(near) ? tree.below(home) : []
  if (below.length > 0) return random.pick(below)
  const wild = [home, ...tree.above(home), crypto.randomUUID(), 'malformed']
  return random.pick(random.happens(0.2) ? wild : tree.ids)
}

const done = new Map(names.map((name) => [name, 0]))
/** In which something was called. */
const homes = new Set<string>()
const counted = { outside: 0, refused: 0, done: 0, moves: 0 }

async function judge({ name, home, refusal: expected, run }: Case): Promise<void> {
  homes.add(home)
  const hint = `${name}, PARLEY_TEST_SEED=${seed} PARLEY_TEST_TREE=${size} PARLEY_TEST_CALLS=${calls}`
  if (expected === null) {
    await run().catch((error: unknown) => {
      throw new Error(`refused: ${hint}`, { cause: error })
    })
    done.set(name, done.get(name)! + 1)
    counted.done += 1
    return
  }
  const { status, code } = await refusal(run())
  expect([status, code], hint).toEqual(expected)
  counted[status === 404 ? 'outside' : 'refused'] += 1
}

/** Calls that are all refused, some at once: no row of any organization is changed. */
async function runOutside(world: World, views: View[], most: number): Promise<void> {
  const cases: Case[] = []
  for (let tries = 0; tries < most * 20 && cases.length < most; tries += 1) {
    const standpoint = pickStandpoint(world)
    const target = pickTarget(world, standpoint.home, 0)
    const name = world.random.pick(views.length === 0 ? names.slice(0, -1) : names)
    const one = makeCase(name, { ...world, ...standpoint, views, target })
    if (one.refusal !== null) cases.push(one)
  }
  const before = await fingerprint(server, [])
  for (let place = 0; place < cases.length; place += 5) await Promise.all(cases.slice(place, place + 5).map(judge))
  expect(await fingerprint(server, []), `PARLEY_TEST_SEED=${seed}`).toEqual(before)
}

let turn = 0

/** Calls of a few callers, one after the other: no row is changed but of organizations at or below theirs. */
async function runInside(world: World, views: View[], most: number): Promise<void> {
  const { tree, random } = world
  const standpoints = Array.from({ length: 3 }, () => pickStandpoint(world, 0))
  const looks = views.filter((view) => !view.has_ended).slice(-3)
  const allowed = new Set([...standpoints, ...looks].flatMap(({ home }) => [home, ...tree.below(home)]))
  const existing = new Set(tree.ids)
  const before = await fingerprint(server, [...allowed])
  for (let place = 0; place < most; place += 1) {
    const standpoint = random.pick(standpoints)
    const target = pickTarget(world, standpoint.home, 0.9)
    const name = names[turn++ % names.length]!
    if (name === 'look' && looks.length === 0) continue
    // Who ends a view changes the rows of both organizations, also when one of them has been moved away.
    const own = views.filter((view) => allowed.has(view.home) && allowed.has(view.target))
    const known = name === 'look' ? looks : name === 'stop' ? own : views
    await judge(makeCase(name, { ...world, ...standpoint, views: known, target }))
  }
  const added = tree.ids.filter((id) => !existing.has(id))
  expect(await fingerprint(server, [...allowed, ...added]), `PARLEY_TEST_SEED=${seed}`).toEqual(before)
}

test(
  'P4: of random calls in a random tree, none reads or changes anything outside',
  async () => {
    const world = await growTree(server, createRandom(seed), size)
    const views: View[] = []
    for (let block = 0; counted.done + counted.outside + counted.refused < calls; block += 1) {
      if (block % 3 === 2) {
        await moveOne(
          world,
          views.filter((view) => !view.has_ended).map(({ target }) => target),
        )
        counted.moves += 1
      }
      if (block % 2 === 0) await resumeOthers(world)
      await runInside(world, views, 15)
      await runOutside(world, views, 15)
    }
    const callers = [...homes, ...views.map(({ target }) => target)]
    for (const id of await toldOfRefusals(server)) expect(callers).toContain(id)
    console.info(`seed ${seed}, ${world.tree.ids.length} organizations: ${JSON.stringify(counted)}`)
    // Few calls may miss some operation.
    expect([...done].filter(([, times]) => times === 0).length).toBeLessThanOrEqual(calls < 2000 ? 4 : 0)
    expect(counted.outside).toBeGreaterThan(calls / 10)
  },
  20_000 + calls * 200 + size * 100,
)
