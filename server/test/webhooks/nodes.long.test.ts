// Deliveries when nodes share them and die: nothing is lost, no two nodes deliver under one lease, and the order is kept.
import { sql } from '../support/sql.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLanes } from '../../src/webhooks/lanes.ts'
import { startServerProcess } from '../support/process.ts'
import { type World, expectSettled, opened_hosts, patient, sequencesOf, soon, startWorld } from './fixture.ts'
import { answer } from './receiver.ts'

let world: World
/** What the first node does at its pause points; set by a test. */
let atPoint: (point: string) => void | Promise<void>
beforeEach(async () => {
  atPoint = () => {}
  world = await startWorld({ ...patient, reached: (point) => atPoint(point) })
})
afterEach(() => world[Symbol.asyncDispose]())

/** Holds the first node at a point once. */
function holdAt(point: string) {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  atPoint = (at) => {
    if (at !== point) return undefined
    atPoint = () => {}
    reached.resolve()
    return released.promise
  }
  return { reached: reached.promise, release: released.resolve }
}

/** Like the time after 45 seconds. */
const endLeases = () => world.query('update webhook_lanes set next_attempt_at = now() where lease is not null')

test('three nodes share the deliveries: each event is delivered once, in order', async () => {
  await using second = await world.server.startAnother()
  await using _third = await world.server.startAnother()
  const webhook_id = await world.newEndpoint()
  const ids = await Promise.all(Array.from({ length: 8 }, () => world.newConversation()))
  await expectSettled(world, webhook_id)
  world.receiver.received.length = 0
  await Promise.all(ids.map((id) => world.change(id, 10)))
  await expect.poll(() => world.receiver.received.length, soon).toBe(80)
  await expectSettled(world, webhook_id)
  for (const id of ids) {
    const sequences = sequencesOf(world.receiver, id)
    expect(sequences).toEqual(Array.from({ length: 10 }, (_, n) => sequences[0]! + n))
  }
  expect(new Set(world.receiver.received.map(({ event }) => event.id)).size).toBe(80)
  expect(second.url).not.toBe(world.server.url)
})

test.each(['delivery.claimed', 'delivery.answered'])(
  'a node that stops at %s: another one delivers, in order, and the late result changes nothing',
  async (point) => {
    const webhook_id = await world.newEndpoint({ events: ['conversation.updated'] })
    const id = await world.newConversation()
    const held = holdAt(point)
    await world.change(id, 2)
    await held.reached
    await using _second = await world.server.startAnother()
    // The lane belongs to the first node until its lease runs out.
    await expect.poll(() => world.query('select from webhook_arrivals'), soon).toEqual([])
    expect((await world.deliveries(webhook_id)).map(({ status }) => status)).toEqual(['pending', 'pending'])
    await endLeases()
    await expectSettled(world, webhook_id)
    const first = world.receiver.received.map(({ event }) => event.sequence)
    const sequence = (await world.deliveries(webhook_id))[0]!.sequence!
    const wanted = [sequence, sequence + 1]
    expect(first).toEqual(point === 'delivery.claimed' ? wanted : [sequence, ...wanted])
    const before = await world.deliveries(webhook_id)
    held.release()
    await expect.poll(() => world.server.log.join('\n'), soon).toContain('another node made the same')
    expect(await world.deliveries(webhook_id)).toEqual(before)
    const ofFirst = world.receiver.received.filter(({ event }) => event.sequence === sequence)
    expect(ofFirst.length).toBe(2)
    expect(new Set(ofFirst.map(({ headers, body }) => headers['webhook-id'] + body)).size).toBe(1)
  },
)

test('a result after the end of the lease is not written while another node makes the same try', async () => {
  const webhook_id = await world.newEndpoint({ events: ['conversation.updated'] })
  const id = await world.newConversation()
  const held = holdAt('delivery.answered')
  await world.change(id, 2)
  await held.reached
  world.receiver.answer = () => {}
  await using _second = await world.server.startAnother({}, { ports: patient })
  await endLeases()
  await expect.poll(() => world.receiver.received.length, soon).toBe(2)
  held.release()
  await expect.poll(() => world.server.log.join('\n'), soon).toContain('another node made the same')
  expect((await world.deliveries(webhook_id)).map(({ status, tries }) => [status, tries.length])).toEqual([
    ['pending', 0],
    ['pending', 0],
  ])
  expect((await world.query('select from webhook_lanes where lease is not null')).length).toBe(1)
  const sequences = sequencesOf(world.receiver, id)
  expect(sequences).toEqual([sequences[0], sequences[0]])
})

test('a lease that has not run out is respected', async () => {
  const webhook_id = await world.newEndpoint({ events: ['conversation.updated'] })
  const id = await world.newConversation()
  world.receiver.answer = () => {}
  await world.change(id)
  await expect.poll(() => world.receiver.received.length, soon).toBe(1)
  await using other = await world.server.startAnother()
  // The other node delivers the free lanes.
  const free = await world.newConversation()
  world.receiver.answer = (response) => answer(response, 200)
  await world.change(free, 3)
  const pending = async () => (await world.deliveries(webhook_id)).filter(({ status }) => status === 'pending')
  await expect.poll(async () => (await pending()).map(({ conversation_id }) => conversation_id), soon).toEqual([id])
  expect(sequencesOf(world.receiver, free).length).toBe(3)
  expect(sequencesOf(world.receiver, id).length).toBe(1)
  await other[Symbol.asyncDispose]()
})

test('a delivery that arrives while its lane is being closed reopens it', async () => {
  const webhook_id = await world.newEndpoint({ events: ['conversation.updated'] })
  const id = await world.newConversation()
  const held = holdAt('delivery.look')
  await held.reached
  const { database } = world.server
  await world.query('insert into webhook_lanes (endpoint_id, lane, next_attempt_at) values ($1, $2, now())', [
    webhook_id,
    id,
  ])
  const [isLocked, mayClose] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  // Like a server that found the lane empty a moment too early.
  const closing = database.transaction(async (tx) => {
    await tx.execute(sql`select from webhook_lanes for update`)
    isLocked.resolve()
    await mayClose.promise
    await tx.execute(sql`delete from webhook_lanes`)
  })
  await isLocked.promise
  await world.change(id)
  let isOpened = false
  const opening = openLanes(database).finally(() => (isOpened = true))
  const isWaiting = async () =>
    isOpened ||
    (
      await world.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%webhook_lanes%'`,
      )
    ).length > 0
  await expect.poll(isWaiting, soon).toBe(true)
  mayClose.resolve()
  await Promise.all([closing, opening])
  held.release()
  await expectSettled(world, webhook_id)
})

test('kill -9 between the commit of an event and its delivery: another one delivers it, with the same webhook-id', async () => {
  const webhook_id = await world.newEndpoint({ events: ['conversation.updated'] })
  const id = await world.newConversation()
  world.receiver.answer = () => {}
  const { connection_string } = world.server
  const data_dir = world.server.app.core.config.data_dir
  // The first node does not look for deliveries meanwhile.
  const held = holdAt('delivery.look')
  await held.reached
  const environment = { ...opened_hosts, DATABASE_URL: connection_string, PARLEY_DATA_DIR: data_dir }
  await using node = startServerProcess(environment)
  const client = world.server.as({ base_url: await node.ready })
  for (let n = 0; n < 3; n += 1) await client.updateConversation({ conversation_id: id, custom_metadata: { n } })
  await expect.poll(() => world.receiver.received.length, soon).toBe(1)
  node.child.kill('SIGKILL')
  await node.exited

  world.receiver.answer = (response) => answer(response, 200)
  held.release()
  await endLeases()
  await expectSettled(world, webhook_id)
  const [lost, again, ...rest] = world.receiver.received
  expect(again!.body).toBe(lost!.body)
  expect(again!.headers['webhook-id']).toBe(lost!.headers['webhook-id'])
  expect(rest.map(({ event }) => event.sequence)).toEqual([again!.event.sequence! + 1, again!.event.sequence! + 2])
})

test('a server that stops gives hanging deliveries back, and they are not counted as tries', async () => {
  const webhook_id = await world.newEndpoint({ events: ['conversation.updated'] })
  const id = await world.newConversation()
  world.receiver.answer = () => {}
  await world.change(id)
  await expect.poll(() => world.receiver.received.length, soon).toBe(1)
  world.receiver.answer = (response) => answer(response, 200)
  await world.server.restart()
  await expectSettled(world, webhook_id)
  expect(world.receiver.received.length).toBe(2)
  const [delivery] = await world.deliveries(webhook_id)
  expect(delivery!.tries).toMatchObject([{ status: 200 }])
})
