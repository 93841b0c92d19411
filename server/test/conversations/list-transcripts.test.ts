// listConversations with include=conversation: transcripts of a page, up to a limit of bytes.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readPageTranscripts } from '../../src/conversations/read/page-transcripts.ts'
import { type Store, openStore } from '../../src/database/store.ts'
import { makeKey, makeOrganization } from '../support/actors.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

/** A page has transcripts of four times as much. */
const answer_bytes = 20_000
const room = 4 * answer_bytes

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ PARLEY_LIMIT_ANSWER_BYTES: String(answer_bytes) })
})
afterAll(() => server[Symbol.asyncDispose]())

type Client = TestServer['client']

const message = (text: string, index = 0) => ({
  ...{ type: 'message' as const, role: index % 2 === 0 ? ('user' as const) : ('assistant' as const), content: [text] },
})

/** Conversations with transcripts of these numbers of characters in items, oldest first. */
async function bringIn(client: Client, transcripts: number[][]): Promise<string[]> {
  const conversations = transcripts.map((texts, place) => ({
    ...{ id: randomUUID(), channel: 'text' as const, status: 'completed' as const, user_id: 'u' },
    created_at: new Date(Date.UTC(2026, 1, 1) + place * 1000).toISOString(),
    conversation: { items: texts.map((length, index) => message('x'.repeat(length), index)) },
  }))
  const { errors } = await client.importConversations({ conversations })
  expect(errors).toEqual([])
  return conversations.map(({ id }) => id)
}

const newClient = async () => (await makeOrganization(server)).client

/** Of each conversation, newest first: how many items it came with, or that it was omitted. */
async function listed(client: Client, filters: { limit?: number; cursor?: string } = {}) {
  const rows = await client.listConversations({ ...filters, include: 'conversation' })
  return rows.map(({ conversation, conversation_omitted }) => {
    expect(conversation === undefined).toBe(conversation_omitted === true)
    return conversation?.items.length ?? 'omitted'
  })
}

describe('include=conversation', () => {
  test('adds the same transcript as the single read, with tool calls and metrics', async () => {
    const client = await newClient()
    const tool = { name: 'find', description: 'Finds', properties: {}, actions: [] }
    const { agent_id } = await publishAgent(client, { tools: [tool], starting_message: 'Good day!' })
    const { conversation } = await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    const answers = [{ tool_calls: [{ name: 'find', arguments: { 'a"': 1 } }] }, 'Done.']
    server.model.answer = () => answers.shift()!
    await client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' })
    await bringIn(client, [[], [1, 1, 1]])
    const rows = await client.listConversations({ include: 'conversation' })
    expect(rows.map((row) => row.conversation?.items.length)).toEqual([5, 3, 0])
    for (const row of rows) {
      const { cost: _cost, ...single } = await client.getConversation({ conversation_id: row.id })
      expect(row).toEqual(single)
    }
    expect(rows[0]!.conversation!.items.map(({ type }) => type)).toContain('function_call_output')
  })

  test('is left out from the first on that does not fit, newest first, and each can be read', async () => {
    const client = await newClient()
    const half = [room / 2 - 1000]
    const ids = await bringIn(client, [[1], half, half, [10], half, [10]])
    expect(await listed(client)).toEqual([1, 1, 1, 1, 'omitted', 'omitted'])
    const { conversation } = await client.getConversation({ conversation_id: ids[1]! })
    expect(conversation!.items).toHaveLength(1)
    // The next page has room again.
    const [last] = (await client.listConversations({ limit: 4 })).slice(-1)
    const cursor = Buffer.from(last!.created_at).toString('base64')
    expect(await listed(client, { cursor })).toEqual([1, 1])
  })

  test('of one that is larger than a page is omitted, with all older ones', async () => {
    const client = await newClient()
    await bringIn(client, [[1], Array.from({ length: 500 }, () => 1000), [1]])
    expect(await listed(client)).toEqual([1, 'omitted', 'omitted'])
  })

  test.each([63, 64, 65, 128, 129])('of %i items is complete', async (count) => {
    const client = await newClient()
    await bringIn(client, [[1], Array.from({ length: count }, () => 1), []])
    expect(await listed(client)).toEqual([0, count, 1])
  })

  test('never makes a page larger than its limit, whatever the sizes', async () => {
    const client = await newClient()
    const sizes = Array.from({ length: 30 }, (_none, place) =>
      Array.from({ length: place % 7 }, () => (place * 977) % 5000),
    )
    await bringIn(client, sizes)
    const rows = await client.listConversations({ include: 'conversation', limit: 100 })
    const bytes = rows.map(({ conversation }) => Buffer.byteLength(JSON.stringify(conversation?.items ?? [])))
    const sum = bytes.reduce((all, one) => all + one, 0)
    expect(sum).toBeLessThanOrEqual(room)
    expect(sum).toBeGreaterThan(room / 2)
    expect(rows.map(({ conversation }) => conversation !== undefined)).toEqual(
      rows.map((_row, index) => index < rows.findIndex((row) => row.conversation_omitted)),
    )
  })

  test('needs read_sensitive: without it the page is the same as without include', async () => {
    await bringIn(server.client, [[1], [1]])
    for (const scope of ['conversations:read', 'conversations:manage'] as const) {
      const client = server.as({ token: await makeKey(server, { only: [scope] }) })
      const rows = await client.listConversations({ include: 'conversation' })
      expect(rows).toEqual(await client.listConversations())
      for (const row of rows) expect(row).not.toHaveProperty('conversation')
      for (const row of rows) expect(row).not.toHaveProperty('conversation_omitted')
    }
  })

  test('without it, no transcript', async () => {
    for (const row of await server.client.listConversations()) expect(row).not.toHaveProperty('conversation')
  })

  test('keeps its place in the link to the next page', async () => {
    const headers = { authorization: `Bearer ${server.admin_key}` }
    const response = await fetch(`${server.url}/core/conversations?include=conversation&limit=1`, { headers })
    const [, next] = /^<(.*)>; rel="next"$/.exec(response.headers.get('link')!)!
    expect(new URL(next!, server.url).searchParams.get('include')).toBe('conversation')
    const [row] = (await (await fetch(server.url + next!, { headers })).json()) as { conversation?: object }[]
    expect(row).toHaveProperty('conversation')
  })

  test.each(['include=turns', 'include=', 'include=conversation,turns', 'include=conversation&include=conversation'])(
    '%s is 422, and names the field',
    async (query) => {
      const headers = { authorization: `Bearer ${server.admin_key}` }
      const response = await fetch(`${server.url}/core/conversations?${query}`, { headers })
      expect([response.status, await response.json()]).toMatchObject([422, { errors: [{ path: 'include' }] }])
    },
  )
})

interface PlanNode {
  'Relation Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  Plans?: PlanNode[]
}

function itemsReadBy(node: PlanNode): number {
  const rows = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)
  const own = node['Relation Name'] === 'transcript_items' ? rows * node['Actual Loops'] : 0
  return (node.Plans ?? []).reduce((sum, child) => sum + itemsReadBy(child), own)
}

describe('the statement that reads the transcripts of a page', () => {
  const [conversations, items_each] = [20, 200]
  let ids: string[]
  beforeAll(async () => {
    const transcripts = Array.from({ length: conversations }, () => Array.from({ length: items_each }, () => 10))
    ids = await bringIn(server.client, transcripts)
    await server.database.pool.query('analyze conversations, conversation_progress, transcript_items')
  })

  /** How many transcripts come back, and how many items the database reads for them. */
  async function read(max_bytes: number) {
    const store = openStore(server.database, server.organization_id)
    let items_read = 0
    const explained: Store = {
      ...store,
      async query(statement, values) {
        const { rows } = await server.database.pool.query(`explain (analyze, format json) ${statement.text}`, values)
        items_read += itemsReadBy(rows[0]['QUERY PLAN'][0].Plan)
        return store.query(statement, values)
      },
    }
    const transcripts = await readPageTranscripts(explained, ids, max_bytes)
    return { fitting: transcripts.filter((items) => items !== null).length, items_read }
  }

  test('reads no item of a transcript that does not fit, after it was measured', async () => {
    expect(await read(100)).toEqual({ fitting: 0, items_read: 64 })
  })

  test('reads the items of those that fit twice: to measure them and to send them', async () => {
    const { fitting, items_read } = await read(3.5 * items_each * 400)
    expect(fitting).toBeGreaterThan(2)
    expect(fitting).toBeLessThan(6)
    expect(items_read).toBeLessThanOrEqual((2 * fitting + 1) * items_each)
    expect(await read(1e9)).toEqual({ fitting: conversations, items_read: 2 * conversations * items_each })
  })
})
