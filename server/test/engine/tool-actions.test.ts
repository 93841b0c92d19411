// What a tool's actions do: order, conditions, retries, error actions, an output of their own, and messages to the
// end user that are part of the reply.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Answer, holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
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
beforeEach(() => {
  peer.requests.length = 0
  peer.answer = (_request, response) => answerJson(response, { ok: true })
  server.log.length = 0
})

const http = (path: string, fields: object = {}) => ({ type: 'http', url: `${peer.url}${path}`, ...fields })
const say = (message: string, fields: object = {}) => ({ type: 'play_message', message, ...fields })

/** One turn of an agent with one tool, which the model calls once before it says "Done.". */
async function callTool(tool: object, given: object = {}, custom_metadata: Record<string, unknown> = {}) {
  const whole = { name: 'act', description: 'Acts', properties: { what: {} }, ...tool }
  const { agent_id } = await publishAgent(server.client, { tools: [whole] })
  const { conversation } = await server.client.createConversation({
    ...{ channel: 'text', user_id: 'ada', agent_id, custom_metadata },
  })
  const answers: Answer[] = [{ tool_calls: [{ name: 'act', arguments: given }] }, 'Done.']
  server.model.answer = () => answers.shift()!
  const { reply, tool_calls } = await server.client.sendConversationMessage({
    conversation_id: conversation.id,
    text: 'Go',
  })
  const { output, is_error } = tool_calls[0]!
  return { conversation_id: conversation.id, reply, output, is_error }
}

const paths = () => peer.requests.map(({ url }) => url)

describe('actions', () => {
  test('run in order, each seeing what earlier ones saved', async () => {
    peer.answer = ({ url }, response) => answerJson(response, url === '/a' ? { id: 7 } : { name: 'Ada' })
    const actions = [
      http('/a', { save_as: 'order' }),
      http('/b', { query: { id: '{{ order.body.id }}', who: '{{ custom_metadata.who }}' }, save_as: 'person' }),
    ]
    const { output, is_error } = await callTool({ actions }, {}, { who: 'me' })
    expect(paths()).toEqual(['/a', '/b?id=7&who=me'])
    expect({ output, is_error }).toEqual({
      is_error: false,
      output: { order: { status: 200, body: { id: 7 } }, person: { status: 200, body: { name: 'Ada' } } },
    })
  })

  test('are skipped if their condition is false, absent or empty', async () => {
    const conditions = [
      "what == 'tea'",
      "what == 'coffee'",
      'order.status == 200',
      'nothing.at.all',
      'custom_metadata.on',
    ]
    const actions = conditions.map((condition, index) => http(`/${index}`, { condition, save_as: 'order' }))
    await callTool({ actions }, { what: 'tea' }, { on: 0 })
    expect(paths()).toEqual(['/0', '/2'])
  })

  test('always run if their condition is absent, null, empty or blank', async () => {
    const conditions = [undefined, null, '', ' ', '\n\t ']
    await callTool({ actions: conditions.map((condition, index) => http(`/${index}`, { condition })) })
    expect(paths()).toEqual(['/0', '/1', '/2', '/3', '/4'])
  })

  test('a condition that cannot be evaluated is an error of the call', async () => {
    const { is_error, output } = await callTool({ actions: [http('/a', { condition: 'what()' })] }, { what: 'tea' })
    expect({ is_error, output: String(output).length > 0 }).toEqual({ is_error: true, output: true })
    expect(paths()).toEqual([])
  })

  test('one that fails ends them; the error actions see why, and the call remains an error', async () => {
    peer.answer = ({ url }, response) => answerJson(response, { path: url }, url === '/bad' ? 500 : 200)
    const { is_error, output, reply } = await callTool({
      actions: [http('/good', { save_as: 'good' }), http('/bad', { save_as: 'bad' }), http('/never')],
      actions_on_error: [
        http('/report', { query: { why: '{{ error }}', status: '{{ bad.status }}' }, save_as: 'report' }),
        say('It did not work: {{ error }}'),
      ],
    })
    expect(paths()).toEqual(['/good', '/bad', '/report?why=The+server+answered+500.&status=500'])
    expect(is_error).toBe(true)
    expect(output).toMatchObject({ good: {}, bad: { status: 500 }, report: {}, error: 'The server answered 500.' })
    expect(reply).toBe('It did not work: The server answered 500.\n\nDone.')
  })

  test('an error action that fails ends the error actions, and the first error counts', async () => {
    peer.answer = ({ url }, response) => answerJson(response, {}, url === '/one' ? 404 : 503)
    const { output } = await callTool({
      actions: [http('/one', { save_as: 'one' })],
      actions_on_error: [http('/two', { save_as: 'two' }), http('/three')],
    })
    expect(paths()).toEqual(['/one', '/two'])
    expect(output).toMatchObject({ error: 'The server answered 404.' })
  })

  test('the model gets the reason instead of an output that does not mention it', async () => {
    peer.answer = (_request, response) => answerJson(response, {}, 404)
    const output = 'The order is {{ order.body.state }}.'
    const actions = [http('/order', { save_as: 'order' })]
    const reason = 'The server answered 404.'
    expect(await callTool({ actions, output })).toMatchObject({ is_error: true, output: reason })
    expect(await callTool({ actions, output: 'Done.' })).toMatchObject({ is_error: true, output: reason })
    const own = await callTool({ actions, output: '{{ "No order: " ~ error if error else order.body.state }}' })
    expect(own).toMatchObject({ is_error: true, output: `No order: ${reason}` })
    const good = await callTool({ actions: [say('Hello')], output: 'Fine{{ error }}' })
    expect(good).toMatchObject({ is_error: false, output: 'Fine' })
  })

  test('error actions have their own time limit if the failed action has used up that of the tool', async () => {
    peer.answer = ({ url }, response) => {
      if (url !== '/hangs') answerJson(response, { noted: true })
    }
    const { output, is_error } = await callTool({
      timeout_ms: 2500,
      actions: [http('/hangs')],
      actions_on_error: [http('/report', { method: 'POST', body: { why: '{{ error }}' }, save_as: 'report' })],
    })
    expect({ output, is_error }).toMatchObject({ is_error: true, output: { report: { body: { noted: true } } } })
    expect(peer.requests.at(-1)!.body).toMatch(/No complete response within/)
  })

  test('a value saved under the name of an object property is an ordinary value', async () => {
    const actions = [http('/a', { save_as: 'constructor' }), say('{{ constructor.status }} {{ toString }}')]
    const { output, reply } = await callTool({ actions })
    expect(reply).toBe('200\n\nDone.')
    expect(output).toEqual({ constructor: { status: 200, body: { ok: true } }, message: '200' })
  })

  test.each([
    [{ workflow_id: 'w' }, /^The workflow failed: The workflow does not exist\.$/],
    [
      { definition: { nodes: [{ id: 'a' }] }, initial_step: 'a', reject_on_error: true, condition: '' },
      /^The workflow failed: The definition cannot be executed: definition\.nodes\.0/,
    ],
  ])('a workflow that cannot be executed is an error with the reason: %j', async (fields, message) => {
    const { is_error, output } = await callTool({ actions: [{ type: 'workflow', ...fields }] })
    expect({ is_error, output }).toEqual({ is_error: true, output: expect.stringMatching(message) })
  })

  test('those of a voice call are skipped and logged', async () => {
    const actions = [{ type: 'dtmf', digits: '1' }, http('/a'), { type: 'hangup', condition: 'false' }]
    const { is_error } = await callTool({ actions })
    expect([is_error, paths()]).toEqual([false, ['/a']])
    const lines = server.log.filter((line) => line.includes('Skipping'))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain("Skipping voice-only action 'dtmf' on async text channel")
  })
})

describe('output', () => {
  test('a template defines what the model gets', async () => {
    const tool = {
      actions: [http('/a', { save_as: 'order' })],
      output: '{{ what }}: {{ order.status }} for {{ user_id }}',
    }
    expect((await callTool(tool, { what: 'tea' })).output).toBe('tea: 200 for ada')
  })

  test('it sees the error', async () => {
    peer.answer = (_request, response) => answerJson(response, {}, 404)
    const { output, is_error } = await callTool({ actions: [http('/a')], output: 'Sorry. {{ error }}' })
    expect({ output, is_error }).toEqual({ output: 'Sorry. The server answered 404.', is_error: true })
  })

  test('one that cannot be rendered is an error, and saved values are kept', async () => {
    const { output, is_error } = await callTool({ actions: [http('/a', { save_as: 'a' })], output: '{{ a.body() }}' })
    expect(is_error).toBe(true)
    expect(output).toMatchObject({ a: { status: 200 }, error: expect.any(String) })
  })
})

describe('retries', () => {
  test.each([
    ['429', (response: import('node:http').ServerResponse) => answerJson(response, {}, 429)],
    ['503', (response: import('node:http').ServerResponse) => answerJson(response, {}, 503)],
    ['a cut connection', (response: import('node:http').ServerResponse) => void response.socket?.destroy()],
  ])('after %s, with the same key', async (_what, fail) => {
    let failures = 2
    peer.answer = (_request, response) => (failures-- > 0 ? fail(response) : answerJson(response, { ok: true }))
    const { is_error, output } = await callTool({ actions: [http('/a', { method: 'POST', retries: 3 })] })
    expect({ is_error, output }).toMatchObject({ is_error: false, output: { status: 200 } })
    expect(peer.requests).toHaveLength(3)
    expect(new Set(peer.requests.map(({ key }) => key)).size).toBe(1)
  })

  test('stop at their number, and are not made for final failures or if not configured', async () => {
    peer.answer = (_request, response) => answerJson(response, {}, 503)
    expect((await callTool({ actions: [http('/a', { retries: 1 })] })).output).toMatchObject({ status: 503 })
    expect(peer.requests).toHaveLength(2)
    await callTool({ actions: [http('/b')] })
    expect(peer.requests).toHaveLength(3)
    peer.answer = (_request, response) => answerJson(response, {}, 404)
    await callTool({ actions: [http('/c', { retries: 5 })] })
    expect(peer.requests).toHaveLength(4)
  })

  test('stop at the time limit of the tool', async () => {
    peer.answer = (_request, response) => answerJson(response, {}, 503)
    const { output } = await callTool({ timeout_ms: 300, actions: [http('/a', { retries: 5 })] })
    // A try that begins right before the limit has no answer.
    const cut_short = expect.stringMatching(/^No complete response within/)
    expect(output).toEqual(expect.toBeOneOf([expect.objectContaining({ status: 503 }), cut_short]))
    expect(peer.requests.length).toBeLessThan(4)
  })
})

describe('redirects', () => {
  test('T8: the key is sent on to another server; a body is not, and the call is an error', async () => {
    await using other = await startToolPeer()
    peer.answer = ({ method }, response) => {
      response.writeHead(method === 'GET' ? 302 : 307, { location: `${other.url}/there` }).end()
    }
    const got = await callTool({ actions: [http('/a', { headers: { 'x-key': 'mine' } })] })
    expect(got).toMatchObject({ is_error: false, output: { status: 200 } })
    expect(other.requests[0]!.key).toBe(peer.requests[0]!.key)
    expect(other.requests[0]!.headers['x-key']).toBeUndefined()
    const posted = await callTool({ actions: [http('/b', { method: 'POST', body: { a: 'mine' } })] })
    expect(posted).toMatchObject({ is_error: true, output: '127.0.0.1 redirects a body to another server.' })
    expect(other.requests).toHaveLength(1)
  })
})

describe('play_message', () => {
  test('its text is part of the reply, of the transcript, and of the next steps', async () => {
    const { reply, output, conversation_id } = await callTool(
      { actions: [say(' One {{ what }}. '), http('/a')] },
      { what: 'tea' },
    )
    expect(reply).toBe('One tea.\n\nDone.')
    expect(output).toEqual({ message: 'One tea.', status: 200, body: { ok: true } })
    const { conversation } = await server.client.getConversation({ conversation_id })
    const [last, said] = [conversation!.items.at(-1)!, conversation!.items.at(-2)!]
    expect([said.content, last.content]).toEqual([['One tea.'], ['Done.']])
    server.model.answer = () => 'Bye.'
    await server.client.sendConversationMessage({ conversation_id, text: 'And?' })
    const roles = server.model.requests.at(-1)!.messages.map(({ role }) => role)
    expect(roles).toEqual(['system', 'user', 'assistant', 'tool', 'assistant', 'user'])
  })

  test('is a separate paragraph in the text of the model, also when streamed', async () => {
    const tools = [{ name: 'act', description: 'Acts', actions: [say('From the tool.'), say('Twice.')] }]
    const { agent_id } = await publishAgent(server.client, { tools })
    const created = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
    const conversation_id = created.conversation.id
    const held = holdAnswer()
    const answers: Answer[] = [{ text: 'Wait.', tool_calls: [{ name: 'act', arguments: {} }] }, held]
    server.model.answer = () => answers.shift()!
    const stream = server.client.streamConversationMessage({ conversation_id, text: 'Go' })
    let told = ''
    for await (const { event, data } of stream) {
      expect(event).not.toBe('turn.restarted')
      if (event === 'turn.completed') expect(data.reply).toBe(told)
      if (event !== 'message.delta') continue
      told += data.text
      if (told === 'Wait.\n\nFrom the tool.\n\nTwice.') held.say('Then ')
      if (!told.endsWith('Then ')) continue
      held.say('more.')
      held.finish()
    }
    expect(told).toBe('Wait.\n\nFrom the tool.\n\nTwice.\n\nThen more.')
  })

  test('an empty one adds nothing, and an endless one is an error', async () => {
    expect((await callTool({ actions: [say('{{ nothing }}')] })).reply).toBe('Done.')
    const endless = say("{% for a in range(1000) %}{{ 'x' * 100 }}{% endfor %}")
    expect(await callTool({ actions: [endless] })).toMatchObject({ is_error: true, reply: 'Done.' })
  })

  const broken = "{% for a in range(1000) %}{{ 'x' * 1000 }}{% endfor %}"
  test.each([
    ['actions[1]', () => ({ actions: [say('One.'), { ...http('/a'), headers: { 'x-a': broken } }] })],
    ['actions[0].condition', () => ({ actions: [{ ...say('One.'), condition: "'x' * 3" }] })],
    ['actions_on_error[0]', () => ({ actions: [http('/missing')], actions_on_error: [say(broken)] })],
    ['output', () => ({ actions: [say('One.')], output: broken })],
  ])('the result and the log say that the template %s failed', async (path, tool) => {
    server.log.length = 0
    if (path.startsWith('actions_on_error')) peer.answer = (_request, response) => answerJson(response, {}, 500)
    const { output } = await callTool(tool())
    const reason = expect.stringContaining(`The template \`${path}\` could not be rendered: `)
    const lines = server.log.map((line) => JSON.parse(line) as object)
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 40, path, reason, agent_version_id: expect.any(String) }),
    )
    if (!path.startsWith('actions_on_error')) expect(JSON.stringify(output)).toContain(`The template \`${path}\``)
  })

  test('T10: the turn has a reply even if the model adds nothing', async () => {
    const { agent_id } = await publishAgent(server.client, {
      tools: [{ name: 'act', description: 'Acts', actions: [say('All is said.')] }],
    })
    const created = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
    const answers: Answer[] = [{ tool_calls: [{ name: 'act', arguments: {} }] }, '']
    server.model.answer = () => answers.shift()!
    const events = []
    const stream = server.client.streamConversationMessage({ conversation_id: created.conversation.id, text: 'Go' })
    for await (const event of stream) events.push(event)
    expect(events.map(({ event }) => event)).toEqual([
      ...['turn.started', 'tool_call.started', 'message.delta', 'tool_call.completed', 'turn.completed'],
    ])
    expect(events.at(-1)!.data).toMatchObject({ reply: 'All is said.' })
  })
})
