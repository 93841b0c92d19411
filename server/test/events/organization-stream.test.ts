// The events of an organization over HTTP, as pages and as a stream: who reads them, that nothing is missed or repeated, and that those of
// knowledge bases are among them.
import { randomUUID } from 'node:crypto'
import type { OrganizationStreamEvent } from '@parley/contract'
import { organizationEventData } from '@parley/contract'
import { type Client, ConnectionError } from '@parley/sdk'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { maintainOrganizationEvents } from '../../src/events/work.ts'
import { makeKey, makeOrganization } from '../support/actors.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
let other: App

beforeAll(async () => {
  server = await startTestServer()
  other = await server.startAnother()
})
afterAll(async () => {
  await other?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

const elsewhere = () => server.as({ base_url: other.url })
const soon = { timeout: 40_000, interval: 10 }
const positionNow = async () => (await server.client.listOrganizationEvents()).last_sequence

/** Reads in the background. */
function follow(client: Client, after?: number) {
  const events: OrganizationStreamEvent[] = []
  const gone = new AbortController()
  const done = (async () => {
    const input = after === undefined ? {} : { after }
    for await (const event of client.streamOrganizationEvents(input, { signal: gone.signal })) events.push(event)
  })()
  done.catch(() => {})
  return { events, done, [Symbol.dispose]: () => gone.abort() }
}

test('the life of a knowledge base is told in order, on every node, as a page and as a stream', async () => {
  const after = await positionNow()
  using here = follow(server.client, after)
  using there = follow(elsewhere(), after)
  const { id: dataset_id } = await server.client.createDataset({ name: 'Told' })
  const file = new Blob(['Goods can be returned within 30 days.'])
  const [attachment] = await elsewhere().attachSources({ dataset_id, file, metadata: { name: 'returns.txt' } })
  const { id: dataset_source_id, source_id } = attachment!
  const find = () => server.client.getDatasetSource({ dataset_id, dataset_source_id })
  await expect.poll(async () => (await find()).status, soon).toBe('ready')
  await server.client.updateDataset({ dataset_id, name: 'Told again' })
  await server.client.detachSource({ dataset_id, dataset_source_id })
  await server.client.deleteSource({ source_id })
  await server.client.deleteDataset({ dataset_id })

  const types = [
    'dataset.created',
    'source.created',
    'dataset_source.created',
    'dataset_source.ready',
    'dataset.updated',
    'dataset_source.deleted',
    'source.deleted',
    'dataset.deleted',
  ]
  for (const { events } of [here, there]) {
    await expect.poll(() => events.map(({ event }) => event), soon).toEqual(types)
    expect(events.map(({ id }) => id)).toEqual(types.map((_type, index) => after + 1 + index))
  }
  const page = await server.client.listOrganizationEvents({ after })
  expect(page).toEqual({
    data: here.events.map(({ data }) => data),
    last_sequence: after + types.length,
    has_more: false,
  })
  for (const event of page.data) {
    expect(Value.Check(organizationEventData[event.type], event.data)).toBe(true)
    expect(event).toMatchObject({ organization_id: server.organization_id, id: expect.any(String) as string })
  }
  expect(JSON.stringify(page)).not.toContain('within 30 days')
})

test('a reader that resumes misses and repeats nothing; one from the start begins with the oldest', async () => {
  const after = await positionNow()
  for (const name of ['a', 'b', 'c']) await server.client.createDataset({ name })
  const names = async (from: number) => {
    const { data } = await elsewhere().listOrganizationEvents({ after: from })
    return data.map((event) => 'name' in event.data && event.data.name)
  }
  expect(await names(after)).toEqual(['a', 'b', 'c'])
  expect(await names(after + 2)).toEqual(['c'])
  using resumed = follow(elsewhere(), after + 1)
  await expect.poll(() => resumed.events.length, soon).toBe(2)
  expect((await server.client.listOrganizationEvents()).data[0]!.sequence).toBe(1)
})

test('a page has 200 events, and says whether there are more', async () => {
  const { client, id: organization_id } = await makeOrganization(server)
  const { last_sequence: after } = await client.listOrganizationEvents()
  await server.database.pool.query(
    `insert into organization_events (organization_id, id, type, subject, data)
     select $1, gen_random_uuid(), 'dataset.deleted', $2::uuid, jsonb_build_object('dataset_id', $2::uuid, 'name', n::text, 'sources', 0)
     from generate_series(1, 250) n`,
    [organization_id, randomUUID()],
  )
  const first = await client.listOrganizationEvents({ after })
  const next = await client.listOrganizationEvents({ after: first.data.at(-1)!.sequence })
  expect([first.data.length, first.has_more, next.data.length, next.has_more]).toEqual([200, true, 50, false])
  using all = follow(client, after)
  await expect.poll(() => all.events.length, soon).toBe(250)
  expect(new Set(all.events.map(({ id }) => id)).size).toBe(250)
})

test('what is older than 30 days is gone, and the sequence shows it', async () => {
  const { client, id: organization_id } = await makeOrganization(server)
  await client.createDataset({ name: 'old' })
  const { last_sequence } = await client.listOrganizationEvents()
  await server.database.pool.query(
    `update organization_events set occurred_at = occurred_at - interval '31 days' where organization_id = $1`,
    [organization_id],
  )
  await maintainOrganizationEvents(server.database)
  await client.createDataset({ name: 'new' })
  const { data } = await client.listOrganizationEvents()
  expect(data).toMatchObject([{ sequence: last_sequence + 1, data: { name: 'new' } }])
})

test('only who manages the organization reads them, its own ones, and from a place that exists', async () => {
  const stranger = await makeOrganization(server)
  await server.client.createDataset({ name: 'Ours' })
  expect(JSON.stringify(await stranger.client.listOrganizationEvents())).not.toContain('Ours')
  const reader = server.as({ token: await makeKey(server, { without: ['organizations:manage'] }) })
  expect(await refusal(reader.listOrganizationEvents())).toMatchObject({ status: 403 })
  expect(await refusal(reader.streamOrganizationEvents().next())).toMatchObject({ status: 403 })
  const beyond = { after: (await positionNow()) + 1 }
  expect(await refusal(server.client.listOrganizationEvents(beyond))).toMatchObject({ status: 422 })
  expect(await refusal(server.client.streamOrganizationEvents(beyond).next())).toMatchObject({
    status: 422,
    errors: [{ path: 'last_event_id' }],
  })
})

test('a stream counts as one, and a node that stops ends it for another to go on', async () => {
  await using small = await startTestServer({ PARLEY_LIMIT_EVENT_STREAMS: '1', PARLEY_DRAIN_SECONDS: '0' })
  const after = (await small.client.listOrganizationEvents()).last_sequence
  using reader = follow(small.client, after)
  await small.client.createDataset({ name: 'One' })
  await expect.poll(() => reader.events.length, soon).toBe(1)
  expect(await refusal(small.client.streamOrganizationEvents().next())).toMatchObject({ status: 429 })
  await small.app[Symbol.asyncDispose]()
  await expect(reader.done).rejects.toThrow(ConnectionError)
  expect(reader.events.length).toBe(1)
})
