// What clients say about their messages: an id of their own, and the widget that they answer. Two nodes on one database.
import { randomUUID } from 'node:crypto'
import { type Input, widgetData } from '@parley/contract'
import { type Client, createClient } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import type { Clock } from '../../src/base/ports.ts'
import { createConversationWith, changeMetadata } from '../../src/conversations/conversations.ts'
import { renew_ms } from '../../src/conversations/machine/turn.ts'
import { openStore } from '../../src/database/store.ts'
import { testPorts } from '../support/ports.ts'
import { type Answer, holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
let other: App
let agent_id: string

const fields = [
  { id: 'name', label: 'Name', type: 'text' as const, required: true },
  { id: 'seat', label: 'Seat', type: 'select' as const, options: ['Window', 'Aisle'] },
]
const form = { id: 'booking', title: 'Booking', fields }

beforeAll(async () => {
  const { clock } = testPorts
  // It looks for leases that have run out more often than every 2.5 seconds.
  const after: Clock['after'] = (ms, call) => clock.after(ms === renew_ms ? 100 : ms, call)
  server = await startTestServer({}, { ports: { clock: { ...clock, after } } })
  other = await server.startAnother()
  const config = { forms: [form], built_in_tools: { widgets: {} } }
  agent_id = (await publishAgent(server.client, config)).agent_id
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const there = () => createClient({ base_url: other.url, token: server.admin_key, retries: 0 })
const answerWith = (...answers: Answer[]) => {
  server.model.answer = () => answers.shift() ?? 'Fine.'
}
type Sent = Omit<Input<'sendConversationMessage'>, 'conversation_id'>

async function begin(agent = agent_id): Promise<string> {
  answerWith()
  return (await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id: agent })).conversation.id
}
const send = (conversation_id: string, sent: Sent, client = server.client) =>
  client.sendConversationMessage({ conversation_id, ...sent })
const read = async (conversation_id: string, client = server.client) =>
  (await client.getConversation({ conversation_id })).conversation!.items
const saidByUser = async (id: string) => (await read(id)).filter(({ role }) => role === 'user')
const countRows = async (table: string, id: string) =>
  (await server.database.pool.query(`select from ${table} where conversation_id = $1`, [id])).rowCount

const hidden = ['tool_call.completed', 'conversation.updated', 'conversation.feedback', 'conversation.analyzed']

/** The log up to now, as the client may see it. */
async function eventsOf(conversation_id: string, token?: Client) {
  const { rows } = await server.database.pool.query<{ last: string }>(
    'select max(sequence) as last from events where conversation_id = $1 and type <> all($2)',
    [conversation_id, token ? hidden : []],
  )
  const last = Number(rows[0]!.last)
  const events = []
  const client = token ?? server.client
  for await (const event of client.streamConversationEvents({ conversation_id })) {
    if (!('id' in event)) continue
    events.push(event)
    if (event.id >= last) break
  }
  return events.map(({ event, data }) => ({ type: event as string, data: data.data as Record<string, unknown> }))
}

/** A conversation in which this was shown, and the id of the call that showed it. */
async function show(tool: string, given: object = {}, agent = agent_id) {
  const id = await begin(agent)
  answerWith({ tool_calls: [{ name: tool, arguments: given }] }, 'Please.')
  const reply = await send(id, { text: 'Show me', interactivity: 'rich' })
  return { id, call_id: reply.tool_calls[0]!.call_id, reply }
}
const showForm = () => show('show_form_booking')

async function tokenFor(conversation_id: string, permissions: ('read' | 'message' | 'end')[] = ['read', 'message']) {
  const { token } = await server.client.createConversationToken({ conversation_id, permissions })
  return server.as({ token })
}

describe('client_id', () => {
  test('is stored with the message, in lower case, and told with it; other messages have none', async () => {
    const id = await begin()
    const client_id = randomUUID()
    const { turn_id } = await send(id, { text: 'Hello', client_id: client_id.toUpperCase() })
    await send(id, { text: 'And more' })
    const [first, , second] = await read(id)
    expect(first).toMatchObject({ client_id, turn_id, position: 0 })
    expect(second).not.toHaveProperty('client_id')
    const told = (await eventsOf(id)).filter(({ type }) => type === 'message.created')
    expect(told.map(({ data }) => data['position'])).toEqual([0, 1, 2, 3])
    expect(told[0]!.data).toMatchObject({ client_id, turn_id })
    for (const name of ['client_id', 'in_reply_to', 'values']) expect(told[2]!.data).not.toHaveProperty(name)
  })

  test('is stored once: with its key it is answered again, without it says that it is stored', async () => {
    const id = await begin()
    const sent = { text: 'Hello', client_id: randomUUID() }
    const first = await send(id, { ...sent, idempotency_key: sent.client_id })
    expect(await send(id, { ...sent, idempotency_key: sent.client_id })).toEqual(first)
    const stored = { status: 409, code: 'message_stored', turn_id: first.turn_id }
    const isStored = async (client = server.client) =>
      expect(await refusal(send(id, { ...sent, idempotency_key: randomUUID() }, client))).toMatchObject(stored)
    await isStored()
    await isStored(there())
    await server.database.pool.query('delete from idempotency_keys')
    await isStored(await tokenFor(id))
    expect(await saidByUser(id)).toHaveLength(1)
    // T1: not even the end makes it look as if it were not stored.
    await server.client.endConversation({ conversation_id: id, prefer: 'wait=0' })
    await isStored()
    expect(await refusal(send(id, { text: 'New', client_id: randomUUID() }))).toMatchObject({
      ...{ status: 409, code: 'conversation_not_active', turn_id: null },
    })
    // Another conversation may have it too.
    await send(await begin(), sent)
  })

  test('two nodes that get it at once store it once, whatever their keys', async () => {
    const id = await begin()
    const sent = { text: 'Hello', client_id: randomUUID() }
    const calls = Array.from({ length: 8 }, (_none, index) => send(id, sent, index % 2 ? there() : server.client))
    const outcomes = await Promise.allSettled(calls)
    const answered = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value.turn_id] : []))
    expect(answered).toHaveLength(1)
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
    for (const error of refused) expect(error).toMatchObject({ code: 'message_stored', turn_id: answered[0] })
    expect(await saidByUser(id)).toHaveLength(1)
  })

  test('the database keeps it once, whoever writes', async () => {
    const id = await begin()
    const { turn_id } = await send(id, { text: 'Hello', client_id: randomUUID() })
    const again = `insert into client_messages select conversation_id, client_id, organization_id, $2 from client_messages
      where conversation_id = $1`
    await expect(server.database.pool.query(again, [id, turn_id])).rejects.toThrow('client_messages_pkey')
  })

  test('a repeated message does not stop the turn that runs', async () => {
    const id = await begin()
    const held = holdAnswer()
    server.model.answer = () => held
    const sent = { text: 'Hello', client_id: randomUUID(), parley_concurrency: 'interrupt' as const }
    const first = send(id, sent)
    await held.asked
    const hangUps = server.model.hangUps
    expect(await refusal(send(id, sent))).toMatchObject({ code: 'message_stored' })
    held.say('Done.')
    held.finish()
    expect((await first).reply).toBe('Done.')
    expect(server.model.hangUps).toBe(hangUps)
  })

  test.each(['x', 'urn:uuid:0190c000-0000-7000-8000-000000000000', ''])('%j is refused', async (client_id) => {
    const error = await refusal(send(await begin(), { text: 'Hello', client_id }))
    expect(error).toMatchObject({ status: 422, errors: [{ path: 'client_id' }] })
  })
})

describe('an answer to a widget', () => {
  const values = { name: 'Ada', seat: 'Aisle' }

  test('is stored and told with its values, and the model reads a line for each field', async () => {
    const { id, call_id } = await showForm()
    const answer = { client_id: randomUUID(), in_reply_to: call_id, values }
    await send(id, answer)
    const text = 'Name: Ada\nSeat: Aisle'
    expect(server.model.requests.at(-1)!.messages.at(-1)).toMatchObject({ role: 'user', content: text })
    expect((await saidByUser(id))[1]).toMatchObject({ content: [text], ...answer })
    const told = (await eventsOf(id)).filter(({ data }) => data['in_reply_to'] === call_id)
    expect(told).toMatchObject([{ type: 'message.created', data: { content: [text], ...answer } }])
  })

  test('may have a text of its own', async () => {
    const { id, call_id } = await showForm()
    await send(id, { text: 'My seat', in_reply_to: call_id, values })
    expect((await saidByUser(id))[1]).toMatchObject({ content: ['My seat'], values })
  })

  test('is given once; of a second one nothing is stored', async () => {
    const { id, call_id } = await showForm()
    await send(id, { in_reply_to: call_id, values })
    const second = { in_reply_to: call_id, values: { name: 'Bob' }, client_id: randomUUID() }
    for (const client of [server.client, there(), await tokenFor(id)]) {
      expect(await refusal(send(id, second, client))).toMatchObject({
        status: 409,
        code: 'widget_answered',
        turn_id: null,
      })
    }
    expect(await saidByUser(id)).toHaveLength(2)
    expect(await countRows('client_messages', id)).toBe(0)
    // What was refused was not stored, so its id is free.
    await send(id, { text: 'Then as text', client_id: second.client_id })
  })

  test('two nodes that get answers at once store one', async () => {
    const { id, call_id } = await showForm()
    const answer = (name: string) => ({ in_reply_to: call_id, values: { name }, client_id: randomUUID() })
    const calls = ['A', 'B', 'C', 'D'].map((name, index) => send(id, answer(name), index % 2 ? there() : server.client))
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of outcomes) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'widget_answered', turn_id: null })
    }
    expect(await saidByUser(id)).toHaveLength(2)
    expect([await countRows('client_messages', id), await countRows('answered_widgets', id)]).toEqual([1, 1])
  })

  test.each<[string, object, Record<string, unknown>, string]>([
    ['show_collect_otp_widget', { length: 4 }, { code: '0123' }, 'Code: 0123'],
    ['show_collect_phone_number_widget', {}, { phone_number: '+49 30 1234' }, 'Phone number: +49 30 1234'],
  ])('%s asks for one field', async (tool, given, right, text) => {
    const { id, call_id } = await show(tool, given)
    const [name] = Object.keys(right)
    const wrong = await refusal(send(id, { in_reply_to: call_id, values: { [name!]: 'x' } }))
    expect(wrong).toMatchObject({ status: 422, errors: [{ path: `values.${name}` }] })
    await send(id, { in_reply_to: call_id, values: right as never })
    expect((await saidByUser(id))[1]).toMatchObject({ content: [text], values: right })
  })

  test.each<[object, string[]]>([
    [{ values: { seat: 'Roof', age: 7 } }, ['values.name', 'values.seat', 'values.age']],
    [{ values: { name: { first: 'Ada' } } }, ['values.name']],
    [{ values: { name: 'x'.repeat(1001) } }, ['values.name']],
    [{ values: JSON.parse('{"name": "Ada", "__proto__": "x"}') as object }, ['values.__proto__']],
    [
      { values: Object.fromEntries(Array.from({ length: 20_000 }, (_n, i) => [`k${i}`, '']).concat([['name', 'A']])) },
      [],
    ],
    [{}, ['values']],
    [{ values: { name: 'Ada' }, in_reply_to: null }, ['text']],
    [{ values: { name: 'Ada' }, in_reply_to: null, text: 'Hi' }, ['in_reply_to']],
    [{ values: { name: 'Ada' }, in_reply_to: 'elsewhere' }, ['in_reply_to']],
    [{ values: { name: 'Ada' }, text: ' ' }, ['text']],
    [{ values: { name: 'A\u0000' } }, []],
    [{ values: 'Ada' }, ['values']],
  ])('is refused where a value does not fit, and nothing is stored', async (answer, paths) => {
    const { id, call_id } = await showForm()
    const error = await refusal(send(id, { in_reply_to: call_id, ...answer } as Sent))
    expect(error.status).toBe(422)
    if (paths.length > 0) expect(error.errors!.map(({ path }) => path)).toEqual(paths)
    expect(await saidByUser(id)).toHaveLength(1)
    await send(id, { in_reply_to: call_id, values: { name: 'Ada' } })
  })

  test('only what asks can be answered, and only where it was shown', async () => {
    const values = { name: 'Ada' }
    const info = await show('show_info_widget', { text: 'Open' })
    const shown = await showForm()
    for (const [id, in_reply_to] of [
      [info.id, info.call_id],
      [info.id, shown.call_id],
    ] as const) {
      const error = await refusal(send(id, { in_reply_to, values }))
      expect(error).toMatchObject({ status: 422, errors: [{ path: 'in_reply_to' }] })
    }
  })
})

describe('widget.shown', () => {
  const info = (widgetData.info as unknown as { examples: [object] }).examples[0]

  test('tells end users what was shown and where, which the transcript shows them too', async () => {
    const { id, call_id, reply } = await show('show_info_widget', info)
    const { turn_id } = reply
    const token = await tokenFor(id)
    const shown = { call_id, position: 2, type: 'info', data: info }
    for (const client of [undefined, token]) {
      const events = await eventsOf(id, client)
      expect(events.filter(({ type }) => type === 'widget.shown')).toEqual([
        { type: 'widget.shown', data: { turn_id, ...shown } },
      ])
      expect(events.some(({ type }) => type === 'tool_call.completed')).toBe(client === undefined)
    }
    const items = await read(id, token)
    expect(items.map(({ type, position }) => [type, position])).toEqual([
      ['message', 0],
      ['widget', 2],
      ['message', 3],
    ])
    expect(items[1]).toEqual({
      ...{ id: expect.any(String), position: 2, type: 'widget', created_at: expect.any(String), turn_id, call_id },
      widget: { type: 'info', data: info },
    })
    expect((await read(id)).map(({ type }) => type)).toEqual([
      ...['message', 'function_call', 'function_call_output', 'message'],
    ])
  })

  test('is told once when another node takes the turn over', async () => {
    const id = await begin()
    const held = holdAnswer()
    const answers: Answer[] = [{ tool_calls: [{ name: 'show_form_booking', arguments: {} }] }, held, 'Please.']
    server.model.answer = () => answers.shift() ?? 'Please.'
    const sent = { text: 'Show me', interactivity: 'rich' as const, idempotency_key: randomUUID() }
    const reply = send(id, sent)
    await held.asked
    await server.database.pool.query(
      `update turns set lease_expires_at = now() - interval '1 second', node_id = gen_random_uuid()
       where conversation_id = $1 and status = 'running'`,
      [id],
    )
    expect((await reply).reply).toBe('Please.')
    held.finish()
    expect(await send(id, sent)).toMatchObject({ widgets: [{ type: 'form' }] })
    const events = await eventsOf(id)
    expect(events.filter(({ type }) => type === 'turn.started').length).toBe(2)
    expect(events.filter(({ type }) => type === 'widget.shown')).toHaveLength(1)
  })

  test('an import that calls anything a widget breaks nothing', async () => {
    const id = randomUUID()
    const output = (widget: unknown, name = 'show_form_x') => ({
      ...{ type: 'function_call_output' as const, call_id: randomUUID(), name, output: { widget } },
    })
    const odd = { type: 'form', data: { id: 7, fields: 'none' } }
    const items = [
      ...[output(odd), output({ type: 'odd', data: {} }), output({ type: 'info', data: [] }), output(odd, 'look_up')],
      ...[output(null), output({ type: 'detail', data: { title: 'A', image: '[phone]' } }, 'show_detail_widget')],
    ]
    const base = { channel: 'text' as const, status: 'in_progress' as const, user_id: 'ada', agent_id }
    const row = { id, ...base, created_at: '2026-01-01T00:00:00Z', conversation: { items } }
    expect(await server.client.importConversations({ conversations: [row] })).toMatchObject({ created: 1 })
    const shown = await read(id, await tokenFor(id))
    expect(shown.map(({ position, widget }) => [position, widget])).toEqual([
      [0, odd],
      [5, items[5]!.output.widget],
    ])
    const answer = { in_reply_to: items[0]!.call_id, values: { a: 'b' } }
    expect(await refusal(send(id, answer))).toMatchObject({ status: 422, errors: [{ path: 'in_reply_to' }] })
  })
})

describe('what is not kept', () => {
  test('values and widgets are redacted in the item, the event and for the token', async () => {
    const rules = { redact: ['phone'] }
    const config = { forms: [form], built_in_tools: { widgets: {} }, retention: rules }
    const { agent_id: careful } = await publishAgent(server.client, config)
    const { id, call_id } = await show('show_form_booking', {}, careful)
    await send(id, { in_reply_to: call_id, values: { name: 'Call +49 30 1234567' } })
    expect((await saidByUser(id))[1]).toMatchObject({
      content: ['Name: Call [phone]'],
      values: { name: 'Call [phone]' },
    })
    expect(JSON.stringify(await eventsOf(id))).not.toContain('1234567')
    // The model got it, from memory.
    expect(server.model.requests.at(-1)!.messages.at(-1)!.content).toContain('1234567')
  })

  test('a deletion takes the ids along', async () => {
    const { id, call_id } = await showForm()
    await send(id, { in_reply_to: call_id, values: { name: 'Ada' }, client_id: randomUUID() })
    await server.client.deleteConversation({ conversation_id: id })
    expect([await countRows('client_messages', id), await countRows('answered_widgets', id)]).toEqual([0, 0])
  })
})

test('an export is imported as it was, and its claims hold', async () => {
  const { id, call_id } = await showForm()
  const client_id = randomUUID()
  await send(id, { in_reply_to: call_id, values: { name: 'Ada' }, client_id })
  const exported = await server.client.getConversation({ conversation_id: id })
  const items = exported.conversation!.items.map(({ position: _p, id: _id, ...item }) => item)
  const copy = randomUUID()
  const { channel, status, user_id, created_at } = exported
  const row = { id: copy, channel, status, user_id, agent_id, created_at, conversation: { items } } as never
  expect(await server.client.importConversations({ conversations: [row] })).toMatchObject({ created: 1, errors: [] })
  expect((await read(copy)).map(({ id: _id, position: _p, ...item }) => item)).toEqual(items)
  expect(await refusal(send(copy, { text: 'Hi', client_id }))).toMatchObject({ code: 'message_stored' })
  expect(await refusal(send(copy, { in_reply_to: call_id, values: { name: 'A' } }))).toMatchObject({
    code: 'widget_answered',
  })

  const answer = (more: object) => ({ type: 'message', role: 'user', content: ['A'], turn_id: randomUUID(), ...more })
  const faulty = [
    answer({ client_id }),
    answer({ client_id: client_id.toUpperCase() }),
    answer({ client_id, turn_id: null }),
  ]
  const { errors } = await server.client.importConversations({
    conversations: [{ ...(row as object), id: randomUUID(), conversation: { items: faulty } } as never],
  })
  expect(errors.map(({ path }) => path)).toEqual([
    ...['conversation.items.2.turn_id', 'conversation.items.1.client_id', 'conversation.items.2.client_id'],
  ])
})

describe('a token with `message`', () => {
  test('cancels a turn and learns nothing of its cost; one without does not', async () => {
    const id = await begin()
    const held = holdAnswer()
    answerWith(held)
    const call = refusal(send(id, { text: 'Hello' }))
    await held.asked
    held.say('Once upon')
    const [turn] = (await server.client.listConversationTurns({ conversation_id: id })).data
    const input = { conversation_id: id, turn_id: turn!.turn_id }
    expect(await refusal((await tokenFor(id, ['read'])).cancelTurn(input))).toMatchObject({ status: 403 })
    const elsewhere = await tokenFor(await begin())
    expect(await refusal(elsewhere.cancelTurn(input))).toMatchObject({ status: 404 })
    const cancelled = await (await tokenFor(id, ['message'])).cancelTurn(input)
    expect(cancelled).toMatchObject({ status: 'cancelled', outcome: 'cancelled_by_caller', input_tokens: null })
    expect(await call).toMatchObject({ status: 409, code: 'turn_cancelled' })
    answerWith('A reply.')
    const { turn_id } = await send(id, { text: 'Again' })
    const final = { conversation_id: id, turn_id }
    expect(await (await tokenFor(id)).cancelTurn(final)).toMatchObject({ status: 'completed', output_tokens: null })
    expect(await server.client.cancelTurn(final)).toMatchObject({ output_tokens: 7 })
  })
})

describe('what rooms add', () => {
  const context = () => {
    const { core, rooms } = server.app
    const { organization_id } = server
    const access = {
      ...{ organization_id, actor: { type: 'credential' as const, id: null, name: 'widget' }, agent_ids: null },
      ...{ scopes: new Set<never>(), conversation: null, limit_key: 'w' },
    }
    const store = openStore(core.database, organization_id)
    const rest = { request_id: 'r', log: core.log, edge: null, accepts_stream: false, key: null }
    return { core, room: rooms.conversations.conversations, access, store, ...rest }
  }
  const input = () => ({ channel: 'text' as const, user_id: 'guest_1', agent_id })

  test('a conversation that a widget starts says so, in the row and the event; others say null', async () => {
    const seen: string[] = []
    const web_widget_id = randomUUID()
    const { conversation } = await createConversationWith(context(), input(), {
      web_widget_id,
      alongside: async (_tx, created) => void seen.push(created.id),
    })
    expect(seen).toEqual([conversation.id])
    expect(conversation).toMatchObject({ web_widget_id })
    expect((await eventsOf(conversation.id))[0]).toMatchObject({
      type: 'conversation.created',
      data: { web_widget_id },
    })
    expect((await eventsOf(await begin()))[0]!.data).toMatchObject({ web_widget_id: null })
  })

  test('what the addition throws leaves no conversation', async () => {
    const id = randomUUID()
    const alongside = () => Promise.reject(new Error('taken'))
    const created = createConversationWith(context(), { ...input(), id }, { web_widget_id: 'w', alongside })
    await expect(created).rejects.toThrow('taken')
    expect(await refusal(server.client.getConversation({ conversation_id: id }))).toMatchObject({ status: 404 })
  })

  test('feedback is an event beside the change of metadata, in one commit, which tokens do not see', async () => {
    const id = await begin()
    const token = await tokenFor(id)
    const { room, store } = context()
    const feedback = { rating: 5, data: { why: 'Fast' } }
    const events = [{ type: 'conversation.feedback' as const, data: feedback }]
    const patch = () => ({ feedback_form: feedback.data, rating: 5 })
    const refused = changeMetadata(store, room.commits, id, patch, {
      events,
      alongside: () => Promise.reject(new Error('given')),
    })
    await expect(refused).rejects.toThrow('given')
    await changeMetadata(store, room.commits, id, patch, { events })
    const told = (await eventsOf(id)).slice(2)
    expect(told).toMatchObject([
      { type: 'conversation.updated', data: { custom_metadata: patch() } },
      { type: 'conversation.feedback', data: feedback },
    ])
    await send(id, { text: 'Bye' })
    expect((await eventsOf(id, token)).map(({ type }) => type)).not.toContain('conversation.feedback')
  })
})
