// What clients say about their messages: an id of their own, and the widget that they answer.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { holdAnswer } from '../support/scripted-model.ts'
import { refusal } from '../support/server.ts'
import { type Sent, type Talk, startTalk } from './talk.ts'

let talk: Talk
beforeAll(async () => {
  talk = await startTalk()
})
afterAll(() => talk[Symbol.asyncDispose]())

/** The first node is held at a point of its commit while the other gets the second message. */
describe.each(['begun', 'locked', 'written', 'committed'] as const)('while the first one is %s', (stage) => {
  async function sendBoth(id: string, first: Sent, second: Sent) {
    const hold = talk.holdAt(`message.${stage}`)
    const one = Promise.allSettled([talk.send(id, first)])
    await hold.reached
    const other = Promise.allSettled([talk.send(id, second, talk.there())])
    // It holds no lock yet, so the other is first.
    if (stage === 'begun') await other
    hold.release()
    const outcomes = [...(await one), ...(await other)]
    const answered = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.turn_id] : []))
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
    return { answered, refused }
  }

  test('B2: the same message from another node is stored once', async () => {
    const id = await talk.begin()
    const sent = { text: 'Hello', client_id: randomUUID() }
    const { answered, refused } = await sendBoth(id, sent, sent)
    expect(answered).toHaveLength(1)
    expect(refused).toMatchObject([{ status: 409, code: 'message_stored', turn_id: answered[0] }])
    expect(await talk.saidByUser(id)).toHaveLength(1)
  })

  test('of two answers to a widget one is stored', async () => {
    const { id, call_id } = await talk.showForm()
    const answer = (name: string) => ({ in_reply_to: call_id, values: { name } })
    const { answered, refused } = await sendBoth(id, answer('Ada'), answer('Bob'))
    expect(answered).toHaveLength(1)
    expect(refused).toMatchObject([{ status: 409, code: 'widget_answered', turn_id: null }])
    expect(await talk.saidByUser(id)).toHaveLength(2)
  })
})

describe('B2: client_id', () => {
  test('is stored with the message, in lower case, and told with it; other messages have none', async () => {
    const id = await talk.begin()
    const client_id = randomUUID()
    const { turn_id } = await talk.send(id, { text: 'Hello', client_id: client_id.toUpperCase() })
    await talk.send(id, { text: 'And more' })
    const [first, , second] = await talk.read(id)
    expect(first).toMatchObject({ client_id, turn_id, position: 0 })
    expect(second).not.toHaveProperty('client_id')
    const told = (await talk.eventsOf(id)).filter(({ type }) => type === 'message.created')
    expect(told.map(({ data }) => data['position'])).toEqual([0, 1, 2, 3])
    expect(told[0]!.data).toMatchObject({ client_id, turn_id })
    for (const name of ['client_id', 'in_reply_to', 'values']) expect(told[2]!.data).not.toHaveProperty(name)
  })

  test('is stored once: with its key it is answered again, without it says that it is stored', async () => {
    const id = await talk.begin()
    const sent = { text: 'Hello', client_id: randomUUID() }
    const first = await talk.send(id, { ...sent, idempotency_key: sent.client_id })
    expect(await talk.send(id, { ...sent, idempotency_key: sent.client_id })).toEqual(first)
    const stored = { status: 409, code: 'message_stored', turn_id: first.turn_id }
    const isStored = async (client = talk.server.client) =>
      expect(await refusal(talk.send(id, { ...sent, idempotency_key: randomUUID() }, client))).toMatchObject(stored)
    await isStored()
    await isStored(talk.there())
    await talk.server.database.pool.query('delete from idempotency_keys')
    await isStored(await talk.tokenFor(id))
    expect(await talk.saidByUser(id)).toHaveLength(1)
    // T1: not even the end makes it look as if it were not stored.
    await talk.server.client.endConversation({ conversation_id: id, prefer: 'wait=0' })
    await isStored()
    expect(await refusal(talk.send(id, { text: 'New', client_id: randomUUID() }))).toMatchObject({
      ...{ status: 409, code: 'conversation_not_active', turn_id: null },
    })
    // Another conversation may have it too.
    await talk.send(await talk.begin(), sent)
  })

  test('two nodes that get it at once store it once, whatever their keys', async () => {
    const id = await talk.begin()
    const sent = { text: 'Hello', client_id: randomUUID() }
    const calls = Array.from({ length: 8 }, (_none, index) =>
      talk.send(id, sent, index % 2 ? talk.there() : talk.server.client),
    )
    const outcomes = await Promise.allSettled(calls)
    const answered = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value.turn_id] : []))
    expect(answered).toHaveLength(1)
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
    for (const error of refused) expect(error).toMatchObject({ code: 'message_stored', turn_id: answered[0] })
    expect(await talk.saidByUser(id)).toHaveLength(1)
  })

  test('the database keeps it once, whatever writes', async () => {
    const id = await talk.begin()
    const { turn_id } = await talk.send(id, { text: 'Hello', client_id: randomUUID() })
    const again = `insert into client_messages select conversation_id, client_id, organization_id, $2 from client_messages
      where conversation_id = $1`
    await expect(talk.server.database.pool.query(again, [id, turn_id])).rejects.toThrow('client_messages_pkey')
  })

  test('a repeated message does not stop the turn that runs', async () => {
    const id = await talk.begin()
    const held = holdAnswer()
    talk.server.model.answer = () => held
    const sent = { text: 'Hello', client_id: randomUUID(), parley_concurrency: 'interrupt' as const }
    const first = talk.send(id, sent)
    await held.asked
    const hangUps = talk.server.model.hangUps
    expect(await refusal(talk.send(id, sent))).toMatchObject({ code: 'message_stored' })
    held.say('Done.')
    held.finish()
    expect((await first).reply).toBe('Done.')
    expect(talk.server.model.hangUps).toBe(hangUps)
  })

  test.each(['x', 'urn:uuid:0190c000-0000-7000-8000-000000000000', ''])('%j is refused', async (client_id) => {
    const error = await refusal(talk.send(await talk.begin(), { text: 'Hello', client_id }))
    expect(error).toMatchObject({ status: 422, errors: [{ path: 'client_id' }] })
  })
})

describe('an answer to a widget', () => {
  const values = { name: 'Ada', seat: 'Aisle' }

  test('is stored and told with its values, and the model reads a line for each field', async () => {
    const { id, call_id } = await talk.showForm()
    const answer = { client_id: randomUUID(), in_reply_to: call_id, values }
    await talk.send(id, answer)
    const text = 'Name: Ada\nSeat: Aisle'
    expect(talk.server.model.requests.at(-1)!.messages.at(-1)).toMatchObject({ role: 'user', content: text })
    expect((await talk.saidByUser(id))[1]).toMatchObject({ content: [text], ...answer })
    const told = (await talk.eventsOf(id)).filter(({ data }) => data['in_reply_to'] === call_id)
    expect(told).toMatchObject([{ type: 'message.created', data: { content: [text], ...answer } }])
  })

  test('may have a text of its own', async () => {
    const { id, call_id } = await talk.showForm()
    await talk.send(id, { text: 'My seat', in_reply_to: call_id, values })
    expect((await talk.saidByUser(id))[1]).toMatchObject({ content: ['My seat'], values })
  })

  test('is given once; of a second one nothing is stored', async () => {
    const { id, call_id } = await talk.showForm()
    await talk.send(id, { in_reply_to: call_id, values })
    const second = { in_reply_to: call_id, values: { name: 'Bob' }, client_id: randomUUID() }
    for (const client of [talk.server.client, talk.there(), await talk.tokenFor(id)]) {
      expect(await refusal(talk.send(id, second, client))).toMatchObject({
        status: 409,
        code: 'widget_answered',
        turn_id: null,
      })
    }
    expect(await talk.saidByUser(id)).toHaveLength(2)
    expect(await talk.countRows('client_messages', id)).toBe(0)
    // What was refused was not stored, so its id is free.
    await talk.send(id, { text: 'Then as text', client_id: second.client_id })
  })

  test('two nodes that get answers at once store one', async () => {
    const { id, call_id } = await talk.showForm()
    const answer = (name: string) => ({ in_reply_to: call_id, values: { name }, client_id: randomUUID() })
    const calls = ['A', 'B', 'C', 'D'].map((name, index) =>
      talk.send(id, answer(name), index % 2 ? talk.there() : talk.server.client),
    )
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of outcomes) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'widget_answered', turn_id: null })
    }
    expect(await talk.saidByUser(id)).toHaveLength(2)
    expect([await talk.countRows('client_messages', id), await talk.countRows('answered_widgets', id)]).toEqual([1, 1])
  })

  test.each<[string, object, Record<string, unknown>, string]>([
    ['show_collect_otp_widget', { length: 4 }, { code: '0123' }, 'Code: 0123'],
    ['show_collect_phone_number_widget', {}, { phone_number: '+49 30 1234' }, 'Phone number: +49 30 1234'],
  ])('%s asks for one field', async (tool, given, right, text) => {
    const { id, call_id } = await talk.show(tool, given)
    const [name] = Object.keys(right)
    const wrong = await refusal(talk.send(id, { in_reply_to: call_id, values: { [name!]: 'x' } }))
    expect(wrong).toMatchObject({ status: 422, errors: [{ path: `values.${name}` }] })
    await talk.send(id, { in_reply_to: call_id, values: right as never })
    expect((await talk.saidByUser(id))[1]).toMatchObject({ content: [text], values: right })
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
    const { id, call_id } = await talk.showForm()
    const error = await refusal(talk.send(id, { in_reply_to: call_id, ...answer } as Sent))
    expect(error.status).toBe(422)
    if (paths.length > 0) expect(error.errors!.map(({ path }) => path)).toEqual(paths)
    expect(await talk.saidByUser(id)).toHaveLength(1)
    await talk.send(id, { in_reply_to: call_id, values: { name: 'Ada' } })
  })

  test('only what asks can be answered, and only where it was shown', async () => {
    const values = { name: 'Ada' }
    const info = await talk.show('show_info_widget', { text: 'Open' })
    const shown = await talk.showForm()
    for (const [id, in_reply_to] of [
      [info.id, info.call_id],
      [info.id, shown.call_id],
    ] as const) {
      const error = await refusal(talk.send(id, { in_reply_to, values }))
      expect(error).toMatchObject({ status: 422, errors: [{ path: 'in_reply_to' }] })
    }
  })
})
