// Where an event stream starts: at the end of the log, at invalid numbers, after turns that are over.
import type { ConversationEvent } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { openStore } from '../../src/database/store.ts'
import { readEvents } from '../../src/conversations/read/event-log.ts'
import { type RawOptions, numbers, openRaw, readInBackground, stored, until } from '../support/event-readers.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

let server: TestServer
let other: App
let agent_id: string

beforeAll(async () => {
  server = await startTestServer()
  other = await server.startAnother()
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const begin = async (agent = agent_id) =>
  (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id: agent })).conversation.id
const raw = (conversation_id: string, options: RawOptions = {}) =>
  openRaw(server.url, conversation_id, {
    ...options,
    headers: options.token ? {} : { authorization: `Bearer ${server.admin_key}` },
  })
const lastOf = async (conversation_id: string) => {
  const { rows } = await server.database.pool.query<{ last: number }>(
    'select max(sequence)::integer as last from events where conversation_id = $1',
    [conversation_id],
  )
  return rows[0]!.last
}

test('a reader that has seen everything it may see of an ended conversation gets 204, whatever else exists', async () => {
  const { agent_id: summarizing } = await publishAgent(server.client, { analysis: {} })
  const conversation_id = await begin(summarizing)
  const { token } = await server.client.createConversationToken({ conversation_id, permissions: ['read'] })
  server.model.answer = () => 'Text.'
  await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
  await server.client.endConversation({ conversation_id })
  const first = await (await raw(conversation_id, { token })).text()
  const seen = Number([...first.matchAll(/^id: (\d+)$/gm)].at(-1)![1])
  expect(await (await raw(conversation_id, { after: seen })).text()).toContain('event: conversation.analyzed')
  expect((await raw(conversation_id, { after: seen, token })).status).toBe(204)
  expect((await raw(conversation_id, { after: seen - 1, token })).status).toBe(200)
})

describe('a start beyond the end of the log is refused', () => {
  test.each(['active', 'ended'])('of an %s conversation', async (state) => {
    const conversation_id = await begin()
    if (state === 'ended') await server.client.endConversation({ conversation_id })
    const last = await lastOf(conversation_id)
    const message = `must not be greater than ${last}, the number of the last event`
    const response = await raw(conversation_id, { after: last + 1 })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ errors: [{ path: 'last_event_id', message }] })
    const address = `${server.url}/core/conversations/${conversation_id}/events?after=${last + 1}`
    const inQuery = await fetch(address, { headers: { authorization: `Bearer ${server.admin_key}` } })
    expect(await inQuery.json()).toMatchObject({ code: 'validation_failed', errors: [{ path: 'after', message }] })
  })

  test('the end itself is accepted', async () => {
    const conversation_id = await begin()
    const gone = new AbortController()
    expect((await raw(conversation_id, { after: await lastOf(conversation_id), signal: gone.signal })).status).toBe(200)
    gone.abort()
  })
})

test.each(['0x10', '1e3', '%201', '1%20', '+1', '%2B1', '1.0', '', '1234567890123456', '٣'])(
  'a number in a query has only digits, at most 15: not "%s"',
  async (after) => {
    const conversation_id = await begin()
    const headers = { authorization: `Bearer ${server.admin_key}` }
    const address = `${server.url}/core/conversations/${conversation_id}/events?after=${after}`
    const response = await fetch(address, { headers })
    expect(response.status).toBe(422)
    const message = 'must be a whole number of at most 15 digits'
    expect(await response.json()).toMatchObject({ errors: [{ path: 'after', message }] })
  },
)

test('a finished turn of another node is not sent again to a later reader', async () => {
  const conversation_id = await begin()
  const held = holdAnswer()
  server.model.answer = () => held
  const elsewhere = server.as({ base_url: other.url })
  const early = readInBackground(elsewhere, conversation_id)
  await until(() => early.events.length === 2)
  const call = server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
  await held.asked
  held.say('All of it.')
  await until(() => early.events.some(({ event }) => event === 'message.delta'))
  held.finish()
  await call
  await until(() => stored(early.events).some(({ event }) => event === 'turn.completed'))
  const after = numbers(early.events).at(-1)!
  const late = readInBackground(elsewhere, conversation_id, after)
  await until(() => other.rooms.events.open_streams.count === 2)
  await server.client.updateConversation({ conversation_id, custom_metadata: { a: 1 } })
  await until(() => late.events.length > 0)
  expect(late.events.map(({ event }) => event)).toEqual(['conversation.updated'])
  early.stop()
  late.stop()
})

test('late text of a turn that was kept is not sent to a later reader', async () => {
  const conversation_id = await begin()
  server.model.answer = () => 'All of it.'
  await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
  const { data } = await server.client.listConversationTurns({ conversation_id })
  const { turns: live } = server.app.core.live
  live.begin(conversation_id, { turn_id: data[0]!.turn_id, attempt: 1, kept: 0 })
  live.say(conversation_id, 'All of')
  const late = readInBackground(server.client, conversation_id, await lastOf(conversation_id))
  await until(() => server.app.rooms.events.open_streams.count === 1)
  await server.client.updateConversation({ conversation_id, custom_metadata: { a: 1 } })
  await until(() => late.events.length > 0)
  expect(late.events.map(({ event }) => event)).toEqual(['conversation.updated'])
  late.stop()
})

describe('T13: a page of the log is bounded in bytes', () => {
  const filler = (size: number) => JSON.stringify({ custom_metadata: { filler: 'x'.repeat(size) } })

  /** Events of these sizes after those in the log. */
  async function append(conversation_id: string, sizes: number[]): Promise<number> {
    const first = (await lastOf(conversation_id)) + 1
    for (const [index, size] of sizes.entries()) {
      await server.database.pool.query(
        `insert into events (conversation_id, sequence, organization_id, id, type, occurred_at, data)
         values ($1, $2, $3, gen_random_uuid(), 'conversation.updated', now(), $4)`,
        [conversation_id, first + index, server.organization_id, filler(size)],
      )
    }
    await server.database.pool.query('update conversation_progress set next_sequence = $2 where conversation_id = $1', [
      conversation_id,
      first + sizes.length,
    ])
    return first
  }

  const pagesOf = async (conversation_id: string, after: number) => {
    const store = openStore(server.app.core.database, server.organization_id)
    const pages: ConversationEvent[][] = []
    for (let is_last = false; !is_last;) {
      const page = await readEvents(store, conversation_id, pages.at(-1)?.at(-1)?.sequence ?? after)
      pages.push(page.events)
      is_last = page.is_last
    }
    return pages.map((page) => page.length)
  }

  test('one event at least, whatever its size', async () => {
    const conversation_id = await begin()
    const sizes = [2_000_000, 100, 600_000, 600_000, 100, 100]
    const first = await append(conversation_id, sizes)
    expect(await pagesOf(conversation_id, first - 1)).toEqual([1, 3, 2])
    const reader = readInBackground(server.client, conversation_id)
    await until(() => reader.events.length === first + 5)
    expect(numbers(reader.events)).toEqual(Array.from({ length: first + 5 }, (_none, index) => index + 1))
    reader.stop()
  })

  test('and in events: of small ones 200', async () => {
    const conversation_id = await begin()
    const first = await append(
      conversation_id,
      Array.from({ length: 200 + 5 }, () => 1),
    )
    expect(await pagesOf(conversation_id, first - 1)).toEqual([200, 5])
    expect(await pagesOf(conversation_id, first + 4)).toEqual([200, 0])
  })
})
