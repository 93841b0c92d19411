// Timers that may fire too early: many are looked up together, and only those that are due run.
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { WorkKind } from '../../src/work/port.ts'
import { type World, done, keyOf, kindOf, soon, startWorld } from './fixture.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

const pool = () => world.base.database.pool
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()

/** Reviews what the test says, and notes what is asked. */
function timerOf(times: (subjects: string[]) => Promise<Map<string, string | null>>, more: Partial<WorkKind> = {}) {
  const reviewed: string[][] = []
  const kind = kindOf(async ({ subject }) => done(subject), {
    name: 'timer',
    giveUp: null,
    async review(_database, items) {
      const subjects = items.map(({ subject }) => subject).toSorted()
      reviewed.push(subjects)
      return times(subjects)
    },
    ...more,
  })
  return { kind, reviewed }
}

async function addTimers(...subjects: string[]): Promise<void> {
  for (const subject of subjects) await world.add(keyOf(subject), { in_ms: 300 }, 'timer')
}

test('those that are early are put off, those that are over are gone, and those that are due run', async () => {
  const later = inAnHour()
  const { kind, reviewed } = timerOf(
    async () =>
      new Map([
        ['early', later],
        ['over', null],
      ]),
  )
  await addTimers('due', 'early', 'over')
  world.start([kind])
  await expect.poll(world.written, soon).toEqual(['due'])
  await expect.poll(async () => (await world.rows()).map(({ subject }) => subject), soon).toEqual(['early'])
  expect((await world.rows())[0]).toMatchObject({ ready: false, tries: 0, lease: null })
  expect(Date.parse((await world.rows())[0]!.due_at)).toBe(Date.parse(later))
  expect(reviewed.flat().toSorted()).toEqual(['due', 'early', 'over'])
})

test('a thousand early ones are one review', async () => {
  const { kind, reviewed } = timerOf(async (subjects) => new Map(subjects.map((subject) => [subject, inAnHour()])))
  await pool().query(
    `insert into work (kind, owner, subject, organization_id, due_at, ready)
     select 'timer', n::text, n::text, gen_random_uuid(), now() - interval '1 second', false from generate_series(1, 1000) n`,
  )
  world.start([kind])
  const isEarly = async () => (await world.rows()).filter(({ due_at }) => Date.parse(due_at) > Date.now()).length
  await expect.poll(isEarly, soon).toBe(1000)
  expect(reviewed.map(({ length }) => length)).toEqual([1000])
  expect(await world.written()).toEqual([])
})

test('timers that are due when they are merged are reviewed too', async () => {
  const { kind, reviewed } = timerOf(async (subjects) => new Map(subjects.map((subject) => [subject, inAnHour()])))
  for (const subject of ['a', 'b']) await world.add(keyOf(subject), { in_ms: -1000 }, 'timer')
  world.start([kind])
  await expect.poll(() => reviewed, soon).toEqual([['a', 'b']])
  const isEarly = async () => (await world.rows()).every(({ due_at }) => Date.parse(due_at) > Date.now())
  await expect.poll(isEarly, soon).toBe(true)
  expect(await world.written()).toEqual([])
})

test('one that was added again during the review keeps the earlier time', async () => {
  const { kind, reviewed } = timerOf(async (subjects) => {
    if (reviewed.length > 1) return new Map()
    // Another node merges it meanwhile.
    await pool().query(`update work set due_at = due_at - interval '1 second' where kind = 'timer'`)
    return new Map(subjects.map((subject) => [subject, inAnHour()]))
  })
  await addTimers('one')
  world.start([kind])
  await expect.poll(world.written, soon).toEqual(['one'])
  expect(reviewed).toEqual([['one'], ['one']])
})

test('work whose node is lost is taken over without another review', async () => {
  const { kind, reviewed } = timerOf(async () => new Map([['lost', inAnHour()]]))
  await pool().query(
    `insert into work (kind, owner, subject, organization_id, due_at, ready, lease, tries)
     values ('timer', 'lost', 'lost', gen_random_uuid(), now() - interval '1 second', false, 7, 1)`,
  )
  world.start([kind])
  await expect.poll(world.written, soon).toEqual(['lost'])
  expect(reviewed).toEqual([])
})

test('a review that fails holds up no other work: its timers run', async () => {
  const { kind } = timerOf(async () => {
    throw new Error('no such column')
  })
  const other = kindOf(async ({ subject }) => done(subject))
  await addTimers('timer')
  await world.add(keyOf('other'), { in_ms: 300 })
  world.start([kind, other])
  await expect.poll(async () => (await world.written()).toSorted(), soon).toEqual(['other', 'timer'])
  expect(world.log.filter((line) => line.includes('could not review timers')).length).toBe(1)
})

test('a time that cannot be stored holds up nothing: the timers of its review run', async () => {
  const { kind } = timerOf(
    async () =>
      new Map([
        ['early', inAnHour()],
        ['wrong', '+010000-01-01T00:00:00.000Z'],
      ]),
  )
  const other = kindOf(async ({ subject }) => done(subject))
  await addTimers('early', 'wrong')
  await world.add(keyOf('other'), { in_ms: 300 })
  world.start([kind, other])
  await expect.poll(async () => (await world.written()).toSorted(), soon).toEqual(['early', 'other', 'wrong'])
  expect(world.log.filter((line) => line.includes('could not write the review of timers')).length).toBe(1)
})

test('timers of a kind that this node does not know stay', async () => {
  const { kind } = timerOf(async () => new Map())
  await addTimers('unknown')
  world.start([{ ...kind, name: 'another' }])
  await expect
    .poll(async () => (await world.rows()).map(({ kind: name, ready }) => [name, ready]), soon)
    .toEqual([['timer', true]])
  expect(await world.written()).toEqual([])
})
