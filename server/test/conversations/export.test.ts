// exportConversations: lines that an import takes, complete and in order, from wherever a reader broke off.
import { randomUUID } from 'node:crypto'
import type { Input } from '@parley/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { desk } from '../hand-off/fixture.ts'
import { makeNarrowedKey } from '../support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

type Row = Input<'importConversations'>['conversations'][number]

let server: TestServer
let elsewhere: TestServer
let native: string
const large = randomUUID()
const person = { type: 'user' as const, id: 'bo', name: 'Bo Lee', external: true, shown_name: 'Bo' }
const citations = [
  { number: 2, source_name: 'Terms.pdf', url: null, page: 3, chunk_id: randomUUID(), source_id: randomUUID() },
  { number: 5, source_name: 'Delivery', url: 'https://shop.example.com/delivery' },
]

beforeAll(async () => {
  // A transcript may be larger than a page of the export.
  server = await startTestServer({ PARLEY_LIMIT_BODY_BYTES: '8388608' })
  elsewhere = await startTestServer({ PARLEY_LIMIT_BODY_BYTES: '8388608' })
  const { client } = server
  const { agent_id } = await publishAgent(client)
  const begun = await client.createConversation({ channel: 'text', user_id: 'native', agent_id })
  native = begun.conversation.id
  await client.sendConversationMessage({ conversation_id: native, text: 'Hello „ä“ 😀', client_id: randomUUID() })
  await client.takeConversation({ conversation_id: native, external: desk })
  await client.replyToConversation({ conversation_id: native, external: desk, text: 'I am Ada' })
  await client.endConversation({ conversation_id: native, reason: 'done', prefer: 'wait=0' })
  const items = [
    { type: 'message' as const, role: 'user' as const, content: ['Hello', 'there'] },
    { type: 'function_call' as const, call_id: 'k', name: 'look', arguments: { a: [1, { b: null }] } },
    { type: 'function_call_output' as const, call_id: 'k', name: 'look', output: { c: 1.5 }, latency_ms: 3 },
    { type: 'message' as const, role: 'assistant' as const, content: ['Hi [2]'], interrupted: true, citations },
    { type: 'message' as const, role: 'assistant' as const, content: ['I am Bo'], author: person },
    { type: 'message' as const, role: 'assistant' as const, content: ['Bye'], author: { type: 'system' as const } },
  ]
  const text = 'x'.repeat(200_000)
  const rows: Row[] = [
    rowOf({
      id: large,
      conversation: { items: Array.from({ length: 25 }, () => ({ ...items[0]!, content: [text] })) },
    }),
    rowOf({ channel: 'telephone', agent_number: '+1', to_address: '+2', from_address: '+3', user_turn_count: 7 }),
    rowOf({
      channel: 'email',
      subject: 'Re: all',
      status: 'failed',
      summary: 'S',
      custom_metadata: { n: 1e21, t: 'ä' },
    }),
    // More than a page, of which many have the same time.
    ...Array.from({ length: 120 }, (_none, index) =>
      rowOf({ user_id: `u${index}`, conversation: { items: index < 5 ? items : [items[0]!] } }),
    ),
  ]
  const { errors } = await client.importConversations({ conversations: rows })
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await elsewhere[Symbol.asyncDispose]()
})

function rowOf(fields: Partial<Row>): Row {
  const fixed = { channel: 'text', status: 'completed', user_id: 'u', created_at: '2026-01-01T10:00:00Z' } as const
  return { id: randomUUID(), ...fixed, ...fields }
}

async function read({ client }: Pick<TestServer, 'client'>, input: Input<'exportConversations'> = {}) {
  const response = await client.exportConversations(input)
  expect(response.headers.get('content-type')).toBe('application/x-ndjson')
  const lines = (await response.text()).split('\n')
  expect(lines.pop()).toBe('')
  return lines
}

const parsed = (lines: string[]) => lines.map((line) => JSON.parse(line) as Row)

test('what is exported and imported elsewhere is exported from there to the byte', async () => {
  const lines = await read(server)
  expect(lines).toHaveLength(124)
  const rows = parsed(lines)
  expect(rows.map(({ created_at }) => created_at)).toEqual(
    rows
      .map(({ created_at }) => created_at)
      .toSorted()
      .toReversed(),
  )
  for (let at = 0; at < rows.length; at += 62) {
    const conversations = rows.slice(at, at + 62)
    expect(await elsewhere.client.importConversations({ conversations })).toEqual({
      created: 62,
      unchanged: 0,
      errors: [],
    })
  }
  expect(await read(elsewhere)).toEqual(lines)
  // Also where the conversations began.
  const conversations = rows.filter(({ id }) => id === native || id === large)
  expect(await server.client.importConversations({ conversations })).toEqual({ created: 0, unchanged: 2, errors: [] })
})

test('who spoke and what was cited move with the messages', async () => {
  const itemsOf = async (user_id: string) => parsed(await read(server, { user_id }))[0]!.conversation!.items
  expect((await itemsOf('native')).at(-1)).toMatchObject({
    content: ['I am Ada'],
    author: { type: 'user', ...desk, external: true },
  })
  const items = await itemsOf('u0')
  expect(items.map(({ author, citations: cited }) => ({ author, cited }))).toEqual([
    ...[{}, {}, {}],
    { cited: citations },
    { author: person },
    { author: { type: 'system', id: null, name: null, external: false } },
  ])
})

test('the filters are those of the list, and a cursor goes on after a line', async () => {
  const lines = await read(server)
  const [first, second] = parsed(lines)
  const cursor = Buffer.from(first!.created_at).toString('base64url')
  expect(await read(server, { cursor })).toEqual(lines.slice(1))
  expect(await read(server, { created_before: second!.created_at })).toEqual(lines.slice(1))
  expect(parsed(await read(server, { user_id: 'native' })).map(({ id }) => id)).toEqual([native])
  expect(await read(server, { status: 'cancelled' })).toEqual([])
  expect(await refusal(server.client.exportConversations({ cursor: 'x' }))).toMatchObject({ status: 422 })
})

test('a narrowed key gets what it may see', async () => {
  const { agent_id } = await publishAgent(server.client)
  const client = server.as({ token: await makeNarrowedKey(server, [agent_id]) })
  expect(await read({ client })).toEqual([])
})
