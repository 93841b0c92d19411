// The stream that answers a message: its grammar, on whichever node the turn runs, and however it ends.
import type { MessageReply, TurnStreamEvent } from '@parley/contract'
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { startPostgresProxy } from '../support/postgres-proxy.ts'
import { type Answer, holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { type ToolPeer, opened_hosts, startToolPeer } from '../support/tool-peer.ts'

let server: TestServer
let other: App
let peer: ToolPeer
let agent_id: string
let wrapping: string

beforeAll(async () => {
  peer = await startToolPeer()
  server = await startTestServer({ ...opened_hosts, PARLEY_DRAIN_SECONDS: '1' })
  other = await server.startAnother()
  const actions = [{ type: 'http', url: peer.url }]
  agent_id = (await publishAgent(server.client, { tools: [{ name: 'look', description: 'Looks', actions }] })).agent_id
  const channel_properties = { text: { body_template: '<< {{ agent_response }} >>' } }
  wrapping = (await publishAgent(server.client, { channel_properties })).agent_id
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  await peer[Symbol.asyncDispose]()
})

const begin = async (agent = agent_id) =>
  (await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id: agent })).conversation.id
const elsewhere = () => server.as({ base_url: other.url })

type Stream = AsyncIterable<TurnStreamEvent>

async function readAll(stream: Stream): Promise<TurnStreamEvent[]> {
  const events: TurnStreamEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

const names = (events: TurnStreamEvent[]) =>
  events.map(({ event }) => event).filter((name, index, all) => name !== 'message.delta' || all[index - 1] !== name)

/** What a client has at the end: the deltas since the last restart. */
function textOf(events: TurnStreamEvent[]): string {
  let text = ''
  for (const { event, data } of events) {
    if (event === 'message.delta') text += data.text
    if (event === 'turn.restarted') text = ''
  }
  return text
}

test('a conversation token sees text but no tool call, in the stream and in the plain answer', async () => {
  const conversation_id = await begin()
  const { token } = await server.client.createConversationToken({ conversation_id, permissions: ['message'] })
  const browser = server.as({ token })
  const answers = () => {
    const given: Answer[] = [{ text: 'I look.', tool_calls: [{ name: 'look', arguments: {} }] }, ' Found.']
    server.model.answer = () => given.shift()!
  }
  answers()
  const events = await readAll(browser.streamConversationMessage({ conversation_id, text: 'Look' }))
  expect(names(events)).toEqual(['turn.started', 'message.delta', 'turn.completed'])
  expect(events.at(-1)!.data).toMatchObject({ reply: 'I look. Found.', tool_calls: [] })
  answers()
  const idempotency_key = conversation_id
  const plain = await browser.sendConversationMessage({ conversation_id, text: 'Look', idempotency_key })
  expect(plain).toMatchObject({ reply: 'I look. Found.', tool_calls: [] })
  const again = await browser.sendConversationMessage({ conversation_id, text: 'Look', idempotency_key })
  expect(again).toEqual(plain)
  answers()
  const { tool_calls } = await server.client.sendConversationMessage({ conversation_id, text: 'Look' })
  expect(tool_calls).toMatchObject([{ name: 'look', is_error: false }])
})

test('starts, sends the text of the model piece by piece, and ends with exactly the plain answer', async () => {
  const conversation_id = await begin()
  const held = holdAnswer()
  server.model.answer = () => held
  const stream = server.client.streamConversationMessage({ conversation_id, text: 'Hello' })
  const next = async () => (await stream.next()).value as TurnStreamEvent
  expect(await next()).toMatchObject({ event: 'turn.started', data: { attempt: 1 } })
  for (const piece of ['One ', 'two ', 'three']) {
    held.say(piece)
    expect(await next()).toMatchObject({ event: 'message.delta', data: { text: piece } })
  }
  held.finish()
  const last = await next()
  expect(last.event).toBe('turn.completed')
  const plain = {
    conversation_id,
    reply: 'One two three',
    tool_calls: [],
    turn_id: expect.any(String),
    handled_by: 'agent',
  }
  expect(last.data).toEqual(plain)
  expect((await stream.next()).done).toBe(true)
})

test('sends tool calls between the texts of their steps', async () => {
  const conversation_id = await begin()
  const answers = [{ text: 'Wait. ', tool_calls: [{ name: 'look', arguments: {} }] }, 'Here it is.']
  server.model.answer = () => answers.shift()!
  const events = await readAll(server.client.streamConversationMessage({ conversation_id, text: 'Look' }))
  expect(names(events)).toEqual([
    ...['turn.started', 'message.delta', 'tool_call.started', 'tool_call.completed', 'message.delta'],
    'turn.completed',
  ])
  const last = events.at(-1)!.data as MessageReply
  expect(textOf(events)).toBe(last.reply)
  expect(last.reply).toBe('Wait. Here it is.')
  const call_id = last.tool_calls[0]!.call_id
  expect(events[2]!.data).toEqual({ turn_id: last.turn_id, call_id, name: 'look', arguments: {} })
  expect(events[3]!.data).toMatchObject({ call_id, output: { status: 200 }, is_error: false })
})

test('a wrapped reply is sent whole', async () => {
  const conversation_id = await begin(wrapping)
  server.model.answer = () => 'Two words'
  const events = await readAll(server.client.streamConversationMessage({ conversation_id, text: 'Hello' }))
  expect(names(events)).toEqual(['turn.started', 'message.delta', 'turn.completed'])
  expect(textOf(events)).toBe('<< Two words >>')
})

test('the text of a turn on another node comes from there', async () => {
  const conversation_id = await begin()
  const [first, second] = [holdAnswer(), holdAnswer()]
  const answers = [first, second]
  server.model.answer = () => answers.shift()!
  const running = server.client.sendConversationMessage({ conversation_id, text: 'First' })
  await first.asked
  const stream = elsewhere().streamConversationMessage({ conversation_id, text: 'Second' })
  const begun = stream.next()
  await expect.poll(async () => (await server.client.listConversationTurns({ conversation_id })).data.length).toBe(2)
  first.say('Done.')
  first.finish()
  await running
  await second.asked
  expect((await begun).value).toMatchObject({ event: 'turn.started' })
  let said = ''
  const long = 'äöü "\n\\ 😀 '.repeat(400)
  for (const piece of ['A ', long, 'end.']) {
    second.say(piece)
    said += piece
    let heard = ''
    // The poll of the log would only deliver it at the end.
    while (!said.endsWith(heard) || heard.length < piece.length) {
      heard += ((await stream.next()).value as { data: { text: string } }).data.text
    }
  }
  second.finish()
  const rest = await readAll(stream)
  expect(rest.at(-1)).toMatchObject({ event: 'turn.completed', data: { reply: said } })
})

test('what is stored while the turn is looked at is not told twice', async () => {
  const conversation_id = await begin()
  const [first, last] = [holdAnswer(), holdAnswer()]
  const answers = [first, { text: 'Wait. ', tool_calls: [{ name: 'look', arguments: {} }] }, last]
  server.model.answer = () => answers.shift()!
  const running = server.client.sendConversationMessage({ conversation_id, text: 'First' })
  await first.asked
  await using proxy = await startPostgresProxy(inject('postgres_url'))
  await using follower = await server.startAnother({}, { connectThrough: proxy.through })
  const stream = server.as({ base_url: follower.url }).streamConversationMessage({ conversation_id, text: 'Second' })
  const begun = stream.next()
  await expect.poll(async () => (await server.client.listConversationTurns({ conversation_id })).data.length).toBe(2)
  first.say('Done.')
  first.finish()
  await running
  const events = [(await begun).value as TurnStreamEvent]
  await last.asked
  last.say('Here it is.')
  while (!textOf(events).endsWith('it is.')) events.push((await stream.next()).value as TurnStreamEvent)
  const held = proxy.failStatement(1, { when: 'before', how: 'stall', counts: ({ name }) => name === 'turn_progress' })
  const rest = readAll(stream)
  await held.hit
  // It hears late that the turn has stored more.
  proxy.deafen(/^listen/i)
  last.finish()
  await expect
    .poll(async () => (await server.client.listConversationTurns({ conversation_id })).data.map(({ status }) => status))
    .toEqual(['completed', 'completed'])
  held.release()
  events.push(...(await rest))
  expect(names(events)).toEqual([
    ...['turn.started', 'message.delta', 'tool_call.started', 'tool_call.completed', 'message.delta'],
    'turn.completed',
  ])
  expect(textOf(events)).toBe('Wait. Here it is.')
})

describe('ends with the outcome of the turn', () => {
  async function startStream(client = server.client) {
    const conversation_id = await begin()
    const held = holdAnswer()
    server.model.answer = () => held
    const stream = client.streamConversationMessage({ conversation_id, text: 'Hello' })
    const started = (await stream.next()).value as TurnStreamEvent
    held.say('Half')
    const delta = (await stream.next()).value as TurnStreamEvent
    expect([started.event, delta.event]).toEqual(['turn.started', 'message.delta'])
    return { conversation_id, stream, turn_id: (started.data as { turn_id: string }).turn_id, held }
  }

  test('ended', async () => {
    const { conversation_id, stream, turn_id } = await startStream()
    await elsewhere().endConversation({ conversation_id })
    const rest = await readAll(stream)
    expect(rest).toMatchObject([{ event: 'turn.cancelled', data: { code: 'conversation_ended', turn_id } }])
  })

  test('cancelled', async () => {
    const { conversation_id, stream, turn_id } = await startStream()
    await server.client.cancelTurn({ conversation_id, turn_id })
    expect(await readAll(stream)).toMatchObject([
      { event: 'turn.cancelled', data: { code: 'turn_cancelled', turn_id } },
    ])
  })

  test('failed', async () => {
    const conversation_id = await begin()
    server.model.answer = () => 400
    const events = await readAll(server.client.streamConversationMessage({ conversation_id, text: 'Hello' }))
    expect(events.at(-1)).toMatchObject({
      event: 'turn.failed',
      data: { code: 'turn_failed', turn_id: expect.any(String) },
    })
    expect(Object.keys(events.at(-1)!.data).toSorted()).toEqual([
      'code',
      'detail',
      'handled_by',
      'request_id',
      'turn_id',
    ])
  })

  test('taken over by another attempt: the earlier text is dropped, and the deltas still equal the reply', async () => {
    const { conversation_id, stream, held } = await startStream()
    server.model.answer = () => 'The whole of it.'
    await sql`update turns set lease_expires_at = now() - interval '1 second', node_id = gen_random_uuid()
      where conversation_id = ${conversation_id} and status = 'running'`.execute(server.database)
    const rest = await readAll(stream)
    held.finish()
    expect(names(rest)).toEqual(['turn.restarted', 'message.delta', 'turn.completed'])
    expect(rest[0]!.data).toMatchObject({ attempt: 2 })
    expect(textOf(rest)).toBe('The whole of it.')
  })
})

test('a request that is refused gets plain JSON with its status', async () => {
  const conversation_id = await begin()
  await server.client.endConversation({ conversation_id })
  const error = await refusal(server.client.streamConversationMessage({ conversation_id, text: 'Hello' }).next())
  expect(error).toMatchObject({ status: 409, code: 'conversation_not_active' })
})

test('T9: a repeated request gets the existing turn, in the form that it requests', async () => {
  const conversation_id = await begin()
  server.model.answer = () => 'Once.'
  const message = { conversation_id, text: 'Hello', idempotency_key: 'stream key' }
  const streamed = await readAll(server.client.streamConversationMessage(message))
  let replayed: string | null = null
  const onResponse = ({ headers }: Response) => void (replayed = headers.get('idempotent-replayed'))
  const again = await readAll(elsewhere().streamConversationMessage(message, { onResponse }))
  expect(again).toEqual(streamed)
  expect(replayed).toBe('true')
  expect(await server.client.sendConversationMessage(message)).toEqual(streamed.at(-1)!.data)
})

test('T11: a reader that disconnects does not stop the turn', async () => {
  const conversation_id = await begin()
  const held = holdAnswer()
  server.model.answer = () => held
  const gone = new AbortController()
  const stream = server.client.streamConversationMessage({ conversation_id, text: 'Hello' }, { signal: gone.signal })
  await stream.next()
  gone.abort()
  await expect(stream.next()).rejects.toMatchObject({ name: 'AbortError' })
  held.say('Said to nobody.')
  held.finish()
  const transcript = async () => (await server.client.getConversation({ conversation_id })).conversation!.items.length
  await expect.poll(transcript).toBe(2)
})
