// A run that takes along what else is due: in one transaction with its end, of its organization only, and of no other node's.
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Held, type World, done, keyOf, kindOf, soon, startWorld, write } from './fixture.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

/** One at a time, so that the rest is there to be taken along. */
const share = { node: 1, organization: 1, owner: 1 }
const later = '2100-01-01T00:00:00.000Z'

test('what it acts on is over or due later, in one commit; what it does not name runs alone', async () => {
  const taken: string[][] = []
  const kind = kindOf(
    async ({ subject }, port) => {
      if (subject === 'first') {
        const found = await port.takeAlong(10, async (tx, subjects) => {
          taken.push(subjects.toSorted())
          await write(tx, `along ${subjects.length}`)
          return new Map([['over', null] as const, ['later', later] as const])
        })
        expect(found).toBe(3)
      }
      return done(subject)
    },
    { share },
  )
  for (const subject of ['over', 'later', 'alone']) await world.add(keyOf(subject, `owner ${subject}`))
  await world.add({ ...keyOf('other', 'owner other'), organization_id: randomUUID() }, { at: later })
  // The first one that is leased.
  await world.add(keyOf('first', 'a'), { urgent: true })
  world.start([kind])
  await expect.poll(world.written, soon).toEqual(['along 3', 'first', 'alone'])
  expect(taken).toEqual([['alone', 'later', 'over']])
  await expect.poll(async () => (await world.rows()).length, soon).toBe(2)
  const rows = await world.rows()
  expect(rows.map(({ subject, ready, lease, tries }) => ({ subject, ready, lease, tries }))).toEqual([
    { subject: 'later', ready: false, lease: null, tries: 0 },
    { subject: 'other', ready: false, lease: null, tries: 0 },
  ])
})

test('if it fails nothing of it is written, and all of it is still due', async () => {
  const held = new Held()
  const kind = kindOf(held.run, { share, delays_ms: [60_000] })
  await world.add(keyOf('second', 'b'))
  await world.add(keyOf('first', 'a'), { urgent: true })
  world.start([kind])
  await expect.poll(() => held.begun.length, soon).toBe(1)
  const { item, port, finish } = held.begun[0]!
  expect(item.subject).toBe('first')
  const failing = port.takeAlong(10, async (tx, subjects) => {
    await write(tx, subjects.join())
    throw new Error('it fails')
  })
  await expect(failing).rejects.toThrow('it fails')
  expect(await world.written()).toEqual([])
  // Leased by this node, another one would not get it meanwhile.
  const once = await port.takeAlong(10, async () => new Map())
  expect(once).toBe(1)
  finish(done('first'))
  await expect.poll(() => held.begun.length, soon).toBe(2)
  held.begun[1]!.finish(done('second'))
  await expect.poll(world.written, soon).toEqual(['first', 'second'])
})

test('without its lease it takes nothing along', async () => {
  const held = new Held()
  world.start([kindOf(held.run, { share })])
  await world.add(keyOf('first', 'a'))
  await expect.poll(() => held.begun.length, soon).toBe(1)
  await world.add(keyOf('second', 'b'))
  await world.loseLeases()
  await expect(held.begun[0]!.port.takeAlong(10, async () => new Map())).rejects.toThrow('lease')
})
