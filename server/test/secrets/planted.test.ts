// Planted secrets are used in every permitted place, with peers that send back everything that they receive. Then everything that is
// stored, logged or returned is searched for them.
import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Client } from '@parley/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { type ToolPeer, type ToolRequest, opened_hosts, startToolPeer } from '../support/tool-peer.ts'
import { type EchoingModel, startEchoingModel } from './echoing-model.ts'

/** Each begins with distinct letters, which are searched for too, because a part of a secret is a secret. */
const planted = {
  HEADER_TOKEN: `planted1-${randomUUID()}/"q'+%41 \\x=&<>`,
  BODY_TOKEN: `planted2-${randomUUID()}\nü€😀"\\/+%20&`,
  HOST_TOKEN: `planted3-${randomUUID().slice(0, 20)}`,
  OPENAI_API_KEY: `sk-planted4-${randomUUID()}`,
}
const starts = ['planted1-', 'planted2-', 'planted3-', 'sk-planted4-']

let server: TestServer
let peer: ToolPeer
let model: EchoingModel
let client: Client
/** Every response body of the API, as text. */
const answered: string[] = []

beforeAll(async () => {
  peer = await startToolPeer()
  model = await startEchoingModel()
  server = await startTestServer({
    ...opened_hosts,
    OPENAI_BASE_URL: model.base_url,
    PARLEY_BASE_URLS_FOR_ORGANIZATION_KEYS: 'openai',
  })
  client = server.as({ fetch: recordingFetch })
  for (const [name, value] of Object.entries(planted)) await client.setSecret({ name, value })
  await client.createWebhookEndpoint({ url: `${peer.url}/hook`, events: ['*'] })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await peer[Symbol.asyncDispose]()
  await model[Symbol.asyncDispose]()
})

async function recordingFetch(address: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(address, init)
  const [kept, given] = response.body?.tee() ?? [null, null]
  if (kept) void new Response(kept).text().then((text) => answered.push(text))
  answered.push(JSON.stringify([...response.headers]))
  return new Response(given, response)
}

const request = {
  type: 'http',
  method: 'POST',
  url: `${'{{ base }}'}/echo/{{ secrets.HEADER_TOKEN }}`,
  headers: { authorization: 'Bearer {{ secrets.HEADER_TOKEN }}', 'x-key': '{{ secrets.HOST_TOKEN }}' },
  query: { token: '{{ secrets.BODY_TOKEN }}' },
  body: { token: '{{ secrets.BODY_TOKEN }}', both: '{{ secrets.HOST_TOKEN }}{{ secrets.HEADER_TOKEN }}' },
}

const allOf = (seen: ToolRequest) => ({ ...seen, raw: Object.entries(seen.headers) })
const echoed = (seen: ToolRequest) => JSON.stringify(allOf(seen))
const answer = (response: ServerResponse, status: number, type: string, body: string) =>
  response.writeHead(status, { 'content-type': type, 'x-echo': encodeURIComponent(body).slice(0, 8000) }).end(body)

/** The limits up to which a response is read and then stored. */
const kept_bytes = 262_144
const read_bytes = kept_bytes + 12 * Math.max(...Object.values(planted).map(({ length }) => length))

/** Repeats the value so often that redacting shortens the text a lot, and once more from `at` on, where a limit cuts it in two. */
const padded = (seen: ToolRequest, at: number) => {
  const value = (JSON.parse(seen.body) as { token: string }).token
  const filler = `${value} ${'x'.repeat(2000)} `.repeat(100)
  return `${filler}${'y'.repeat(at - Buffer.byteLength(filler))}${value}${'z'.repeat(3_000_000)}`
}

/** By the path that the tool calls. */
const peers: Record<string, (seen: ToolRequest, response: ServerResponse) => void> = {
  json: (seen, response) => answer(response, 200, 'application/json', JSON.stringify(allOf(seen))),
  keys: (seen, response) =>
    answer(response, 200, 'application/json', JSON.stringify({ [seen.body]: { [seen.url]: [seen.headers] } })),
  escaped: (seen, response) =>
    answer(
      response,
      200,
      'application/json',
      `{"said": "${echoed(seen).replace(/[^]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)}"}`,
    ),
  'broken-json': (seen, response) => answer(response, 200, 'application/json', `${JSON.stringify(echoed(seen))}, {`),
  text: (seen, response) => answer(response, 200, 'text/plain', `${echoed(seen)} ${decodeURIComponent(seen.url)}`),
  html: (seen, response) =>
    answer(response, 200, 'text/html', `<p>${seen.body.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}</p>`),
  base64: (seen, response) =>
    answer(response, 200, 'text/plain', ['', 'a', 'ab'].map((x) => btoa64(`${x}${echoed(seen)}`)).join(' ')),
  'base64-of-values': (seen, response) => {
    const { token } = JSON.parse(seen.body) as { token: string }
    const values = [token, seen.headers['x-key'] as string, seen.headers.authorization!.slice(7)]
    answer(
      response,
      200,
      'application/json',
      JSON.stringify(values.flatMap((v) => ['', 'a', 'ab'].map((x) => btoa64(x + v)))),
    )
  },
  failure: (seen, response) => answer(response, 500, 'text/plain', echoed(seen)),
  refusal: (seen, response) => answer(response, 401, 'application/json', JSON.stringify({ detail: echoed(seen) })),
  redirect: (seen, response) => {
    const location = `/text?back=${encodeURIComponent(echoed(seen))}`
    response.writeHead(seen.url.startsWith('/redirect') ? 307 : 200, { location }).end(echoed(seen))
  },
  host: (seen, response) =>
    response.writeHead(302, { location: `http://${seen.headers['x-key'] as string}.invalid/x` }).end(),
  'bad-url': (seen, response) =>
    response.writeHead(302, { location: `ftp://${seen.headers['x-key'] as string}@h/` }).end(),
  'no-http': (seen, response) => response.socket!.end(`${seen.headers['x-key'] as string} is no HTTP\r\n\r\n`),
  ...Object.fromEntries(
    [kept_bytes, read_bytes].flatMap((bound) =>
      [5, 12, 20, 40, 60].map((before) => [
        `cut-${bound}-${before}`,
        (seen: ToolRequest, response: ServerResponse) =>
          answer(response, 200, 'text/plain', padded(seen, bound - before)),
      ]),
    ),
  ),
  remembered: (_seen, response) =>
    answer(response, 200, 'text/plain', peer.requests.slice(0, 40).map(echoed).join(' ')),
}

const btoa64 = (text: string) => Buffer.from(text).toString('base64')

function toolsOf() {
  const properties = { said: { type: 'string' } }
  const tool = (path: string, action: object) => ({ name: path, description: 'Calls', properties, actions: [action] })
  return [
    ...Object.keys(peers).map((path) =>
      tool(path, { ...request, url: request.url.replace('{{ base }}/echo', `${peer.url}/${path}`) }),
    ),
    // Uses no secret, and gets back what others have sent.
    tool('innocent', { type: 'http', url: `${peer.url}/remembered` }),
    {
      ...tool('speaks', { ...request, url: `${peer.url}/text`, save_as: 'got' }),
      actions: [
        { ...request, url: `${peer.url}/text`, save_as: 'got' },
        // Runs, because conditions have no secrets.
        { type: 'play_message', message: 'Got {{ got.body }}{{ secrets }}', condition: 'not secrets.HEADER_TOKEN' },
      ],
      output: '{{ got|tojson }}{{ secrets.HOST_TOKEN }}{{ secrets }}',
    },
    {
      ...tool('apologizes', { ...request, url: `${peer.url}/failure` }),
      actions_on_error: [{ type: 'play_message', message: 'Sorry: {{ error }} {{ body }} {{ secrets.HEADER_TOKEN }}' }],
    },
    tool('bad-header', { ...request, url: `${peer.url}/json`, headers: { 'x-key': '{{ secrets.BODY_TOKEN }}' } }),
    tool('bad-template', { ...request, url: `${peer.url}/json`, body: '{{ secrets.BODY_TOKEN|int // 0 + secrets }}' }),
    tool('nowhere', { ...request, url: 'http://{{ secrets.HOST_TOKEN }}.invalid/' }),
  ]
}

test('a planted secret is in nothing that is stored, logged, delivered or returned', { timeout: 120_000 }, async () => {
  peer.answer = (seen, response) => {
    const path = seen.url.split(/[/?]/)[1]!
    if (path === 'hook') return answer(response, 200, 'text/plain', seen.body)
    ;(peers[path] ?? peers['text']!)(seen, response)
  }
  const tools = toolsOf()
  const { agent_id } = await publishAgent(client, {
    instructions: 'Secrets: {{ secrets.HEADER_TOKEN }}{{ secrets }}',
    starting_message: { type: 'generated', instructions: 'Say {{ secrets.HOST_TOKEN }}' },
    channel_properties: { text: { channel: 'text', body_template: '{{ agent_response }}{{ secrets.HOST_TOKEN }}' } },
    analysis: { summary: { enabled: true }, success: 'Did they get the key?', wait_ms: 20_000 },
    tools,
  })
  const { conversation, starting_message } = await client.createConversation({
    channel: 'text',
    user_id: 'ada',
    agent_id,
  })
  expect(starting_message).toBe('Your key is [secret OPENAI_API_KEY], yes: [secret OPENAI_API_KEY].')
  const conversation_id = conversation.id
  const say = (text: string) => client.sendConversationMessage({ conversation_id, text })
  const replies: string[] = []
  for (let first = 0; first < tools.length; first += 4) {
    const calls = tools.slice(first, first + 4).map(({ name }) => name)
    model.mode = { calls }
    const { tool_calls, reply } = await say(`Call ${calls.join(', ')}`)
    expect(reply).toContain('[secret OPENAI_API_KEY]')
    replies.push(reply)
    expect(tool_calls.map(({ name }) => name)).toEqual(calls)
    for (const { arguments: given } of tool_calls) expect(given).toEqual({ said: '[secret OPENAI_API_KEY]' })
  }
  for (const said of ['Got {', 'Sorry: The server answered 500. {']) expect(replies.join()).toContain(said)
  for (const mode of ['refuses', 'redirects'] as const) {
    model.mode = mode
    expect(await say('Hello?').catch((error: unknown) => error)).toMatchObject({ status: 502 })
  }
  model.mode = 'says'
  const { summary } = await client.endConversation({ conversation_id })
  expect(summary).toContain('[secret OPENAI_API_KEY]')
  const { analysis } = await client.getConversation({ conversation_id })
  expect(analysis).toMatchObject({ success: true, success_reason: '[secret OPENAI_API_KEY] [secret OPENAI_API_KEY]' })
  await client.listConversationAnalyses({ conversation_id })

  // The planted secrets were used and sent back.
  for (const name of Object.keys(peers))
    expect(
      peer.requests.some(({ url }) => url.startsWith(`/${name}`)),
      name,
    ).toBe(true)
  const sent = peer.requests.find(({ url }) => url.startsWith('/json'))!
  expect(sent.headers.authorization).toBe(`Bearer ${planted.HEADER_TOKEN}`)
  expect(new URL(sent.url, peer.url).searchParams.get('token')).toBe(planted.BODY_TOKEN)
  expect(JSON.parse(sent.body)).toMatchObject({ token: planted.BODY_TOKEN })
  expect(new Set(model.keys)).toEqual(new Set([planted.OPENAI_API_KEY]))
  await readEverything(conversation_id)

  const stored = await readDatabase()
  expect(stored).toContain('[secret HEADER_TOKEN]')
  const received = peer.requests.filter(({ url }) => url === '/hook').map(({ body }) => body)
  expect(received.length).toBeGreaterThan(10)
  const places = { stored, log: server.log.join('\n'), answers: answered.join('\n'), webhooks: received.join('\n') }
  // The model is a third party too, and must not get the secrets of others.
  const models = model.bodies.join('\n')
  for (const [place, text] of Object.entries({ ...places, models })) expectNoSecret(place, text)
})

async function readEverything(conversation_id: string) {
  await client.getConversation({ conversation_id })
  await client.listConversations({ limit: 100 })
  await client.listConversationTurns({ conversation_id })
  await client.listSecrets({ limit: 100 })
  await client.listAgents({})
  for await (const _event of client.streamConversationEvents({ conversation_id, after: 0 })) void 0
  const { data } = await client.listWebhookEndpoints({})
  const webhook_id = data[0]!.id
  const pending = () => client.listWebhookDeliveries({ webhook_id, status: 'pending' })
  await expect.poll(async () => (await pending()).data.length, { timeout: 40_000 }).toBe(0)
  await client.listWebhookDeliveries({ webhook_id, limit: 100 })
}

/** Every value of every column of every table. */
async function readDatabase(): Promise<string> {
  const { pool } = server.database
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
  )
  const parts: string[] = []
  for (const { name } of tables) {
    const { rows } = await pool.query<Record<string, unknown>>(`select * from ${name}`)
    for (const value of rows.flatMap((row) => Object.values(row))) {
      if (Buffer.isBuffer(value)) parts.push(value.toString('latin1'), value.toString('utf8'))
      else if (value !== null) parts.push(typeof value === 'string' ? value : JSON.stringify(value))
    }
  }
  expect(tables.map(({ name }) => name)).toContain('public.secrets')
  expect(parts.length).toBeGreaterThan(500)
  return parts.join('\n')
}

/** Each secret and its beginning in plain, percent-encoded, Base64 and escaped form. */
function expectNoSecret(place: string, text: string): void {
  const decoded = text.replace(/\\+u([0-9a-f]{4})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  const haystacks = [text, decoded, decodePercent(text)].map((one) => one.toLowerCase())
  for (const value of [...Object.values(planted), ...starts]) {
    const needles = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)].map((one) =>
      one.toLowerCase(),
    )
    for (const needle of needles) {
      for (const haystack of haystacks)
        expect(haystack.indexOf(needle), `${needle} in ${place}: ${around(haystack, needle)}`).toBe(-1)
    }
    for (const offset of [0, 1, 2]) {
      // Of the beginning, only the letters that do not depend on what follows.
      const base64 = btoa64('\0'.repeat(offset) + value).replace(/=+$/, '')
      const core = base64.slice([0, 2, 3][offset], Math.floor(((offset + Buffer.byteLength(value)) * 8) / 6))
      expect(text.indexOf(core), `Base64 of ${value} in ${place}: ${around(text, core)}`).toBe(-1)
    }
  }
}

const around = (text: string, needle: string) => {
  const at = text.indexOf(needle)
  return at < 0 ? '' : text.slice(Math.max(0, at - 300), at + 100)
}

const decodePercent = (text: string) =>
  text.replace(/(%[0-9a-f]{2})+/gi, (hex) => Buffer.from(hex.replaceAll('%', ''), 'hex').toString())
