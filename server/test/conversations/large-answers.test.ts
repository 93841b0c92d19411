// Data larger than one answer: where the answer ends, and that the rest can be read from there.
import { randomUUID } from 'node:crypto'
import type { Analysis, TranscriptItem } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readHistory } from '../../src/conversations/read/transcript.ts'
import { openStore } from '../../src/database/store.ts'
import { reachOf, selectHistory } from '../../src/engine/rules/context-window.ts'
import { makeKey } from '../support/actors.ts'
import type { ChatRequest } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

const answer_bytes = 20_000

let server: TestServer
let agent_id: string
beforeAll(async () => {
  server = await startTestServer({ PARLEY_LIMIT_ANSWER_BYTES: String(answer_bytes) })
  agent_id = (await publishAgent(server.client)).agent_id
})
afterAll(() => server[Symbol.asyncDispose]())

const times = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index))
const sizeOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

type ImportedItem = { type: 'message' | 'function_call' | 'function_call_output' } & Record<string, unknown>

/** An ended conversation with these items. */
async function bringIn(items: ImportedItem[], fields: object = {}): Promise<string> {
  const id = randomUUID()
  const { errors } = await server.client.importConversations({
    conversations: [
      {
        ...{ id, channel: 'text', status: 'completed', user_id: 'u', agent_id, created_at: '2026-01-01T00:00:00Z' },
        conversation: { items },
        ...fields,
      } as never,
    ],
  })
  expect(errors).toEqual([])
  return id
}

const message = (text: string, index = 0): ImportedItem => ({
  ...{ type: 'message', role: index % 2 === 0 ? 'user' : 'assistant', content: [text] },
})

/** The transcript, part by part. */
async function readParts(conversation_id: string, client = server.client): Promise<TranscriptItem[][]> {
  const parts: TranscriptItem[][] = []
  for (let items_from: number | undefined = 0; items_from !== undefined;) {
    const { conversation } = await client.getConversation({ conversation_id, items_from })
    parts.push(conversation!.items)
    items_from = conversation!.next_position
  }
  return parts
}

describe('a transcript', () => {
  test('that is ordinary is returned whole, without a next position', async () => {
    const id = await bringIn(times(40, (index) => message('Hello', index)))
    const { conversation } = await server.client.getConversation({ conversation_id: id })
    expect(Object.keys(conversation!)).toEqual(['items'])
    expect(conversation!.items.map(({ position }) => position)).toEqual(times(40, (index) => index))
  })

  test('that is larger is returned in parts, oldest first, each item once', async () => {
    const id = await bringIn(times(30, (index) => message(`${index} ${'x'.repeat(3000)}`, index)))
    const parts = await readParts(id)
    expect(parts.length).toBeGreaterThan(4)
    for (const items of parts) expect(sizeOf(items)).toBeLessThan(answer_bytes + 4000)
    expect(parts.flat().map(({ position, content }) => [position, content![0]!.split(' ')[0]])).toEqual(
      times(30, (index) => [index, String(index)]),
    )
  })

  test('of very many small items is bounded too, by their overhead', async () => {
    const id = await bringIn(times(2000, (index) => message('x', index)))
    const parts = await readParts(id)
    expect(parts.flat()).toHaveLength(2000)
    for (const items of parts) expect(sizeOf(items)).toBeLessThan(answer_bytes + 1000)
  })

  test('has at least one item in each part, however large it is', async () => {
    const id = await bringIn(times(3, (index) => message('x'.repeat(100_000), index)))
    expect((await readParts(id)).map((items) => items.length)).toEqual([1, 1, 1])
  })

  test.each([
    ['control characters', '\u0001'.repeat(2000)],
    ['quotation marks', '"'.repeat(6000)],
    ['characters of three bytes', '€'.repeat(4000)],
  ])('is measured as it is sent: %s', async (_name, text) => {
    const id = await bringIn(times(12, (index) => message(text, index)))
    for (const items of await readParts(id)) expect(sizeOf(items)).toBeLessThan(answer_bytes + 13_000)
  })

  test('shows an end user the messages: tool items do not count', async () => {
    const call = (index: number): ImportedItem[] => [
      message(`Question ${index}`),
      { type: 'function_call', call_id: `c${index}`, name: 'look', arguments: { secret: 'y'.repeat(9000) } },
      { type: 'function_call_output', call_id: `c${index}`, name: 'look', output: 'y'.repeat(9000) },
      { type: 'message', role: 'system', content: ['y'.repeat(9000)] },
    ]
    const id = await bringIn(times(20, call).flat())
    const { token } = await server.client.createConversationToken({ conversation_id: id, permissions: ['read'] })
    const parts = await readParts(id, server.as({ token }))
    expect(parts.map((items) => items.map(({ position }) => position))).toEqual([times(20, (index) => index * 4)])
    expect(JSON.stringify(parts)).not.toContain('yyy')
  })

  test('from beyond its end is empty; without the scope it is absent', async () => {
    const conversation_id = await bringIn([message('Hello')])
    const { conversation } = await server.client.getConversation({ conversation_id, items_from: 7 })
    expect(conversation).toEqual({ items: [] })
    const token = await makeKey(server, { only: ['conversations:read'] })
    const safe = await server.as({ token }).getConversation({ conversation_id, items_from: 0 })
    expect(safe).not.toHaveProperty('conversation')
  })
})

describe('a page', () => {
  test('of versions ends with the one that exceeds the limit; the cursor continues', async () => {
    const { agent_id: id } = await publishAgent(server.client)
    for (const index of times(12, (place) => place))
      await server.client.createAgentVersion({ agent_id: id, config: { instructions: `${index} ${'x'.repeat(6000)}` } })
    const pages: number[][] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = { agent_id: id, limit: 100, ...(cursor === '' ? {} : { cursor }) }
      const { data, pagination } = await server.client.listAgentVersions(query)
      expect(sizeOf(data)).toBeLessThan(answer_bytes + 7000)
      pages.push(data.map(({ version }) => version))
      cursor = pagination.next_cursor
    }
    expect(pages.flat()).toEqual(times(13, (index) => 13 - index))
    expect(pages.length).toBeGreaterThan(3)
  })

  test('of agents, likewise', async () => {
    const metadata = { mark: randomUUID(), text: 'x'.repeat(6000) }
    for (const index of times(8, (place) => place)) await server.client.createAgent({ name: `A ${index}`, metadata })
    const names: string[] = []
    const sizes: number[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = { metadata: JSON.stringify({ mark: metadata.mark }), ...(cursor === '' ? {} : { cursor }) }
      const { data, pagination } = await server.client.listAgents(query)
      names.push(...data.map(({ name }) => name))
      sizes.push(data.length)
      cursor = pagination.next_cursor
    }
    expect(names).toEqual(times(8, (index) => `A ${7 - index}`))
    expect(sizes).toEqual([3, 3, 2])
  })

  test('of conversations has the requested length, and omits sensitive fields that do not fit', async () => {
    const user_id = randomUUID()
    const fields = { user_id, custom_metadata: { text: 'x'.repeat(4000) }, initial_context: 'y'.repeat(4000) }
    for (const _ of times(6, () => 0)) await bringIn([message('Hello')], fields)
    const rows = await server.client.listConversations({ user_id, limit: 6 })
    expect(rows.map(({ sensitive_omitted }) => sensitive_omitted)).toEqual([
      ...times(3, () => undefined),
      true,
      true,
      true,
    ])
    expect(rows.slice(0, 3).map(({ custom_metadata }) => custom_metadata)).toEqual(
      times(3, () => fields.custom_metadata),
    )
    const hidden = ['custom_metadata', 'initial_context', 'summary', 'recording_details']
    for (const row of rows.slice(3)) for (const field of hidden) expect(row).not.toHaveProperty(field)
    const token = await makeKey(server, { only: ['conversations:read'] })
    for (const row of await server.as({ token }).listConversations({ user_id, limit: 6 }))
      expect(row).not.toHaveProperty('sensitive_omitted')
  })

  test('of conversations counts their analyses too', async () => {
    const user_id = randomUUID()
    for (const _ of times(5, () => 0)) await bringIn([message('Hello')], { user_id })
    const analysis: Analysis = {
      ...{ run: 1, finished_at: '2026-01-01T00:00:00.000000Z', summary: null, outcome: null, success: null },
      ...{ success_reason: null, models: [], duration_ms: 1, input_tokens: null, output_tokens: null },
      extracted: { text: 'x'.repeat(8000) },
    }
    await server.database.pool.query('update conversations set analysis = $2 where user_id = $1', [user_id, analysis])
    const rows = await server.client.listConversations({ user_id, limit: 5 })
    expect(rows.map((row) => row.sensitive_omitted === true)).toEqual([false, false, false, true, true])
    for (const row of rows.slice(3)) expect(row).not.toHaveProperty('analysis')
  })

  test('of changes, likewise', async () => {
    const { position } = await server.client.listConversationChanges({})
    const custom_metadata = { text: 'x'.repeat(8000) }
    for (const _ of times(5, () => 0)) await bringIn([message('Hello')], { custom_metadata })
    const page = await server.client.listConversationChanges({ after: position })
    const omitted = page.data.map(({ conversation }) => conversation?.sensitive_omitted === true)
    expect(omitted).toEqual([false, false, false, true, true])
  })
})

/** An active conversation with this many messages of this many characters before the next one. */
async function speak(count: number, characters: number, config: object = {}): Promise<string> {
  const agent = await publishAgent(server.client, config)
  const { conversation } = await server.client.createConversation({
    channel: 'text',
    user_id: 'u',
    ...{ agent_id: agent.agent_id },
  })
  await server.database.pool.query(
    `insert into transcript_items (conversation_id, organization_id, position, id, type, role, content, interrupted, created_at)
     select $1, $2, n, gen_random_uuid(), 'message', case when n % 2 = 0 then 'user' else 'assistant' end,
            array[n || ' ' || repeat('x', $4)], false, clock_timestamp() from generate_series(0, $3::integer - 1) n`,
    [conversation.id, server.organization_id, count, characters],
  )
  await server.database.pool.query(
    'update conversation_progress set next_position = $2, user_turn_count = $2 where conversation_id = $1',
    [...[conversation.id, count]],
  )
  return conversation.id
}

describe('what a model is shown', () => {
  test.each([
    ['the number of items is the limit', 300, 20, { max_items: 200, max_tokens: 32_000 }],
    ['their size is the limit', 300, 30_000, { max_items: 200, max_tokens: 32_000 }],
    ['no limit is reached', 30, 100, { max_items: 200, max_tokens: 32_000 }],
  ])('is the same however far back the history is read: %s', async (_name, count, characters, window) => {
    const id = await speak(count, characters)
    const store = openStore(server.database, server.organization_id)
    const turn = { id: randomUUID(), messages_of: null }
    const all = await readHistory(store, id, { items: 100_000, characters: 2_000_000_000 }, turn)
    const read = await readHistory(store, id, reachOf(window), turn)
    expect(all).toHaveLength(count)
    expect(selectHistory(read, turn.id, window)).toEqual(selectHistory(all, turn.id, window))
    const reach = reachOf(window)
    expect(sizeOf(read)).toBeLessThan(reach.characters + 17 * (characters + 400) + 400 * reach.items)
  })

  test('and of a window that holds millions of tokens, a few mebibytes are read', async () => {
    const id = await speak(500, 30_000)
    const store = openStore(server.database, server.organization_id)
    const window = { max_items: 10_000, max_tokens: 10_000_000 }
    const read = await readHistory(store, id, reachOf(window), { id: randomUUID(), messages_of: null })
    expect(sizeOf(read)).toBeLessThan(9 * 1024 * 1024)
    expect(read.at(-1)!.position).toBe(499)
  })

  test('for a summary: the beginning and the end of what was said, as if all had been read', async () => {
    const id = await speak(50, 30_000, { analysis: {} })
    server.model.answer = () => 'They said x.'
    const { summary } = await server.client.endConversation({ conversation_id: id, prefer: 'wait=30' })
    expect(summary).toBe('They said x.')
    const asked = (server.model.requests.at(-1) as ChatRequest).messages.at(-1)!.content
    const said = times(50, (n) => {
      return JSON.stringify({ from: n % 2 === 0 ? 'end user' : 'agent', text: `${n} ${'x'.repeat(30_000)}` })
    }).join('\n')
    expect(asked.replaceAll(/transcript-[0-9a-f]{16}/g, 'MARK')).toBe(
      `Transcript:\nMARK\n${said.slice(0, 60_000)}\n[…]\n${said.slice(-60_000)}\nMARK\n\nSummary:`,
    )
  })
})
