// Work that is due later: durable timers, and recurring work each minute.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { armWork, everyMinute } from '../../src/work/every-minute.ts'
import { ManualClock } from '../model/manual-clock.ts'
import { type World, keyOf, kindOf, soon, startWorld } from './fixture.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

// Arrivals first: those that have left since are among the rows.
const untilOver = () => expect.poll(async () => [await arrivals(), await world.rows()], soon).toEqual([0, []])
const arrivals = async () => (await world.base.database.pool.query('select from work_arrivals')).rowCount
const poll_ms = 750

test.each([
  ['one that was added for later', async () => world.add(keyOf('one'), { in_ms: 1600 })],
  ['one that fired too early and asks for a later time', async () => world.add(keyOf('early'))],
])('%s: not before its time, and by a first look after it', async (_what, add) => {
  const fired = { at: 0, looks: 0 }
  let [due_at, looks_since] = [Infinity, 0]
  const reached = (point: string) => void (looks_since += Number(point === 'work.look' && Date.now() > due_at))
  const kind = kindOf(async ({ subject }) => {
    if (subject === 'early' && Date.now() < due_at) {
      due_at = Date.now() + 1600
      return { next: { again_at: new Date(due_at).toISOString() } }
    }
    Object.assign(fired, { at: Date.now(), looks: looks_since })
    return { next: 'done' }
  })
  world.start([kind], { reached })
  const least_due_at = Date.now() + 1600
  await add()
  const added = `select due_at from work_arrivals where subject = 'one' union all select due_at from work where subject = 'one'`
  const { rows } = await world.base.database.pool.query<{ due_at: string }>(added)
  if (rows[0]) due_at = Date.parse(rows[0].due_at)
  await expect.poll(() => fired.at, soon).not.toBe(0)
  expect(fired.at).toBeGreaterThanOrEqual(due_at === Infinity ? least_due_at : due_at)
  // One may begin within the same millisecond.
  expect(fired.looks).toBeLessThanOrEqual(2)
  await untilOver()
})

test('a node looks every 750 ms of its clock, and finds work that has become due', async () => {
  const clock = new ManualClock()
  let runs = 0
  const kind = kindOf(async () => ((runs += 1), { next: 'done' as const }))
  world.start([kind], { clock })
  await expect.poll(() => clock.count(poll_ms), soon).toBe(1)
  await world.add(keyOf('one'), { in_ms: 3_600_000 })
  clock.fire(poll_ms, { pass: true })
  await expect.poll(() => clock.count(poll_ms), soon).toBe(1)
  expect([runs, (await world.rows()).length]).toEqual([0, 1])
  await world.base.database.pool.query('update work set due_at = now()')
  clock.fire(poll_ms, { pass: true })
  await expect.poll(() => runs, soon).toBe(1)
  clock.end()
})

test('recurring work runs on one node at a time, and again after a minute, even after a failure', async () => {
  const begun: PromiseWithResolvers<void>[] = []
  const kind = everyMinute('sweep', () => {
    const next = Promise.withResolvers<void>()
    begun.push(next)
    return next.promise
  })
  const { database } = world.base
  const begun_at = Date.now()
  for (let node = 0; node < 2; node += 1) {
    await armWork(database, [kind])
    world.start([kind])
  }
  const secondsAfter = async (time: number) => (Date.parse((await world.rows())[0]!.due_at) - time) / 1000
  await expect.poll(arrivals, soon).toBe(0)
  expect(await secondsAfter(begun_at)).toBeGreaterThan(50)
  for (const [index, outcome] of ['resolve', 'reject'].entries()) {
    await database.pool.query('update work set due_at = now()')
    await expect.poll(() => begun.length, soon).toBe(index + 1)
    await armWork(database, [kind])
    await expect.poll(arrivals, soon).toBe(0)
    expect(begun.length).toBe(index + 1)
    const ended_at = Date.now()
    if (outcome === 'resolve') begun[index]!.resolve()
    else begun[index]!.reject(new Error('away'))
    await expect.poll(async () => (await world.rows())[0]!.lease, soon).toBeNull()
    expect(await secondsAfter(ended_at)).toBeGreaterThan(outcome === 'resolve' ? 50 : 2)
  }
  // Never given up.
  await database.pool.query('update work set tries = 100, due_at = now()')
  await expect.poll(() => begun.length, soon).toBe(3)
  const failed_at = Date.now()
  begun[2]!.reject(new Error('away'))
  await expect.poll(async () => (await world.rows())[0]!.lease, soon).toBeNull()
  expect(await secondsAfter(failed_at)).toBeGreaterThan(50)
})
