// What readers learn of widgets, answers and the web widget of a conversation: in events, transcripts and exports, and what is not kept.
import { randomUUID } from 'node:crypto'
import { widgetData } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changeMetadata, createConversationWith } from '../../src/conversations/conversations.ts'
import { systemOrigin } from '../../src/audit/entry.ts'
import type { Context } from '../../src/calls/context.ts'
import { openStore } from '../../src/database/store.ts'
import { type Answer, holdAnswer } from '../support/scripted-model.ts'
import { publishAgent, refusal } from '../support/server.ts'
import { type Talk, form, startTalk } from './talk.ts'

let talk: Talk
beforeAll(async () => {
  talk = await startTalk()
})
afterAll(() => talk[Symbol.asyncDispose]())

describe('B4: widget.shown', () => {
  const info = (widgetData.info as unknown as { examples: [object] }).examples[0]

  test('tells end users what was shown and where, which the transcript shows them too', async () => {
    const { id, call_id, reply } = await talk.show('show_info_widget', info)
    const { turn_id } = reply
    const token = await talk.tokenFor(id)
    const shown = { call_id, position: 2, type: 'info', data: info }
    for (const client of [undefined, token]) {
      const events = await talk.eventsOf(id, client)
      expect(events.filter(({ type }) => type === 'widget.shown')).toEqual([
        { type: 'widget.shown', data: { turn_id, ...shown } },
      ])
      expect(events.some(({ type }) => type === 'tool_call.completed')).toBe(client === undefined)
    }
    const items = await talk.read(id, token)
    expect(items.map(({ type, position }) => [type, position])).toEqual([
      ['message', 0],
      ['widget', 2],
      ['message', 3],
    ])
    expect(items[1]).toEqual({
      ...{ id: expect.any(String), position: 2, type: 'widget', created_at: expect.any(String), turn_id, call_id },
      widget: { type: 'info', data: info },
    })
    expect((await talk.read(id)).map(({ type }) => type)).toEqual([
      ...['message', 'function_call', 'function_call_output', 'message'],
    ])
  })

  test('is told once when another node takes the turn over', async () => {
    const id = await talk.begin()
    const held = holdAnswer()
    const answers: Answer[] = [{ tool_calls: [{ name: 'show_form_booking', arguments: {} }] }, held, 'Please.']
    talk.server.model.answer = () => answers.shift() ?? 'Please.'
    const sent = { text: 'Show me', interactivity: 'rich' as const, idempotency_key: randomUUID() }
    const reply = talk.send(id, sent)
    await held.asked
    await talk.server.database.pool.query(
      `update turns set lease_expires_at = now() - interval '1 second', node_id = gen_random_uuid()
       where conversation_id = $1 and status = 'running'`,
      [id],
    )
    expect((await reply).reply).toBe('Please.')
    held.finish()
    expect(await talk.send(id, sent)).toMatchObject({ widgets: [{ type: 'form' }] })
    const events = await talk.eventsOf(id)
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
    const base = { channel: 'text' as const, status: 'in_progress' as const, user_id: 'ada', agent_id: talk.agent_id }
    const row = { id, ...base, created_at: '2026-01-01T00:00:00Z', conversation: { items } }
    expect(await talk.server.client.importConversations({ conversations: [row] })).toMatchObject({ created: 1 })
    const shown = await talk.read(id, await talk.tokenFor(id))
    expect(shown.map(({ position, widget }) => [position, widget])).toEqual([
      [0, odd],
      [5, items[5]!.output.widget],
    ])
    const answer = { in_reply_to: items[0]!.call_id, values: { a: 'b' } }
    expect(await refusal(talk.send(id, answer))).toMatchObject({ status: 422, errors: [{ path: 'in_reply_to' }] })
  })
})

describe('what is not kept', () => {
  test('values and widgets are redacted in the item, the event and for the token', async () => {
    const rules = { redact: ['phone'] }
    const config = { forms: [form], built_in_tools: { widgets: {} }, retention: rules }
    const { agent_id: careful } = await publishAgent(talk.server.client, config)
    const { id, call_id } = await talk.show('show_form_booking', {}, careful)
    await talk.send(id, { in_reply_to: call_id, values: { name: 'Call +49 30 1234567' } })
    expect((await talk.saidByUser(id))[1]).toMatchObject({
      content: ['Name: Call [phone]'],
      values: { name: 'Call [phone]' },
    })
    expect(JSON.stringify(await talk.eventsOf(id))).not.toContain('1234567')
    // The model got it, from memory.
    expect(talk.server.model.requests.at(-1)!.messages.at(-1)!.content).toContain('1234567')
  })

  test('a purge takes the ids along', async () => {
    const config = { forms: [form], retention: { content_days: 1 } }
    const { agent_id } = await publishAgent(talk.server.client, config)
    const { id, call_id } = await talk.show('show_form_booking', {}, agent_id)
    await talk.send(id, { in_reply_to: call_id, values: { name: 'Ada' }, client_id: randomUUID() })
    await talk.server.client.endConversation({ conversation_id: id, prefer: 'wait=0' })
    const query = (text: string) => talk.server.database.pool.query(text, [id])
    await query(`update conversations set ended_at = ended_at - interval '25 hours' where id = $1`)
    const due = `update work set due_at = now() where subject = $1 and kind = 'purge_content'`
    // Its arrival is merged first.
    await expect.poll(async () => (await query(due)).rowCount, { timeout: 40_000, interval: 20 }).toBe(1)
    const rows = async () => [await talk.countRows('client_messages', id), await talk.countRows('answered_widgets', id)]
    await expect.poll(rows, { timeout: 40_000, interval: 20 }).toEqual([0, 0])
  })

  test('a deletion takes the ids along', async () => {
    const { id, call_id } = await talk.showForm()
    await talk.send(id, { in_reply_to: call_id, values: { name: 'Ada' }, client_id: randomUUID() })
    await talk.server.client.deleteConversation({ conversation_id: id })
    expect([await talk.countRows('client_messages', id), await talk.countRows('answered_widgets', id)]).toEqual([0, 0])
  })
})

test('an export is imported as it was, and its claims hold', async () => {
  const { id, call_id } = await talk.showForm()
  const client_id = randomUUID()
  await talk.send(id, { in_reply_to: call_id, values: { name: 'Ada' }, client_id })
  const exported = await talk.server.client.getConversation({ conversation_id: id })
  const items = exported.conversation!.items.map(({ position: _p, id: _id, ...item }) => item)
  const copy = randomUUID()
  const { channel, status, user_id, created_at } = exported
  const row = {
    id: copy,
    channel,
    status,
    user_id,
    agent_id: talk.agent_id,
    created_at,
    conversation: { items },
  } as never
  expect(await talk.server.client.importConversations({ conversations: [row] })).toMatchObject({
    created: 1,
    errors: [],
  })
  expect((await talk.read(copy)).map(({ id: _id, position: _p, ...item }) => item)).toEqual(items)
  expect(await refusal(talk.send(copy, { text: 'Hi', client_id }))).toMatchObject({ code: 'message_stored' })
  expect(await refusal(talk.send(copy, { in_reply_to: call_id, values: { name: 'A' } }))).toMatchObject({
    code: 'widget_answered',
  })

  const answer = (more: object) => ({ type: 'message', role: 'user', content: ['A'], turn_id: randomUUID(), ...more })
  const faulty = [
    answer({ client_id }),
    answer({ client_id: client_id.toUpperCase() }),
    answer({ client_id, turn_id: null }),
  ]
  const { errors } = await talk.server.client.importConversations({
    conversations: [{ ...(row as object), id: randomUUID(), conversation: { items: faulty } } as never],
  })
  expect(errors.map(({ path }) => path)).toEqual([
    ...['conversation.items.2.turn_id', 'conversation.items.1.client_id', 'conversation.items.2.client_id'],
  ])
})

describe('a token with `message`', () => {
  test('cancels a turn and learns nothing of its cost; one without does not', async () => {
    const id = await talk.begin()
    const held = holdAnswer()
    talk.answerWith(held)
    const call = refusal(talk.send(id, { text: 'Hello' }))
    await held.asked
    held.say('Long ago')
    const [turn] = (await talk.server.client.listConversationTurns({ conversation_id: id })).data
    const input = { conversation_id: id, turn_id: turn!.turn_id }
    expect(await refusal((await talk.tokenFor(id, ['read'])).cancelTurn(input))).toMatchObject({ status: 403 })
    const elsewhere = await talk.tokenFor(await talk.begin())
    expect(await refusal(elsewhere.cancelTurn(input))).toMatchObject({ status: 404 })
    const cancelled = await (await talk.tokenFor(id, ['message'])).cancelTurn(input)
    expect(cancelled).toMatchObject({ status: 'cancelled', outcome: 'cancelled_by_caller', input_tokens: null })
    expect(await call).toMatchObject({ status: 409, code: 'turn_cancelled' })
    talk.answerWith('A reply.')
    const { turn_id } = await talk.send(id, { text: 'Again' })
    const final = { conversation_id: id, turn_id }
    expect(await (await talk.tokenFor(id)).cancelTurn(final)).toMatchObject({
      status: 'completed',
      output_tokens: null,
    })
    expect(await talk.server.client.cancelTurn(final)).toMatchObject({ output_tokens: 7 })
  })
})

describe('what rooms add', () => {
  const context = () => {
    const { core, rooms } = talk.server.app
    const { organization_id } = talk.server
    const access = {
      ...{ organization_id, actor: { type: 'credential' as const, id: null, name: 'widget' }, agent_ids: null },
      ...{ scopes: new Set<never>(), conversation: null, limit_key: 'w' },
    }
    const store = openStore(core.database, organization_id)
    const rest = { request_id: 'r', log: core.log, edge: null, depth: 0, accepts_stream: false, key: null }
    const audited: Context['audited'] = (work) => store.transaction(work)
    const told = { origin: systemOrigin, audited }
    return { core, room: rooms.conversations.conversations, access, store, ...rest, ...told }
  }
  const input = () => ({ channel: 'text' as const, user_id: 'guest_1', agent_id: talk.agent_id })

  test('a conversation that a widget starts says so, in the row and the event; others say null', async () => {
    const seen: string[] = []
    const web_widget_id = randomUUID()
    const { conversation } = await createConversationWith(context(), input(), {
      new_id: randomUUID(),
      web_widget_id,
      alongside: async (_tx, created) => void seen.push(created.id),
    })
    expect(seen).toEqual([conversation.id])
    expect(conversation).toMatchObject({ web_widget_id })
    expect((await talk.eventsOf(conversation.id))[0]).toMatchObject({
      type: 'conversation.created',
      data: { web_widget_id },
    })
    expect((await talk.eventsOf(await talk.begin()))[0]!.data).toMatchObject({ web_widget_id: null })
  })

  test('what the addition throws leaves no conversation', async () => {
    const id = randomUUID()
    const alongside = () => Promise.reject(new Error('taken'))
    const created = createConversationWith(context(), { ...input(), id }, { new_id: id, web_widget_id: 'w', alongside })
    await expect(created).rejects.toThrow('taken')
    expect(await refusal(talk.server.client.getConversation({ conversation_id: id }))).toMatchObject({ status: 404 })
  })

  test('feedback is an event beside the change of metadata, in one commit, which tokens do not see', async () => {
    const id = await talk.begin()
    const token = await talk.tokenFor(id)
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
    const told = (await talk.eventsOf(id)).slice(2)
    expect(told).toMatchObject([
      { type: 'conversation.updated', data: { custom_metadata: patch() } },
      { type: 'conversation.feedback', data: feedback },
    ])
    await talk.send(id, { text: 'Bye' })
    expect((await talk.eventsOf(id, token)).map(({ type }) => type)).not.toContain('conversation.feedback')
  })
})
