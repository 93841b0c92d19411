// The built-in tools: widgets and forms of rich conversations, and an agent that ends the conversation.
import { type MessageReply, type WidgetType, operations, widgetData, widgetTypes } from '@parley/contract'
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../support/tool-peer.ts'

let server: TestServer
let peer: ToolPeer

beforeAll(async () => {
  peer = await startToolPeer()
  server = await startTestServer(opened_hosts)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await peer[Symbol.asyncDispose]()
})

const begin = async (config: object) => {
  const { agent_id } = await publishAgent(server.client, config)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  return conversation.id
}
const call = (name: string, given: object = {}) => ({ name, arguments: given })
const answerWith = (...answers: Answer[]) => {
  server.model.answer = () => answers.shift() ?? 'Fine.'
}
const send = (conversation_id: string, interactivity: 'plain' | 'rich' = 'plain') =>
  server.client.sendConversationMessage({ conversation_id, text: 'Show me', interactivity })
const offered = () => (server.model.requests.at(-1)!.tools ?? []).map(({ function: { name } }) => name)
const read = async (conversation_id: string) => server.client.getConversation({ conversation_id })

const form = { id: 'contact', title: 'Contact', fields: [{ id: 'mail', label: 'Mail', type: 'email', required: true }] }
const exampleOf = (type: WidgetType) => (widgetData[type] as unknown as { examples: [object] }).examples[0]

describe('widgets and forms', () => {
  test('the allowed ones are offered, to rich conversations only', async () => {
    const config = { built_in_tools: { widgets: { allowed: ['info', 'list'] } }, forms: [form] }
    const conversation_id = await begin(config)
    answerWith('One.', 'Two.')
    expect(await send(conversation_id)).not.toHaveProperty('widgets')
    expect(offered()).toEqual([])
    expect((await send(conversation_id, 'rich')).widgets).toEqual([])
    expect(offered()).toEqual(['show_info_widget', 'show_list_widget', 'show_form_contact'])
  })

  test.each(widgetTypes)('%s: its example is shown unchanged', async (type) => {
    const conversation_id = await begin({ built_in_tools: { widgets: {} } })
    const data = exampleOf(type)
    answerWith({ tool_calls: [call(`show_${type}_widget`, data)] }, 'Here.')
    const reply = await send(conversation_id, 'rich')
    expect(reply).toMatchObject({ reply: 'Here.', widgets: [{ type, data }], tool_calls: [{ is_error: false }] })
  })

  test('unknown fields of a form are shown too, in the plain answer and in the stream', async () => {
    const own = { ...form, theme: { color: 'red' }, fields: [{ ...form.fields[0], hint: ['a', null, 1] }] }
    const conversation_id = await begin({ forms: [own] })
    answerWith({ tool_calls: [call('show_form_contact')] }, 'Here.')
    const input = { conversation_id, text: 'Show', interactivity: 'rich' as const, idempotency_key: conversation_id }
    const plain = await server.client.sendConversationMessage(input)
    expect(plain.widgets).toEqual([{ type: 'form', data: own }])
    const events = []
    for await (const event of server.client.streamConversationMessage(input)) events.push(event)
    expect(events.at(-1)).toMatchObject({ event: 'turn.completed', data: plain })
    expect(events.at(-1)!.data).toEqual(plain)
  })

  test.each([
    [{ name: 'Contact info' }, "Show the 'Contact info' form to collect structured data from the user."],
    [
      { name: 'Contact info', description: ' ' },
      "Show the 'Contact info' form to collect structured data from the user.",
    ],
    [{ name: null }, "Show the 'Contact' form to collect structured data from the user."],
    [{ name: 'Contact info', description: 'Ask for it politely.' }, 'Ask for it politely.'],
  ])('the tool of a form with %j is described as: %s', async (fields, description) => {
    const conversation_id = await begin({ forms: [{ ...form, ...fields }] })
    answerWith('Hi.')
    await send(conversation_id, 'rich')
    const { tools } = server.model.requests.at(-1)!
    expect(tools!.map(({ function: { name, description: text } }) => [name, text])).toEqual([
      ['show_form_contact', description],
    ])
  })

  test.each<[WidgetType, object]>([
    ['detail', { title: 'A', subtitle: 'B', description: 'C', image_url: 'https://a.example/1', fields: [] }],
    ['detail', { title: 'A', image: 'https://a.example/1', text: 'B', price: '1 EUR', source: 'https://a.example/' }],
    ['detail', { title: 'A', body: '# B' }],
    ['carousel', { items: [{ title: 'A', image_url: 'https://a.example/1', actions: [{ label: 'B' }] }] }],
    ['carousel', { items: [{ title: 'A', image: 'https://a.example/1', price: '1 EUR', rating: 0 }] }],
    ['carousel', { items: [{ title: 'A', rating: 4.5, add_to_cart: { label: 'Add', message: 'Add it.' } }] }],
    ['info', { title: 'A', text: 'B', level: 'error' }],
    ['info', { rows: [{ label: 'A', value: 'B' }] }],
  ])('%s: the fields %j are valid', async (type, data) => {
    const conversation_id = await begin({ built_in_tools: { widgets: { allowed: null } } })
    answerWith({ tool_calls: [call(`show_${type}_widget`, data)] }, 'Here.')
    expect((await send(conversation_id, 'rich')).widgets).toEqual([{ type, data }])
  })

  test('several, and a form, in order; a stream sends each as it is shown', async () => {
    const conversation_id = await begin({ built_in_tools: { widgets: {} }, forms: [form] })
    const info = { text: 'Closed.' }
    answerWith(
      { tool_calls: [call('show_info_widget', info), call('show_form_contact')] },
      { tool_calls: [call('show_action_grid_widget', exampleOf('action_grid'))] },
      'Here.',
    )
    const events = []
    const input = { conversation_id, text: 'Show', interactivity: 'rich' as const }
    for await (const event of server.client.streamConversationMessage(input)) events.push(event)
    const widgets = [
      { type: 'info', data: info },
      { type: 'form', data: form },
      { type: 'action_grid', data: exampleOf('action_grid') },
    ]
    const { turn_id, widgets: shown } = events.at(-1)!.data as MessageReply
    expect(shown).toEqual(widgets)
    const told = events.filter(({ event }) => event === 'widget').map(({ data }) => data)
    expect(told).toEqual(expect.arrayContaining(widgets.map((widget) => ({ turn_id, ...widget }))))
    expect(told).toHaveLength(3)
  })

  test('invalid data is an error that the model sees, and nothing is shown', async () => {
    const conversation_id = await begin({ built_in_tools: { widgets: {} } })
    const wrong = [
      call('show_info_widget', { text: '' }),
      call('show_detail_widget', { title: 'x', image_url: 'javascript:alert(1)' }),
      call('show_action_grid_widget', { actions: [{ label: 'x', url: 'javascript:alert(1)' }] }),
      call('show_list_widget', { items: [] }),
      call('show_info_widget', { title: 'Nothing' }),
      call('show_info_widget', { rows: [] }),
      call('show_detail_widget', { title: 'x', image: 'http://a.example/1' }),
      call('show_detail_widget', { title: 'x', source: 'javascript:alert(1)' }),
      call('show_carousel_widget', { items: [{ title: 'x', rating: 5.5 }] }),
      call('show_carousel_widget', { items: [{ title: 'x', add_to_cart: { url: 'https://a.example/' } }] }),
      call('show_map_widget', {}),
    ]
    answerWith({ tool_calls: wrong }, 'Sorry.')
    const { widgets, tool_calls } = await send(conversation_id, 'rich')
    expect(widgets).toEqual([])
    expect(tool_calls.map(({ is_error }) => is_error)).toEqual(wrong.map(() => true))
  })

  test("an agent's own tool of such a name runs as configured and shows nothing", async () => {
    const own = { name: 'show_info_widget', description: 'Own', actions: [{ type: 'http', url: peer.url }] }
    peer.answer = (_request, response) => answerJson(response, { widget: 5 })
    const conversation_id = await begin({ tools: [own], built_in_tools: { widgets: {} } })
    answerWith({ tool_calls: [call('show_info_widget')] }, 'Here.')
    const { widgets, tool_calls } = await send(conversation_id, 'rich')
    expect(widgets).toEqual([])
    expect(tool_calls[0]!.output).toMatchObject({ status: 200 })
  })

  test('each type is in the reference, with its example', () => {
    const schema = JSON.stringify(operations.sendConversationMessage.success.schema)
    for (const type of widgetTypes) expect(schema).toContain(JSON.stringify(exampleOf(type)))
  })
})

const ending = { built_in_tools: { end_conversation: { enabled: true } } }

describe('end_conversation', () => {
  test('is offered if it is switched on', async () => {
    answerWith('Hi.')
    await send(await begin({}))
    expect(offered()).toEqual([])
    await send(await begin(ending))
    expect(offered()).toEqual(['end_conversation'])
  })

  test('ends the conversation after the reply, by the agent', async () => {
    const conversation_id = await begin({ ...ending, analysis: {} })
    answerWith({ tool_calls: [call('end_conversation')] }, 'Goodbye.', 'A summary.')
    const { reply } = await send(conversation_id)
    expect(reply).toBe('Goodbye.')
    const conversation = await read(conversation_id)
    expect(conversation).toMatchObject({
      status: 'completed',
      end_reason: 'ended_by_agent',
      ended_by: { type: 'agent', id: conversation.agent_id, name: 'Agent' },
    })
    expect(conversation.conversation!.items.at(-1)!.content).toEqual(['Goodbye.'])
    expect(await refusal(send(conversation_id))).toMatchObject({ code: 'conversation_not_active' })
    await expect.poll(async () => (await read(conversation_id)).analysis_status).toBe('done')
  })

  test('text beside the call is the goodbye: the model is not called again', async () => {
    const conversation_id = await begin(ending)
    const { length } = server.model.requests
    answerWith({ text: 'Goodbye, ', tool_calls: [call('end_conversation')] }, 'Never said.')
    expect(await send(conversation_id)).toMatchObject({ reply: 'Goodbye, ', tool_calls: [{ is_error: false }] })
    expect(server.model.requests).toHaveLength(length + 1)
    const { data } = await server.client.listConversationTurns({ conversation_id })
    expect(data).toMatchObject([{ outcome: 'reply', steps: 1, input_tokens: 11, output_tokens: 7 }])
    expect((await read(conversation_id)).status).toBe('completed')
  })

  test('waiting turns are cancelled, as by any other end', async () => {
    const conversation_id = await begin(ending)
    const held = holdAnswer()
    answerWith({ tool_calls: [call('end_conversation')] }, held)
    const first = send(conversation_id)
    await held.asked
    const second = refusal(send(conversation_id))
    await expect.poll(async () => (await server.client.listConversationTurns({ conversation_id })).data.length).toBe(2)
    held.say('Goodbye.')
    held.finish()
    expect((await first).reply).toBe('Goodbye.')
    expect(await second).toMatchObject({ status: 409, code: 'conversation_ended' })
  })

  test('a turn that fails after it does not end the conversation', async () => {
    const conversation_id = await begin(ending)
    answerWith({ tool_calls: [call('end_conversation')] }, 401)
    expect(await refusal(send(conversation_id))).toMatchObject({ code: 'turn_failed' })
    expect((await read(conversation_id)).status).toBe('in_progress')
  })

  test('T7: the attempt that takes the turn over knows of it', async () => {
    const conversation_id = await begin(ending)
    const held = holdAnswer()
    answerWith({ tool_calls: [call('end_conversation')] }, held, 'Goodbye.')
    const reply = send(conversation_id)
    await held.asked
    await sql`update turns set lease_expires_at = now() - interval '1 second', node_id = gen_random_uuid()
      where conversation_id = ${conversation_id} and status = 'running'`.execute(server.database)
    expect((await reply).reply).toBe('Goodbye.')
    expect(await read(conversation_id)).toMatchObject({ status: 'completed', end_reason: 'ended_by_agent' })
  })

  test("an agent's own tool of that name ends nothing", async () => {
    const tools = [{ name: 'end_conversation', description: 'Hangs up', actions: [{ type: 'hangup' }] }]
    for (const config of [{ tools }, { tools, ...ending }]) {
      const conversation_id = await begin(config)
      answerWith({ tool_calls: [call('end_conversation')] }, 'Still here.')
      expect((await send(conversation_id)).tool_calls).toMatchObject([{ is_error: false }])
      expect((await read(conversation_id)).status).toBe('in_progress')
    }
  })
})
