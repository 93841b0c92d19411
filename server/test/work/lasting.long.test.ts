// Leased work, where time has to pass: commits beside writes and merges, long runs, and nodes that are lost at each try.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { acrossOrganizations, statement } from '../../src/database/database.ts'
import { addWork } from '../../src/work/add.ts'
import { Held, type World, done, keyOf, kindOf, soon, startWorld } from './fixture.ts'

const impatientStatement = acrossOrganizations('a test', 'test_impatience', `set local lock_timeout = '1s'`)

const sleepStatement = statement('test_sleep', 'select pg_sleep(0.15) -- of no organization_id')

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

// Arrivals first: those that have left since are among the rows.
const untilOver = () => expect.poll(async () => [await arrivals(), await world.rows()], soon).toEqual([0, []])
const arrivals = async () => (await world.base.database.pool.query('select from work_arrivals')).rowCount

test('takes no lock: neither the write of a run nor a merge blocks a commit', async () => {
  const held = new Held()
  world.start([kindOf(held.run)])
  await world.add(keyOf('one'))
  await expect.poll(() => held.begun.length, soon).toBe(1)
  const locker = await world.base.database.pool.connect()
  await locker.query('begin')
  await locker.query('select from work for update')
  try {
    await world.base.database.transaction(async (tx) => {
      await tx.query(impatientStatement, [])
      addWork(tx, 'test', keyOf('one'))
    })
  } finally {
    await locker.query('rollback')
    locker.release()
  }
  held.begun[0]!.finish(done('first'))
  await expect.poll(() => held.begun.length, soon).toBe(2)
})

test('a run that writes without a pause renews it with what it writes', async () => {
  const [first, second] = [new Held(), new Held()]
  world.start([kindOf(first.run, { lease_ms: 15_000 })])
  await world.add(keyOf('one'))
  await expect.poll(() => first.begun.length, soon).toBe(1)
  world.start([kindOf(second.run, { lease_ms: 15_000 })])
  const due_ms = async () => Date.parse((await world.rows())[0]!.due_at)
  const leased_ms = await due_ms()
  const state = { isOver: false }
  // One of the two always has the row locked, so that the node’s own renewal passes it over.
  const writes = [1, 2].map(async () => {
    while (!state.isOver) await first.begun[0]!.port.commit((tx) => tx.query(sleepStatement, []))
  })
  try {
    await expect.poll(async () => (await due_ms()) - leased_ms, { timeout: 90_000 }).toBeGreaterThan(16_000)
  } finally {
    state.isOver = true
    await Promise.all(writes)
  }
  expect([first.begun.length, second.begun.length]).toEqual([1, 0])
  first.begun[0]!.finish(done('first'))
  await untilOver()
})

test('work whose node is lost at each try is given up', async () => {
  const held = new Held()
  world.start([kindOf(held.run)])
  await world.add(keyOf('one'))
  for (let tries = 1; tries <= 3; tries += 1) {
    await expect.poll(() => held.begun.at(-1)?.item.tries, soon).toBe(tries)
    await world.loseLeases()
  }
  await untilOver()
  expect(await world.written()).toEqual(['one: Every attempt failed because its server stopped. Request it again.'])
  expect(held.begun).toHaveLength(3)
})
