// A conversation's event stream: backfill, cutover and live, resumed after any event on any node, with nothing lost or
// repeated.
import type { ConversationEvent } from '@parley/contract'
import { systemPorts } from '../../src/base/ports.ts'
import { createClient } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { look_ms } from '../../src/http/connection.ts'
import { makeNarrowedKey } from '../support/actors.ts'
import {
  type RawOptions,
  numbers,
  openRaw,
  readInBackground,
  startHasty,
  stored,
  until,
} from '../support/event-readers.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
let other: App
let agent_id: string

beforeAll(async () => {
  server = await startTestServer({ PARLEY_DRAIN_SECONDS: '1' })
  other = await server.startAnother()
  agent_id = (await publishAgent(server.client, { starting_message: 'Welcome.' })).agent_id
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const elsewhere = () => server.as({ base_url: other.url })
const begin = async () =>
  (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id

async function logOf(conversation_id: string): Promise<ConversationEvent[]> {
  const { rows } = await server.database.pool.query(
    `select id, conversation_id, sequence::integer, type, occurred_at, data from events
     where conversation_id = $1 order by sequence`,
    [conversation_id],
  )
  return rows as ConversationEvent[]
}

test('from the first event to the one that ends the conversation, on both nodes, as the log has them', async () => {
  const conversation_id = await begin()
  server.model.answer = () => 'A reply.'
  const readers = [readInBackground(server.client, conversation_id), readInBackground(elsewhere(), conversation_id)]
  for (const reader of readers) await until(() => numbers(reader.events).length === 3)
  await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
  await elsewhere().updateConversation({ conversation_id, custom_metadata: { a: 1 } })
  await elsewhere().endConversation({ conversation_id })
  const log = await logOf(conversation_id)
  expect(log.map(({ sequence }) => sequence)).toEqual(log.map((_event, index) => index + 1))
  for (const { events, done } of readers) {
    await done
    expect(numbers(events)).toEqual(log.map(({ sequence }) => sequence))
    expect(stored(events).map(({ event }) => event)).toEqual(log.map(({ type }) => type))
    expect(stored(events).map(({ data }) => data.data)).toEqual(log.map(({ data }) => data))
  }
})

test('live text is sent between the events; a reader that joins in mid-turn first gets all of it', async () => {
  const conversation_id = await begin()
  const held = holdAnswer()
  server.model.answer = () => held
  const early = [readInBackground(server.client, conversation_id), readInBackground(elsewhere(), conversation_id)]
  for (const reader of early) await until(() => reader.events.length === 3)
  const call = server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
  await held.asked
  held.say('One ')
  for (const reader of early) await until(() => reader.events.some(({ event }) => event === 'message.delta'))
  const late = [readInBackground(server.client, conversation_id), readInBackground(elsewhere(), conversation_id, 5)]
  for (const reader of late) await until(() => reader.events.some(({ event }) => event === 'message.snapshot'))
  held.say('two')
  const said = ({ events }: (typeof early)[number]) =>
    events.flatMap((event) => (event.event === 'message.delta' || event.event === 'message.snapshot' ? [event] : []))
  const text = (reader: (typeof early)[number]) =>
    said(reader)
      .map(({ data }) => data.text)
      .join('')
  for (const reader of [...early, ...late]) await until(() => text(reader) === 'One two')
  held.finish()
  await call
  for (const reader of early) expect(said(reader).every(({ event }) => event === 'message.delta')).toBe(true)
  for (const reader of late)
    expect(said(reader)[0]).toMatchObject({ event: 'message.snapshot', data: { text: 'One ' } })
  await server.client.endConversation({ conversation_id })
  for (const reader of [...early, ...late]) {
    await reader.done
    // Repeated by the event that counts, after the whole text.
    const last = reader.events.findLastIndex(({ event }) => event === 'message.delta')
    const created = reader.events.findLastIndex(({ event }) => event === 'message.created')
    expect(created).toBeGreaterThan(last)
  }
})

test('text that no other node sent comes before the stored message, on every node', async () => {
  const { clock } = systemPorts
  const relay_ms = 25
  let isCut = false
  const after: typeof clock.after = (ms, call) => (ms === relay_ms && isCut ? () => {} : clock.after(ms, call))
  await using node = await server.startAnother({}, { ports: { clock: { ...clock, after } } })
  const conversation_id = await begin()
  const held = holdAnswer()
  server.model.answer = () => held
  const readers = [readInBackground(server.client, conversation_id), readInBackground(elsewhere(), conversation_id)]
  for (const reader of readers) await until(() => reader.events.length === 3)
  const client = server.as({ base_url: node.url })
  const said = ({ events }: (typeof readers)[number], from = 3) =>
    events.slice(from).flatMap((event) => (event.event === 'message.delta' ? [event.data.text] : []))
  const first = client.sendConversationMessage({ conversation_id, text: 'Hello' })
  await held.asked
  held.say('One ')
  for (const reader of readers) await until(() => said(reader).length === 1)
  isCut = true
  held.say('two')
  held.finish()
  await first
  // Nothing of this one is sent.
  server.model.answer = () => 'Three.'
  await client.sendConversationMessage({ conversation_id, text: 'And?' })
  await client.endConversation({ conversation_id })
  for (const reader of readers) {
    await reader.done
    expect(said(reader)).toEqual(['One ', 'two', 'Three.'])
    const names = reader.events.map(({ event }) => event)
    for (const [place, name] of names.entries()) {
      if (name === 'message.delta' && names[place + 1] !== 'message.delta')
        expect(names[place + 1]).toBe('message.created')
    }
  }
})

test('a reader that resumes gets the events after the end; then nothing more', async () => {
  const { agent_id: summarizing } = await publishAgent(server.client, { analysis: {} })
  const created = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id: summarizing })
  const conversation_id = created.conversation.id
  server.model.answer = () => 'Text.'
  await server.client.sendConversationMessage({ conversation_id, text: 'Hello' })
  await server.client.endConversation({ conversation_id })
  const first = readInBackground(server.client, conversation_id)
  await first.done
  const ended = numbers(first.events).at(-1)!
  expect(stored(first.events).at(-1)!.event).toBe('conversation.ended')
  const rest = readInBackground(elsewhere(), conversation_id, ended)
  await rest.done
  expect(stored(rest.events).map(({ event }) => event)).toEqual(['conversation.analyzed'])
  expect((await raw(server.url, conversation_id, { after: ended + 1 })).status).toBe(204)
})

const raw = (url: string, conversation_id: string, options: RawOptions = {}) =>
  openRaw(url, conversation_id, {
    ...options,
    headers: options.token ? {} : { authorization: `Bearer ${server.admin_key}` },
  })

describe('who can read', () => {
  test('a conversation token, in the query too: messages, no tool calls, metadata or analysis; none of it is logged', async () => {
    const conversation_id = await begin()
    await server.client.updateConversation({ conversation_id, custom_metadata: { secret: 'x' } })
    const { token } = await server.client.createConversationToken({ conversation_id, permissions: ['read'] })
    await server.client.endConversation({ conversation_id })
    const text = await (await raw(server.url, conversation_id, { token })).text()
    const types = [...text.matchAll(/^event: (.*)$/gm)].map((match) => match[1])
    expect(types).toEqual([
      ...['conversation.created', 'conversation.started', 'message.created', 'conversation.ended'],
    ])
    expect(server.log.join('')).not.toContain(token)
    const another = await begin()
    expect((await raw(server.url, another, { token })).status).toBe(404)
  })

  test('a key in the query is ignored; without the scope 403; of another agent 404', async () => {
    const conversation_id = await begin()
    expect((await raw(server.url, conversation_id, { token: server.admin_key })).status).toBe(401)
    const { token } = await server.client.createConversationToken({ conversation_id, permissions: ['message'] })
    expect((await raw(server.url, conversation_id, { token })).status).toBe(403)
    const { agent_id: another } = await publishAgent(server.client)
    const narrowed = server.as({ token: await makeNarrowedKey(server, [another]) })
    const error = await refusal(narrowed.streamConversationEvents({ conversation_id }).next())
    expect(error.status).toBe(404)
  })

  test('a start that is not a number is refused', async () => {
    const conversation_id = await begin()
    const headers = { authorization: `Bearer ${server.admin_key}`, 'last-event-id': 'x' }
    const response = await fetch(`${server.url}/core/conversations/${conversation_id}/events`, { headers })
    expect(response.status).toBe(422)
  })
})

test('a conversation that is deleted ends its streams', async () => {
  const conversation_id = await begin()
  const reader = readInBackground(elsewhere(), conversation_id)
  await until(() => reader.events.length === 3)
  await server.client.deleteConversation({ conversation_id })
  await reader.done
  expect(stored(reader.events).at(-1)!.event).toMatch(/^conversation\.(deleted|ended)$/)
})

test('T13: streams beyond the limit of a node are refused; closing one frees a place', async () => {
  await using small = await startTestServer({ PARLEY_LIMIT_EVENT_STREAMS: '1' })
  const agent = await publishAgent(small.client)
  const open = async () => {
    const { conversation } = await small.client.createConversation({
      channel: 'text',
      user_id: 'u',
      agent_id: agent.agent_id,
    })
    return conversation.id
  }
  const [first, second] = [await open(), await open()]
  const reader = readInBackground(small.client, first)
  await until(() => reader.events.length === 2)
  const error = await refusal(small.client.streamConversationEvents({ conversation_id: second }).next())
  expect(error).toMatchObject({ status: 429, code: 'too_many_streams' })
  reader.stop()
  await expect.poll(() => small.app.rooms.events.open_streams.count).toBe(0)
  const next = readInBackground(small.client, second)
  await until(() => next.events.length === 2)
  next.stop()
})

test('a comment keeps proxies from closing a silent stream', async () => {
  const { node, runOut } = await startHasty(server)
  await using _node = node
  const conversation_id = await begin()
  const gone = new AbortController()
  const response = await raw(node.url, conversation_id, { signal: gone.signal })
  let text = ''
  const reading = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk
  })()
  reading.catch(() => {})
  await until(() => text.includes('id: 3'))
  runOut(15_000)
  await until(() => text.endsWith('\n\n:\n\n'))
  gone.abort()
})

test('a reader that is too slow is disconnected, and nothing is kept for it', async () => {
  const { node: slow, runOut } = await startHasty(server)
  await using _slow = slow
  const conversation_id = await begin()
  for (let patch = 0; patch < 150; patch += 1) {
    await server.client.updateConversation({
      conversation_id,
      custom_metadata: { filler: `${patch}${'x'.repeat(60_000)}` },
    })
  }
  const response = await raw(slow.url, conversation_id)
  const stream = response.body!.getReader()
  await stream.read()
  // Other timers wait as long, and expire too, which does no harm.
  await until(() => {
    runOut(look_ms)
    return slow.rooms.events.open_streams.count === 0
  })
  await stream.cancel().catch(() => {})
})

test('a node that stops tells its readers to reconnect at once, and ends their streams', async () => {
  const stopping = await server.startAnother()
  const conversation_id = await begin()
  const response = await raw(stopping.url, conversation_id)
  const text = response.text()
  await expect.poll(() => stopping.rooms.events.open_streams.count).toBe(1)
  await stopping[Symbol.asyncDispose]()
  expect(await text).toMatch(/retry: \d+\n\n$/)
  // The SDK reconnects automatically: here to the remaining node.
  const reader = readInBackground(createClient({ base_url: server.url, token: server.admin_key }), conversation_id, 1)
  await until(() => numbers(reader.events).join() === '2,3')
  reader.stop()
})
