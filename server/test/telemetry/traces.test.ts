// Traces and metrics as a collector of OpenTelemetry gets them: what is a span, what it holds, and who is told of it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { type ChatRequest, holdAnswer } from '../support/scripted-model.ts'
import { testPorts } from '../support/ports.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { type ToolPeer, answerJson, startToolPeer } from '../support/tool-peer.ts'
import { wait_ms } from '../../src/telemetry/span-queue.ts'

const email = 'ada@example.com'
const secret = 'secret-of-the-organization'

let collector: OtlpReceiver
let peer: ToolPeer
let server: TestServer
let agent_id: string

/** Sends sooner, so that a test does not wait. */
const { clock } = testPorts
const sooner = { ...clock, after: (ms: number, call: () => void) => clock.after(ms === wait_ms ? 50 : ms, call) }

async function start(environment: Record<string, string>) {
  const started = await startTestServer(
    {
      PARLEY_ALLOW_PRIVATE_HOSTS: '127.0.0.1,localhost',
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=of%20the%20test',
      ...environment,
    },
    { ports: { clock: sooner } },
  )
  const { client } = started
  await client.setSecret({ name: 'API_KEY', value: secret })
  const look = {
    ...{ name: 'look', description: 'Looks', properties: { who: { type: 'string' } } },
    actions: [
      {
        ...{ type: 'http', method: 'POST', url: `${peer.url}/look`, body: { who: '{{ who }}' }, save_as: 'found' },
        headers: { 'x-key': '{{ secrets.API_KEY }}' },
      },
    ],
  }
  // Without a secret, with which it would follow no redirection to another host.
  const plain = { ...look, name: 'plain', actions: [{ type: 'http', url: `${peer.url}/look` }] }
  const published = await publishAgent(client, {
    ...{ instructions: 'Be kind.', tools: [look, plain], retention: { redact: ['email'] } },
  })
  return { started, agent: published.agent_id }
}

beforeAll(async () => {
  collector = await startOtlpReceiver()
  peer = await startToolPeer()
  const { started, agent } = await start({ PARLEY_TRACE_HOSTS: new URL(peer.url).host })
  ;[server, agent_id] = [started, agent]
})
afterAll(async () => {
  for (const one of [server, peer, collector]) await one?.[Symbol.asyncDispose]()
})
beforeEach(() => {
  collector.spans.length = 0
  collector.text = ''
  peer.requests.length = 0
  peer.answer = (_request, response) => answerJson(response, { found: `${email} ${secret}` })
})

/** A turn with a call of the tool. */
async function talk({ client, model }: TestServer = server, agent = agent_id, tool = 'look'): Promise<string> {
  const answers: ((request: ChatRequest) => ReturnType<TestServer['model']['answer']>)[] = [
    () => ({ text: 'One moment.', tool_calls: [{ name: tool, arguments: { who: email } }] }),
    () => `It is ${email}.`,
  ]
  model.answer = (request) => answers.shift()!(request)
  const { conversation } = await client.createConversation({ channel: 'text', user_id: email, agent_id: agent })
  await client.sendConversationMessage({ conversation_id: conversation.id, text: `I am ${email}` })
  return conversation.id
}

/** Of the conversation's last turn: once the request's span is there, which ends last. */
async function spansOf(conversation_id: string): Promise<ReceivedSpan[]> {
  const isTurn = ({ name, attributes }: ReceivedSpan) =>
    name === 'turn' && attributes['gen_ai.conversation.id'] === conversation_id
  const find = () => {
    const trace = collector.spans.findLast(isTurn)?.trace
    return collector.spans.filter((span) => span.trace === trace)
  }
  await expect.poll(() => find().map(({ name }) => name)).toContain('sendConversationMessage')
  return find()
}

async function spanNamed(name: string): Promise<ReceivedSpan> {
  const find = () => collector.spans.find((span) => span.name === name)
  await expect.poll(find).toBeDefined()
  return find()!
}

describe('a message', () => {
  test('is one trace: the operation, its turn, model calls, tools and commits, each inside another', async () => {
    const conversation_id = await talk()
    const spans = await spansOf(conversation_id)
    const parentOf = (span: ReceivedSpan) => spans.find(({ id }) => id === span.parent)?.name ?? null
    const tree = spans.map((span) => `${span.name} < ${parentOf(span)}`).toSorted()
    expect(tree).toEqual(
      [
        'chat scripted < turn',
        'chat scripted < turn',
        'commit < turn',
        'commit < sendConversationMessage',
        'commit < turn',
        'commit < turn',
        'execute_tool look < turn',
        'sendConversationMessage < null',
        'turn < sendConversationMessage',
      ].toSorted(),
    )
    const of = (name: string) => spans.find((span) => span.name === name)!
    expect(of('sendConversationMessage')).toMatchObject({ kind: 'server', is_error: false })
    expect(of('sendConversationMessage').attributes).toMatchObject({
      ...{ 'http.request.method': 'POST', 'http.response.status_code': 200 },
      'http.route': '/core/conversations/{conversation_id}/messages',
    })
    expect(of('turn').attributes).toMatchObject({
      ...{ 'gen_ai.conversation.id': conversation_id, 'gen_ai.agent.id': agent_id },
    })
    expect(of('chat scripted')).toMatchObject({ kind: 'client' })
    expect(spans.findLast(({ name }) => name === 'chat scripted')!.attributes).toMatchObject({
      ...{ 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'scripted' },
      ...{ 'gen_ai.usage.input_tokens': 11, 'gen_ai.usage.output_tokens': 7 },
      'gen_ai.response.finish_reasons': ['stop'],
    })
    expect(of('execute_tool look').attributes).toMatchObject({ 'gen_ai.tool.name': 'look' })
    expect(collector.resource).toMatchObject({
      'service.name': 'parley',
      'service.instance.id': server.app.core.node.id,
    })
    expect(collector.headers.at(-1)).toMatchObject({ 'x-collector-key': 'of the test' })
  })

  test('no content is in its trace', async () => {
    await spansOf(await talk())
    for (const said of [email, secret, 'I am', 'One moment', 'Be kind']) expect(collector.text).not.toContain(said)
  })

  test('the trace of its sender goes on', async () => {
    const [trace, parent] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']
    await fetch(`${server.url}/core/models`, {
      headers: { authorization: `Bearer ${server.admin_key}`, traceparent: `00-${trace}-${parent}-00` },
    })
    const span = await spanNamed('listModels')
    expect([span.trace, span.parent]).toEqual([trace, parent])
    await fetch(`${server.url}/core/agents`, {
      headers: { authorization: `Bearer ${server.admin_key}`, traceparent: '00-not-valid' },
    })
    expect((await spanNamed('listAgents')).parent).toBeNull()
  })
})

test('a stream that its reader leaves has not failed', async () => {
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const gone = new AbortController()
  const headers = { authorization: `Bearer ${server.admin_key}` }
  const stream = await fetch(`${server.url}/core/conversations/${conversation.id}/events`, {
    headers,
    signal: gone.signal,
  })
  await stream.body!.getReader().read()
  gone.abort()
  const { is_error, attributes } = await spanNamed('streamConversationEvents')
  expect([is_error, attributes['http.response.status_code']]).toEqual([false, 200])
})

test('a turn that waited begins a trace, and says what it follows', async () => {
  const { client, model } = server
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const conversation_id = conversation.id
  const held = holdAnswer()
  model.answer = () => held
  const send = (text: string) => client.sendConversationMessage({ conversation_id, text })
  const first = send('one')
  await held.asked
  model.answer = () => 'Yes.'
  const second = send('two')
  const states = async () => (await client.listConversationTurns({ conversation_id })).data.map(({ status }) => status)
  await expect.poll(states).toContain('queued')
  held.say('Yes.')
  held.finish()
  await Promise.all([first, second])
  const turns = () => collector.spans.filter(({ name }) => name === 'turn')
  await expect.poll(() => turns().length).toBe(2)
  const begun = turns().filter(({ parent }) => parent === null)
  expect(begun).toHaveLength(1)
  expect(begun[0]!.linked).toHaveLength(1)
})

test('the model call of an analysis belongs to no call that happens to be made meanwhile', async () => {
  const { client, model } = server
  const { agent_id: analyzed } = await publishAgent(client, { analysis: { summary: { enabled: true } } })
  model.answer = () => 'Yes.'
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'u', agent_id: analyzed })
  const conversation_id = conversation.id
  await client.sendConversationMessage({ conversation_id, text: 'Hello' })
  await spansOf(conversation_id)
  collector.spans.length = 0
  await client.endConversation({ conversation_id })
  const { parent } = await spanNamed('chat scripted')
  expect(parent).toBeNull()
})

describe('the header traceparent', () => {
  test('goes to a listed host, with the span that asks', async () => {
    const spans = await spansOf(await talk())
    const { trace, id } = spans.find(({ name }) => name === 'execute_tool look')!
    expect(peer.requests.map(({ headers }) => headers['traceparent'])).toEqual([`00-${trace}-${id}-01`])
  })

  test('does not follow a redirection to a host that is not', async () => {
    peer.answer = ({ url }, response) =>
      url === '/look'
        ? void response.writeHead(307, { location: `${peer.url.replace('127.0.0.1', 'localhost')}/other` }).end()
        : answerJson(response, { ok: true })
    await spansOf(await talk(server, agent_id, 'plain'))
    const told = peer.requests.map(({ url, headers }) => [url, headers['traceparent'] !== undefined])
    expect(told).toEqual([
      ['/look', true],
      ['/other', false],
    ])
  })
})

test('a delivery is a trace of its own', async () => {
  const { client } = server
  const webhook = await client.createWebhookEndpoint({ url: `${peer.url}/hook`, events: ['conversation.*'] })
  await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const deliveries = () => collector.spans.filter(({ name }) => name === 'deliver')
  await expect.poll(() => deliveries().length).toBeGreaterThan(0)
  const [{ parent, attributes, kind }] = deliveries() as [ReceivedSpan]
  expect([parent, kind]).toEqual([null, 'client'])
  expect(attributes).toMatchObject({
    ...{ 'http.response.status_code': 200, 'parley.webhook.id': webhook.id },
    'parley.event.type': 'conversation.created',
  })
  await client.deleteWebhookEndpoint({ webhook_id: webhook.id })
})

describe('another server', () => {
  let other: TestServer
  let agent: string
  beforeAll(async () => {
    const { started, agent: made } = await start({ OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true' })
    ;[other, agent] = [started, made]
  })
  // The last test stops it.
  afterAll(() => other?.[Symbol.asyncDispose]())

  test('with OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT spans hold what was said, redacted', async () => {
    const spans = await spansOf(await talk(other, agent))
    const of = (name: string) => spans.findLast((span) => span.name === name)!.attributes
    expect(of('chat scripted')['gen_ai.system_instructions']).toContain('Be kind.')
    expect(of('chat scripted')['gen_ai.input.messages']).toContain('I am [email]')
    expect(of('chat scripted')['gen_ai.output.messages']).toContain('It is [email]')
    expect(of('execute_tool look')['gen_ai.tool.call.arguments']).toContain('[email]')
    expect(of('execute_tool look')['gen_ai.tool.call.result']).toContain('found')
    expect(collector.text).not.toContain(email)
    expect(collector.text).not.toContain(secret)
    // It lists no hosts.
    expect(peer.requests.map(({ headers }) => headers['traceparent'])).toEqual([undefined])
  })

  test('a collector that takes nothing holds nobody up; what it does not take is counted, and told with the metrics', async () => {
    const refused = () => collector.headers.length
    collector.status = 400
    const before = refused()
    await talk(other, agent)
    await expect.poll(refused).toBeGreaterThan(before)
    collector.status = 200
    await other[Symbol.asyncDispose]()
    const told = (name: string) => collector.metrics.get(name)!
    expect(told('parley_spans_dropped_total').points[0]!.value).toBeGreaterThan(0)
    const [reply] = told('parley_turns_total').points.filter(({ attributes }) => attributes['outcome'] === 'reply')
    expect([told('parley_turns_total').kind, reply!.value]).toEqual(['sum', 2])
    expect(told('parley_turns_running').kind).toBe('gauge')
    const seconds = told('parley_turn_seconds')
    expect([seconds.kind, seconds.unit]).toEqual(['histogram', 's'])
    const [measured] = seconds.points.filter(({ attributes }) => attributes['outcome'] === 'reply')
    expect(measured!.buckets).toHaveLength(measured!.bounds!.length + 1)
    expect([measured!.value, measured!.buckets!.reduce((sum, count) => sum + count, 0)]).toEqual([2, 2])
  })
})
