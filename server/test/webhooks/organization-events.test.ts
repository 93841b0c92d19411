// Events of an organization at its endpoints: each subscribed endpoint receives each event once, in order for each subject, from
// servers of this version and the previous one.
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { limitLockWait } from '../../src/database/database.ts'
import { openStore } from '../../src/database/store.ts'
import { addOrganizationEvent } from '../../src/events/events.ts'
import { readOrganizationEvents } from '../../src/organization-events/organization-events.ts'
import { makeOrganization } from '../support/actors.ts'
import { type World, expectSettled, soon, startWorld } from './fixture.ts'
import { answer } from './receiver.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
  world.receiver.secret = null
})
afterEach(() => world[Symbol.asyncDispose]())

/** In a commit of its own. */
const add = (subject: string, url: string) =>
  world.server.database.transaction(async (tx) => {
    await limitLockWait(tx, 5000)
    const data = { webhook_id: subject, url, reason: 'gone' as const }
    const { organization_id } = world.server
    addOrganizationEvent(tx, { id: randomUUID(), organization_id, type: 'webhook.disabled', subject, data })
  })

const newEndpoint = async (path: string, events: string[], more: object = {}) => {
  const id = await world.newEndpoint({ url: world.receiver.url + path, events, ...more })
  world.receiver.secret = null
  return id
}

interface Told {
  path: string
  subject: string
  url: string
}

const told = (): Told[] =>
  world.receiver.received.map(({ path, event }) => {
    const { webhook_id, url } = event.data as { webhook_id: string; url: string }
    return { path: path.replace('/hook', ''), subject: webhook_id, url }
  })

test('two nodes deliver each event once to each subscribed endpoint, in order for each subject', async () => {
  await using _second = await world.server.startAnother()
  const wanting = ['/all', '/family', '/type', '/narrowed']
  const ids = [
    await newEndpoint('/all', ['*']),
    await newEndpoint('/family', ['webhook.*']),
    await newEndpoint('/type', ['conversation.ended', 'webhook.disabled']),
    await newEndpoint('/narrowed', ['webhook.disabled'], { agent_id: world.agent_id }),
  ]
  await newEndpoint('/others', ['conversation.*', 'webhook.test'])
  const inactive = await newEndpoint('/inactive', ['*'], { active: false })
  const stranger = await makeOrganization(world.server)
  await stranger.client.createWebhookEndpoint({ url: world.receiver.url + '/stranger', events: ['*'] })

  const subjects = Array.from({ length: 4 }, () => randomUUID())
  const urls = Array.from({ length: 12 }, (_none, n) => `https://receiver.test/${n}`)
  await Promise.all(
    subjects.map(async (subject) => {
      for (const url of urls) await add(subject, url)
    }),
  )
  for (const id of ids) await expectSettled(world, id)
  expect(new Set(told().map(({ path }) => path))).toEqual(new Set(wanting))
  expect(await world.deliveries(inactive)).toEqual([])
  for (const path of wanting) {
    for (const subject of subjects) {
      const own = told().filter((one) => one.path === path && one.subject === subject)
      expect(own.map(({ url }) => url)).toEqual(urls)
    }
  }
})

test('the next event of a subject waits while the first is refused; another subject does not', async () => {
  const webhook_id = await newEndpoint('', ['webhook.disabled'])
  const [first, second] = [randomUUID(), randomUUID()]
  world.receiver.answer = (response, { event }) => answer(response, event.data.webhook_id === first ? 503 : 200)
  await world.server.database.transaction(async (tx) => {
    await limitLockWait(tx, 5000)
    for (const [subject, url] of [
      [first, 'a'],
      [first, 'b'],
      [first, 'c'],
      [second, 'a'],
      [second, 'b'],
    ] as const) {
      const data = { webhook_id: subject, url, reason: 'gone' as const }
      const { organization_id } = world.server
      addOrganizationEvent(tx, { id: randomUUID(), organization_id, type: 'webhook.disabled', subject, data })
    }
  })
  const urlsOf = (subject: string) => told().flatMap((one) => (one.subject === subject ? [one.url] : []))
  await expect.poll(() => urlsOf(second), soon).toEqual(['a', 'b'])
  await world.passTime()
  await expect.poll(() => urlsOf(first), soon).toEqual(['a', 'a'])
  world.receiver.answer = (response) => answer(response, 200)
  await world.passTime()
  await expectSettled(world, webhook_id)
  expect(urlsOf(first)).toEqual(['a', 'a', 'a', 'b', 'c'])
  const bodies = world.receiver.received.flatMap(({ event, body }) => (event.data.webhook_id === first ? [body] : []))
  expect(new Set(bodies.slice(0, 3)).size).toBe(1)
})

/** What a server of the previous version writes when it disables an endpoint. */
const announceAsBefore = (disabled_id: string, event_id: string, data: object) =>
  world.query(
    `with added as (
       insert into webhook_deliveries (id, endpoint_id, organization_id, lane, sequence, event_id, type, data, created_at)
       select made.id, w.id, w.organization_id, made.id, 0, $3, 'webhook.disabled', $4, clock_timestamp()
       from webhook_endpoints w cross join lateral (select uuid_by_time() as id where w.id is not null) made
       where w.organization_id = $1 and w.id <> $2 and w.active and matches_event(w.events, 'webhook.disabled')
       returning endpoint_id, lane
     )
     insert into webhook_arrivals (endpoint_id, lane) select endpoint_id, lane from added`,
    [world.server.organization_id, disabled_id, event_id, JSON.stringify(data)],
  )

test('an announcement by a server of the previous version is delivered, and an event has the same bytes', async () => {
  const webhook_id = await newEndpoint('', ['*'])
  const [subject, event_id] = [randomUUID(), randomUUID()]
  await announceAsBefore(subject, event_id, { webhook_id: subject, url: 'https://receiver.test/', reason: 'gone' })
  await expectSettled(world, webhook_id)
  await add(subject, 'https://receiver.test/')
  await expect.poll(() => world.receiver.received.length, soon).toBe(2)
  await expectSettled(world, webhook_id)
  const [before, after] = world.receiver.received
  expect([before!.event.id, before!.headers['webhook-id']]).toEqual([event_id, event_id])
  const { organization_id, database } = world.server
  const { events } = await readOrganizationEvents(openStore(database, organization_id), 0, 10)
  const [{ id, occurred_at }] = events as [(typeof events)[0]]
  expect(after!.headers['webhook-id']).toBe(id)
  expect(before!.body.replace(event_id, id).replace(before!.event.occurred_at, occurred_at)).toBe(after!.body)
  expect(after!.body).toBe(
    `{"id":"${id}","type":"webhook.disabled","organization_id":"${organization_id}","agent_id":null,"conversation_id":null,` +
      `"sequence":null,"occurred_at":"${occurred_at}",` +
      `"data":{"url":"https://receiver.test/","reason":"gone","webhook_id":"${subject}"}}`,
  )
  // A server of the previous version sends the content of the delivery.
  const own = await world.query(
    `select d.data = e.data and d.created_at = e.occurred_at and d.event_id = e.id as is_same
     from organization_events e join webhook_deliveries d on d.lane = e.subject`,
  )
  expect(own).toEqual([{ is_same: true }])
  expect(await world.deliveries(webhook_id)).toMatchObject([
    { event_id, event_type: 'webhook.disabled', conversation_id: null, sequence: null },
    { event_id: id, event_type: 'webhook.disabled', conversation_id: null, sequence: null },
  ])
})

test('eight tries of two nodes fail at once with 410, and the endpoint is reported as disabled once', async () => {
  await using _second = await world.server.startAnother()
  const other = await newEndpoint('/other', ['webhook.disabled'])
  const webhook_id = await newEndpoint('/gone', ['conversation.updated'])
  const ids = await Promise.all(Array.from({ length: 8 }, () => world.newConversation()))
  const met: (() => void)[] = []
  world.receiver.answer = (response, { event }) => {
    if (event.type === 'webhook.disabled') return answer(response, 200)
    met.push(() => answer(response, 410))
    if (met.length === ids.length) for (const refuse of met) refuse()
  }
  await Promise.all(ids.map((id) => world.change(id)))
  await expect.poll(async () => (await world.client.getWebhookEndpoint({ webhook_id })).active, soon).toBe(false)
  await expect.poll(() => world.query('select from webhook_lanes where lease is not null'), soon).toEqual([])
  await expect.poll(() => told().filter(({ path }) => path === '/other').length, soon).toBe(1)
  await expectSettled(world, other)
  expect(told().filter(({ path }) => path === '/other')).toEqual([
    { path: '/other', subject: webhook_id, url: `${world.receiver.url}/gone` },
  ])
  const { events } = await readOrganizationEvents(openStore(world.server.database, world.server.organization_id), 0, 10)
  expect(events).toMatchObject([{ number: 1, subject: webhook_id, data: { webhook_id, reason: 'gone' } }])
})
