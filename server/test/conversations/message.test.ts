// sendConversationMessage on its own: the reply, what the model is told, and every reason why there is no reply.
import type { Input } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeKey } from '../support/actors.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ PARLEY_LIMIT_MESSAGE_CHARACTERS: '50' })
})
afterAll(() => server[Symbol.asyncDispose]())

type CreateInput = Partial<Input<'createConversation'>>

/** A conversation with an agent of its own. */
async function start(config: object = {}, fields: CreateInput = {}): Promise<string> {
  const { agent_id } = await publishAgent(server.client, config)
  const created = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id, ...fields })
  return created.conversation.id
}
const send = (conversation_id: string, text: string, more: object = {}) =>
  server.client.sendConversationMessage({ conversation_id, text, ...more })
const turnsOf = async (conversation_id: string) => (await server.client.listConversationTurns({ conversation_id })).data
const transcriptOf = async (conversation_id: string) =>
  (await server.client.getConversation({ conversation_id })).conversation!.items
const said = async (id: string) => (await transcriptOf(id)).map(({ role, content }) => [role, content!.join('')])

describe('the reply', () => {
  test('and what is recorded of the turn', async () => {
    const id = await start()
    server.model.answer = () => 'In Berlin.'
    const answer = await send(id, 'Where is it?')
    expect(answer).toEqual({
      ...{ conversation_id: id, reply: 'In Berlin.', tool_calls: [], turn_id: expect.any(String), handled_by: 'agent' },
    })
    const { turn_id } = answer
    const items = await transcriptOf(id)
    expect(items).toMatchObject([
      { position: 0, type: 'message', role: 'user', content: ['Where is it?'], interrupted: false, turn_id },
      { position: 1, type: 'message', role: 'assistant', content: ['In Berlin.'], interrupted: false, turn_id },
    ])
    expect(items[0]).not.toHaveProperty('metrics')
    const tokens = { input_tokens: 11, output_tokens: 7 }
    expect(items[1]!.metrics).toMatchObject({ model: 'openai/scripted', tools_ms: 0, ...tokens })
    const [turn] = await turnsOf(id)
    expect(turn).toMatchObject({
      ...{ turn_id, status: 'completed', outcome: 'reply', user_message_ids: [items[0]!.id], concurrency: 'queue' },
      ...{ attempts: 1, steps: 1, error: null, ...tokens },
    })
    const times = [turn!.queued_at, turn!.started_at!, turn!.finished_at!]
    expect(times.toSorted()).toEqual(times)
    expect(await server.client.getConversation({ conversation_id: id })).toMatchObject({
      user_turn_count: 1,
      status: 'in_progress',
      last_activity_at: items[1]!.created_at,
    })
  })

  test.each([
    [{}, false],
    [{ interactivity: null }, false],
    [{ interactivity: 'plain' }, false],
    [{ interactivity: 'rich' }, true],
  ])('%j: widgets %s', async (fields, hasWidgets) => {
    server.model.answer = () => 'Hello.'
    const answer = await send(await start(), 'Hi', fields)
    expect(answer.widgets).toEqual(hasWidgets ? [] : undefined)
  })

  test('is wrapped by the body template, and returned and stored that way', async () => {
    const body_template = '{{ agent_response }} -- for {{ custom_metadata.name }}'
    const custom_metadata = { name: 'Ada' }
    const id = await start({ channel_properties: { text: { body_template } } }, { custom_metadata })
    server.model.answer = () => 'Yes.'
    expect((await send(id, 'Really?')).reply).toBe('Yes. -- for Ada')
    expect(await said(id)).toEqual([
      ['user', 'Really?'],
      ['assistant', 'Yes. -- for Ada'],
    ])
  })

  test('is the same for a key that may not read', async () => {
    const id = await start()
    server.model.answer = () => 'Yes.'
    const client = server.as({ token: await makeKey(server, { only: ['conversations:manage'] }) })
    expect((await client.sendConversationMessage({ conversation_id: id, text: 'Hi' })).reply).toBe('Yes.')
  })
})

describe('the model', () => {
  test('gets the instructions, the guardrails, the context and all messages', async () => {
    const config = {
      instructions: 'You serve {{ custom_metadata.name }} ({{ user_id }}) on {{ channel }}{{ missing }}.',
      guardrails: 'Never swear.',
      starting_message: 'Welcome.',
      channel_overrides: { text: { instructions: 'Write short lines.' } },
      llm: { provider: 'openai', model: 'special', temperature: 0.5, max_output_tokens: 99 },
    }
    const id = await start(config, { initial_context: 'A parcel is late.', custom_metadata: { name: 'Ada' } })
    server.model.answer = () => 'First answer.'
    await send(id, 'First question')
    await send(id, 'Second question')
    const request = server.model.requests.at(-1)!
    expect(request).toMatchObject({ model: 'special', temperature: 0.5 })
    expect(JSON.stringify(request)).toMatch(/max(_completion)?_tokens":99/)
    const [system, ...messages] = request.messages
    const wanted = ['You serve Ada (u) on text.', 'Write short lines.', 'Never swear.', 'A parcel is late.', 'Welcome.']
    expect(system!.role).toBe('system')
    for (const part of wanted) expect(system!.content).toContain(part)
    expect(messages).toEqual([
      { role: 'user', content: 'First question' },
      { role: 'assistant', content: 'First answer.' },
      { role: 'user', content: 'Second question' },
    ])
  })

  test('gets the current metadata', async () => {
    const id = await start({ instructions: 'Plan: {{ custom_metadata.plan }}.' }, { custom_metadata: { plan: 'free' } })
    server.model.answer = () => 'Hello.'
    await server.client.updateConversation({ conversation_id: id, custom_metadata: { plan: 'gold' } })
    await send(id, 'Hi')
    expect(server.model.requests.at(-1)!.messages[0]!.content).toBe('Plan: gold.')
  })

  test('gets no more than the context window', async () => {
    const id = await start({ context_window: { max_items: 3 } })
    server.model.answer = () => 'Yes.'
    for (const text of ['one', 'two', 'three']) await send(id, text)
    const shown = server.model.requests.at(-1)!.messages.map(({ content }) => content)
    expect(shown).toEqual(['Be brief.', 'two', 'Yes.', 'three'])
  })
})

describe('a template that fails', () => {
  const endless = "{% for a in range(1000) %}{{ 'x' * 1000 }}{% endfor %}"

  test.each([
    ['instructions', { instructions: endless }],
    ['channel_properties.text.body_template', { channel_properties: { text: { body_template: endless } } }],
  ])('%s: the turn and the log say which one, of which agent, and why', async (path, config) => {
    const id = await start(config)
    server.model.answer = () => 'Hello.'
    server.log.length = 0
    const error = await refusal(send(id, 'Hi'))
    expect(error).toMatchObject({ status: 502, code: 'turn_failed' })
    expect(error.message).toMatch(/^The template `(.+)` could not be rendered: .+\.$/)
    expect(error.message).toContain(`\`${path}\``)
    const [turn] = await turnsOf(id)
    expect(turn).toMatchObject({ outcome: 'model_error', error: error.message })
    const lines = server.log.map((line) => JSON.parse(line) as object)
    const { turn_id, agent_version_id } = turn!
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 40, path, reason: error.message, turn_id, agent_version_id }),
    )
  })

  test('a starting message: the creation is refused, and the log names the agent', async () => {
    const { agent_id } = await publishAgent(server.client, { starting_message: endless })
    server.log.length = 0
    const error = await refusal(server.client.createConversation({ channel: 'text', user_id: 'u', agent_id }))
    expect(error).toMatchObject({ code: 'template_failed' })
    expect(error.message).toContain('The template `starting_message.text` could not be rendered')
    const lines = server.log.map((line) => JSON.parse(line) as object)
    expect(lines).toContainEqual(expect.objectContaining({ level: 40, agent_id, reason: error.message }))
  })
})

describe('when the model fails', () => {
  const llm = (model: string) => ({ provider: 'openai', model })

  test('transiently, it is called again', async () => {
    const id = await start()
    const answers = [500, 429, 'At last.']
    server.model.answer = () => answers.shift()!
    expect((await send(id, 'Hi')).reply).toBe('At last.')
  })

  test('three times, its fallbacks are called in order', async () => {
    const id = await start({ llm: { ...llm('a'), fallbacks: [llm('b'), llm('c')] } })
    const before = server.model.requests.length
    server.model.answer = ({ model }) => (model === 'c' ? 'From c.' : model === 'b' ? 400 : 503)
    expect((await send(id, 'Hi')).reply).toBe('From c.')
    expect(server.model.requests.slice(before).map(({ model }) => model)).toEqual(['a', 'a', 'a', 'b', 'c'])
    expect((await transcriptOf(id)).at(-1)!.metrics).toMatchObject({ model: 'openai/c' })
  })

  test('of an organization with its own key, the metrics name the fallback that answered', async () => {
    await server.client.setSecret({ name: 'OPENAI_API_KEY', value: 'sk-of-this-organization' })
    const id = await start({ llm: { ...llm('a'), fallbacks: [llm('b')] } })
    server.model.answer = ({ model }) => (model === 'b' ? 'From b.' : 503)
    expect((await send(id, 'Hi')).reply).toBe('From b.')
    expect((await transcriptOf(id)).at(-1)!.metrics).toMatchObject({ model: 'openai/b' })
    await server.client.deleteSecret({ name: 'OPENAI_API_KEY' })
  })

  test('for good: 502 turn_failed, the message is stored, and the next one is answered', async () => {
    const id = await start({ llm: { ...llm('a'), fallbacks: [llm('b')] } })
    server.model.answer = () => 500
    const before = server.model.requests.length
    const error = await refusal(send(id, 'Hi'))
    expect(error).toMatchObject({ status: 502, code: 'turn_failed', turn_id: expect.any(String) })
    expect(error.message).not.toContain('refused by the script')
    expect(server.model.requests.slice(before).map(({ model }) => model)).toEqual(['a', 'a', 'a', 'b', 'b', 'b'])
    const [turn] = await turnsOf(id)
    expect(turn).toMatchObject({ turn_id: error.turn_id, status: 'failed', outcome: 'model_error', attempts: 1 })
    expect(turn!.error).toBe(error.message)
    server.model.answer = () => 'Back again.'
    expect((await send(id, 'And now?')).reply).toBe('Back again.')
    expect(await said(id)).toEqual([
      ['user', 'Hi'],
      ['user', 'And now?'],
      ['assistant', 'Back again.'],
    ])
    const shown = server.model.requests.at(-1)!.messages.map(({ content }) => content)
    expect(shown.slice(1).join('\n')).toBe('Hi\nAnd now?')
  })

  test('after output began: none of it is kept, and it is not called again', async () => {
    const id = await start()
    const before = server.model.requests.length
    const line = Promise.withResolvers<never>()
    line.promise.catch(() => undefined)
    server.model.answer = () =>
      (async function* () {
        yield 'Half of '
        await line.promise
      })()
    const call = refusal(send(id, 'Hi'))
    await expect.poll(() => server.app.rooms.engine.engine.textSoFar(id)).toBe('Half of ')
    line.reject(new Error('the line went dead'))
    expect(await call).toMatchObject({ status: 502, code: 'turn_failed' })
    expect(server.model.requests.length).toBe(before + 1)
    expect(await said(id)).toEqual([['user', 'Hi']])
  })

  test.each(['', ' \n'])('an empty answer (%j) is not a reply: 502', async (text) => {
    const id = await start()
    server.model.answer = () => text
    expect(await refusal(send(id, 'Hi'))).toMatchObject({
      status: 502,
      code: 'turn_failed',
      turn_id: expect.any(String),
    })
  })

  test('a model call over its time limit: 504', async () => {
    const id = await start({ llm: { ...llm('slow'), timeout_ms: 20 } })
    const held = holdAnswer()
    server.model.answer = () => held
    const error = await refusal(send(id, 'Hi'))
    expect(error).toMatchObject({ status: 504, code: 'turn_failed' })
    expect(await turnsOf(id)).toMatchObject([{ turn_id: error.turn_id, status: 'failed', outcome: 'timed_out' }])
  })

  test('a turn over its time limit: 504, and the model call is aborted', async () => {
    const id = await start({ max_turn_seconds: 1 })
    const held = holdAnswer()
    server.model.answer = () => held
    const hangUps = server.model.hangUps
    const error = await refusal(send(id, 'Hi'))
    expect(error).toMatchObject({ status: 504, code: 'turn_failed', turn_id: expect.any(String) })
    await expect.poll(() => server.model.hangUps).toBe(hangUps + 1)
    server.model.answer = () => 'Here.'
    expect((await send(id, 'Hello?')).reply).toBe('Here.')
  })

  test('a model that is not configured: 502', async () => {
    const id = await start({ llm: { provider: 'anthropic', model: 'x' } })
    expect(await refusal(send(id, 'Hi'))).toMatchObject({ status: 502, code: 'turn_failed' })
  })
})

describe('what is refused', () => {
  test.each<[string, object]>([
    ['text', { text: '' }],
    ['text', { text: ' \n\t' }],
    ['text', { text: 'x'.repeat(51) }],
    ['text', { text: 'a\0' }],
    ['text', { text: '\udc00' }],
    ['text', { text: 5 }],
    ['text', {}],
    ['interactivity', { text: 'a', interactivity: 'loud' }],
    ['parley_concurrency', { text: 'a', parley_concurrency: 'shout' }],
  ])('%s: %j: 422, and nothing is stored', async (path, fields) => {
    const id = await start()
    const error = await refusal(server.client.sendConversationMessage({ conversation_id: id, ...fields } as never))
    expect(error).toMatchObject({ status: 422, errors: [{ path }], turn_id: null })
    expect(await said(id)).toEqual([])
  })

  test('text at the limit is accepted unchanged, including spaces', async () => {
    const id = await start()
    server.model.answer = () => 'Yes.'
    const text = ` ${'🙂'.repeat(48)}\n`
    await send(id, text)
    expect((await said(id))[0]).toEqual(['user', text])
  })

  test('an ended one, and one that is not text: 409', async () => {
    const id = await start()
    await server.client.endConversation({ conversation_id: id })
    expect(await refusal(send(id, 'Hi'))).toMatchObject({ status: 409, code: 'conversation_not_active', turn_id: null })
    const row = {
      id: crypto.randomUUID(),
      channel: 'webrtc',
      user_id: 'u',
      created_at: '2026-01-01T00:00:00Z',
    } as const
    await server.client.importConversations({ conversations: [{ ...row, status: 'in_progress' }] })
    expect(await refusal(send(row.id, 'Hi'))).toMatchObject({ status: 409, code: 'conversation_not_text' })
  })
})

test('T11: a client that disconnects does not stop its turn', async () => {
  const id = await start()
  const held = holdAnswer()
  server.model.answer = () => held
  const client = new AbortController()
  const call = server.client.sendConversationMessage({ conversation_id: id, text: 'Hi' }, { signal: client.signal })
  await held.asked
  held.say('I go ')
  client.abort()
  await expect(call).rejects.toThrow(/abort/)
  held.say('on.')
  held.finish()
  await expect
    .poll(() => said(id))
    .toEqual([
      ['user', 'Hi'],
      ['assistant', 'I go on.'],
    ])
  expect(await turnsOf(id)).toMatchObject([{ status: 'completed', attempts: 1 }])
})
