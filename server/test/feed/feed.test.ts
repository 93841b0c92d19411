// The feed of an organization's conversations: every change reaches the readers that may see it, resumed at any position on any
// node.
import { randomUUID } from 'node:crypto'
import { type Client, type ConversationChangeEvent, createClient } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { type Store, openStore } from '../../src/database/store.ts'
import { numberChanges, readFeedPosition } from '../../src/feed/queries.ts'
import { maintainChanges } from '../../src/feed/maintain.ts'
import { makeKey, makeNarrowedKey, makeOrganization } from '../support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
let other: App
let agent_id: string

beforeAll(async () => {
  server = await startTestServer({ PARLEY_DRAIN_SECONDS: '1' })
  other = await server.startAnother()
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const elsewhere = () => server.as({ base_url: other.url })
const begin = async (client = server.client, agent = agent_id) =>
  (await client.createConversation({ channel: 'text', user_id: 'u', agent_id: agent })).conversation.id
const until = (condition: () => unknown) => expect.poll(condition, { timeout: 40_000, interval: 10 }).toBeTruthy()

type Change = Extract<ConversationChangeEvent, { event: 'change' }>

/** Reads in the background, from now on or after a position. */
function read(client: Client, input: { after?: number; agent_id?: string } = {}) {
  const events: ConversationChangeEvent[] = []
  const gone = new AbortController()
  const done = (async () => {
    for await (const event of client.streamConversationChanges(input, { signal: gone.signal })) events.push(event)
  })()
  done.catch(() => {})
  const changes = () => events.filter((event): event is Change => event.event === 'change')
  const of = (id: string) => changes().filter(({ data }) => data.conversation_id === id)
  const gone_on = (id: string) =>
    events.flatMap((event) => (event.event === 'progress' && event.data.conversation_id === id ? [event.data] : []))
  return { events, changes, of, gone_on, done, stop: () => gone.abort(), [Symbol.dispose]: () => gone.abort() }
}

/** The reader follows: what happens from now on arrives. */
async function follow(client: Client, input = {}) {
  const reader = read(client, input)
  await until(() => reader.events.length > 0)
  return reader
}

const open = (url: string, query = '', signal?: AbortSignal) =>
  fetch(`${url}/core/conversations/changes${query}`, {
    headers: { authorization: `Bearer ${server.admin_key}`, accept: 'text/event-stream' },
    ...(signal ? { signal } : {}),
  })

const positionOf = async (store: Store) => (await readFeedPosition(store)).last_number
const positionNow = async (client = server.client) => (await client.listConversationChanges()).position

describe('changes arrive from either node on either node', () => {
  test('a new conversation, its end, its metadata, its deletion; a message is not a change', async () => {
    using here = await follow(server.client)
    using there = await follow(elsewhere())
    const { id: start } = here.events[0] as { id: number }
    expect(here.events[0]).toEqual({ event: 'position', id: start, data: { position: start } })
    const id = await begin()
    const seen = (count: number) => until(() => [here, there].every((reader) => reader.of(id).length === count))
    await seen(1)
    await elsewhere().sendConversationMessage({ conversation_id: id, text: 'Hello' })
    await elsewhere().updateConversation({ conversation_id: id, custom_metadata: { a: 1 } })
    await seen(2)
    await elsewhere().endConversation({ conversation_id: id })
    await seen(3)
    await server.client.deleteConversation({ conversation_id: id })
    await seen(4)
    for (const reader of [here, there]) {
      const told = reader.of(id).map(({ data }) => data.conversation)
      expect(told.map((conversation) => conversation?.status ?? null)).toEqual([
        'in_progress',
        'in_progress',
        'completed',
        null,
      ])
      expect(told[1]).toMatchObject({ id, user_turn_count: 1, custom_metadata: { a: 1 } })
      const ids = reader.events.flatMap((event) => ('id' in event ? [event.id] : []))
      expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b))
    }
  })

  test('messages are not changes: they are reported without a position, with the current counts', async () => {
    const id = await begin()
    using here = await follow(server.client)
    using there = await follow(elsewhere())
    const before = await positionNow()
    for (const [count, client] of [server.client, elsewhere(), server.client].entries()) {
      await client.sendConversationMessage({ conversation_id: id, text: 'Hello' })
      const isTold = (reader: typeof here) => reader.gone_on(id).at(-1)?.conversation.user_turn_count === count + 1
      await until(() => isTold(here) && isTold(there))
    }
    expect(await positionNow()).toBe(before)
    expect(here.changes()).toEqual([])
    expect(here.gone_on(id).at(-1)!.conversation).toMatchObject({ id, status: 'in_progress' })
  })

  test('without readers, messages leave nothing in memory; beyond the limit, the newest are reported', async () => {
    const { progress } = server.app.rooms.feed.feeds
    const organization_id = randomUUID()
    progress.note(organization_id, randomUUID())
    expect(progress.since(organization_id, 0)).toEqual({ conversation_ids: [], mark: 0 })
    const following = server.app.rooms.feed.feeds.follow(organization_id)
    const { mark } = progress
    const ids = Array.from({ length: 1000 }, () => randomUUID())
    for (const id of ids) progress.note(organization_id, id)
    await until(() => progress.since(organization_id, mark).conversation_ids.length > 0)
    const [again, last] = [ids[0]!, randomUUID()]
    for (const id of [again, last]) progress.note(organization_id, id)
    await until(() => progress.since(organization_id, progress.mark - 1).conversation_ids[0] === last)
    const told: string[] = []
    for (let next = progress.since(organization_id, mark); next.conversation_ids.length > 0;) {
      expect(next.conversation_ids.length).toBeLessThanOrEqual(200)
      told.push(...next.conversation_ids)
      next = progress.since(organization_id, next.mark)
    }
    expect(told).toEqual([...ids.slice(2), again, last])
    following[Symbol.dispose]()
    expect(progress.since(organization_id, mark).conversation_ids).toEqual([])
  })

  test('an end by the configuration of the agent, an analysis, an import', async () => {
    const { agent_id: summarizing } = await publishAgent(server.client, { analysis: {} })
    using reader = await follow(elsewhere(), { agent_id: summarizing })
    server.model.answer = () => 'Text.'
    const id = await begin(server.client, summarizing)
    await server.client.sendConversationMessage({ conversation_id: id, text: 'Hello' })
    await server.client.endConversation({ conversation_id: id })
    await until(() => reader.of(id).at(-1)?.data.conversation?.summary === 'Text.')
    const row = { channel: 'webrtc' as const, user_id: 'u', agent_id: summarizing, created_at: '2025-06-01T12:00Z' }
    const done = { ...row, id: randomUUID(), status: 'completed' as const }
    const unborn = { ...row, id: randomUUID(), status: 'token_created' as const }
    await server.client.importConversations({ conversations: [unborn, done] })
    await until(() => reader.of(done.id).length === 1)
    expect(reader.of(unborn.id)).toEqual([])
  })

  test('a change arrives even if its notification is lost', async () => {
    const id = await begin()
    using reader = await follow(server.client)
    await server.database.pool.query(
      'insert into conversation_changes (organization_id, conversation_id) values ($1, $2)',
      [server.organization_id, id],
    )
    await until(() => reader.of(id).length === 1)
  })
})

describe('nothing is missed', () => {
  test('a change that is committed after a later one comes after it', async () => {
    const [slow, quick] = [await begin(), await begin()]
    const start = await positionNow()
    const insert = `insert into conversation_changes (organization_id, conversation_id) values ($1, $2)`
    const client = await server.database.pool.connect()
    await client.query('begin')
    await client.query(insert, [server.organization_id, slow])
    await server.client.updateConversation({ conversation_id: quick, custom_metadata: {} })
    const between = await server.client.listConversationChanges({ after: start })
    await client.query('commit')
    client.release()
    const after = await elsewhere().listConversationChanges({ after: between.position })
    expect(between.data.map(({ conversation_id }) => conversation_id)).toEqual([quick])
    expect(after.data.map(({ conversation_id }) => conversation_id)).toEqual([slow])
  })

  test('with many simultaneous writers, every reader gets every change under the same number', async () => {
    const start = await positionNow()
    using here = await follow(server.client)
    using there = await follow(elsewhere())
    const made = await Promise.all(Array.from({ length: 40 }, (_none, n) => begin(n % 2 ? server.client : elsewhere())))
    for (const reader of [here, there]) await until(() => made.every((id) => reader.of(id).length === 1))
    const numbers = (changes: Change[]) =>
      new Map(changes.map(({ id, data }) => [data.conversation_id, id] as [string, number]))
    expect(numbers(here.changes())).toEqual(numbers(there.changes()))
    const pages = await elsewhere().listConversationChanges({ after: start })
    expect(new Map(pages.data.map((change) => [change.conversation_id, change.position]))).toEqual(
      numbers(here.changes()),
    )
  })

  test('simultaneous numbering is serialized', async () => {
    const store = openStore(server.database, server.organization_id)
    const id = await begin()
    await numberChanges(store)
    for (let round = 0; round < 10; round += 1) {
      await server.database.pool.query(
        `insert into conversation_changes (organization_id, conversation_id) select $1, $2 from generate_series(1, 20)`,
        [server.organization_id, id],
      )
      const before = await positionOf(store)
      await Promise.all(Array.from({ length: 6 }, () => numberChanges(store)))
      expect(await positionOf(store)).toBe(before + 20)
    }
  })

  test('more than a page; several changes of a conversation at once are reported once, in its current state', async () => {
    const { agent_id: own } = await publishAgent(server.client)
    const start = await positionNow()
    const rows = Array.from({ length: 450 }, (_none, n) => ({
      id: randomUUID(),
      ...{ channel: 'webrtc' as const, user_id: 'u', agent_id: own, status: 'completed' as const },
      created_at: `2025-01-01T00:00:00.${String(n).padStart(6, '0')}Z`,
    }))
    await server.client.importConversations({ conversations: rows })
    for (const value of [1, 2, 3]) {
      await server.client.updateConversation({ conversation_id: rows[449]!.id, custom_metadata: { value } })
    }
    using reader = read(elsewhere(), { after: start })
    await until(() => reader.changes().length >= 450)
    const told = reader.changes().map(({ data }) => data.conversation_id)
    expect(new Set(told)).toEqual(new Set(rows.map(({ id }) => id)))
    expect(reader.of(rows[449]!.id)).toMatchObject([{ data: { conversation: { custom_metadata: { value: 3 } } } }])

    const paged: string[] = []
    for (let position = start, has_more = true; has_more;) {
      const page = await server.client.listConversationChanges({ after: position })
      expect(page.data.length).toBeLessThanOrEqual(200)
      paged.push(...page.data.map(({ conversation_id }) => conversation_id))
      ;({ position, has_more } = page)
    }
    expect(paged).toEqual(told)

    // A reader that sees none of them is told how far they go.
    const gone = new AbortController()
    const response = await open(server.url, `?after=${start}&agent_id=${agent_id}`, gone.signal)
    let text = ''
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      text += piece
      if (text.split('event: ').length > 3) break
    }
    gone.abort()
    const ids = [...text.matchAll(/^id: (\d+)\nevent: position$/gm)].map(([, id]) => Number(id))
    expect(ids).toEqual([start, start + 200, start + 400])
    expect(text).not.toContain('event: change')
  })
})

describe('who can see it', () => {
  test('nobody of another organization, a narrowed key only its own agents; sensitive fields only with the scope', async () => {
    const stranger = await makeOrganization(server)
    const narrowed = server.as({ token: await makeNarrowedKey(server, [(await publishAgent(server.client)).agent_id]) })
    const mere = server.as({ token: await makeKey(server, { only: ['conversations:read'] }) })
    using far = await follow(stranger.client)
    using cut = await follow(narrowed)
    using plain = await follow(mere)
    using other_agent = await follow(narrowed, { agent_id })
    const start = await positionNow(narrowed)
    const id = await begin()
    await until(() => plain.of(id).length === 1)
    await server.client.sendConversationMessage({ conversation_id: id, text: 'Hello' })
    await until(() => plain.gone_on(id).length > 0)
    expect(plain.gone_on(id)[0]!.conversation).not.toHaveProperty('custom_metadata')
    await server.client.deleteConversation({ conversation_id: id })
    await until(() => plain.of(id).length === 2)
    expect(plain.of(id)[0]!.data.conversation).not.toHaveProperty('custom_metadata')
    expect(await narrowed.listConversationChanges({ after: start })).toMatchObject({ data: [], has_more: false })
    // A number shared across organizations would reveal how much happens in others.
    expect(await positionNow(stranger.client)).toBe(0)
    for (const reader of [far, cut, other_agent]) expect(reader.events).toHaveLength(1)
  })

  test('an impossible position is refused', async () => {
    const headers = { authorization: `Bearer ${server.admin_key}`, 'last-event-id': 'x' }
    expect((await fetch(`${server.url}/core/conversations/changes`, { headers })).status).toBe(422)
    expect((await refusal(server.client.listConversationChanges({ after: -1 }))).status).toBe(422)
  })
})

describe('what is no longer kept', () => {
  const age = () =>
    server.database.pool.query(`update conversation_changes set created_at = created_at - interval '8 days'`)

  test('a reader that was away too long, or has a foreign position, is told to list again, and continues from now', async () => {
    await begin()
    const seen = await positionNow()
    const missed = await begin()
    await age()
    await maintainChanges(server.database)
    const kept = await positionNow()
    expect(kept).toBeGreaterThan(seen)
    for (const after of [seen, kept + 1_000_000]) {
      const page = await server.client.listConversationChanges({ after })
      expect(page).toMatchObject({ is_reset: true, data: [], position: kept })
      using told = await follow(elsewhere(), { after })
      expect(told.events).toEqual([{ event: 'reset', id: kept, data: { position: kept } }])
    }
    using reader = await follow(elsewhere(), { after: seen })
    const next = await begin()
    await until(() => reader.of(next).length === 1)
    expect(reader.of(missed)).toEqual([])
  })

  test('a reader that has seen everything continues, although nothing is kept', async () => {
    const seen = await positionNow()
    await age()
    await maintainChanges(server.database)
    expect(await server.client.listConversationChanges({ after: seen })).toMatchObject({ is_reset: false, data: [] })
    const id = await begin()
    const page = await server.client.listConversationChanges({ after: seen })
    expect(page).toMatchObject({ is_reset: false, data: [{ conversation_id: id }] })
  })

  test('unread changes are numbered before they are deleted', async () => {
    const organization = await makeOrganization(server)
    const before = await positionNow(organization.client)
    const agent = await publishAgent(organization.client)
    await begin(organization.client, agent.agent_id)
    await age()
    await maintainChanges(server.database)
    expect(await organization.client.listConversationChanges({ after: before })).toMatchObject({ is_reset: true })
  })
})

describe('bounds', () => {
  test('T13: streams beyond the limit of a node are refused; a page is not', async () => {
    await using small = await startTestServer({ PARLEY_LIMIT_EVENT_STREAMS: '1' })
    const reader = await follow(small.client)
    const error = await refusal(small.client.streamConversationChanges().next())
    expect(error).toMatchObject({ status: 429, code: 'too_many_streams' })
    expect(await small.client.listConversationChanges()).toMatchObject({ data: [] })
    reader.stop()
    await expect.poll(() => small.app.rooms.events.open_streams.count).toBe(0)
    ;(await follow(small.client)).stop()
  })

  test('a stream ends after a while, and resumes where it was', async () => {
    const due = new Map<() => void, number>()
    const after = (ms: number, call: () => void) => {
      due.set(call, ms)
      const stop = systemPorts.clock.after(ms, call)
      return () => {
        due.delete(call)
        stop()
      }
    }
    let passed_ms = 0
    const monotonic = () => systemPorts.clock.monotonic() + passed_ms
    const clock = { ...systemPorts.clock, after, monotonic }
    await using node = await server.startAnother({}, { ports: { clock } })
    const text = (await open(node.url)).text()
    const longest = () => [...due].find(([, ms]) => ms > 290_000 && ms <= 300_000)
    await until(longest)
    passed_ms = 300_000
    longest()![0]()
    expect(await text).toMatch(/^id: \d+\nevent: position\n[^]*retry: \d+\n\n$/)
    await expect.poll(() => node.rooms.events.open_streams.count).toBe(0)
  })

  test('a node that stops tells its readers to reconnect, and the SDK does', async () => {
    const stopping = await server.startAnother()
    const text = (await open(stopping.url)).text()
    await expect.poll(() => stopping.rooms.events.open_streams.count).toBe(1)
    let url = stopping.url
    const moving = createClient({
      base_url: server.url,
      token: server.admin_key,
      fetch: (address, init) => fetch(String(address).replace(server.url, url), init),
    })
    using reader = await follow(moving)
    url = other.url
    await stopping[Symbol.asyncDispose]()
    expect(await text).toMatch(/retry: \d+\n\n$/)
    const id = await begin()
    await until(() => reader.of(id).length === 1)
    expect(reader.events.map(({ event }) => event)).toEqual(['position', 'change'])
  })
})
