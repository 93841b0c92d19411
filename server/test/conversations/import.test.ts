// importConversations: the outcome of each row, what is kept of it, and that the conversation can continue.
import { randomUUID } from 'node:crypto'
import type { Input } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Organization, makeNarrowedKey, makeOrganization } from '../support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

type Row = Input<'importConversations'>['conversations'][number]
type Item = NonNullable<NonNullable<Row['conversation']>['items']>[number]

let server: TestServer
let other: Organization
let agent: { agent_id: string; version_id: string }

beforeAll(async () => {
  server = await startTestServer()
  other = await makeOrganization(server)
  agent = await publishAgent(server.client)
})
afterAll(() => server[Symbol.asyncDispose]())

const rowOf = (fields: object = {}): Row => {
  const fixed = { channel: 'text', status: 'completed', user_id: 'u', created_at: '2026-01-01T10:00:00Z' } as const
  return { id: randomUUID(), ...fixed, ...fields }
}
const bringIn = (...rows: unknown[]) => server.client.importConversations({ conversations: rows as Row[] })
const get = (conversation_id: string) => server.client.getConversation({ conversation_id })
const created = { created: 1, unchanged: 0, errors: [] }

/** Imports one row and reads it. */
async function kept(fields: object) {
  const row = rowOf(fields)
  expect(await bringIn(row)).toEqual(created)
  return get(row.id)
}

describe('a row', () => {
  test('is created once; the same content is unchanged; other content is an error', async () => {
    const row = rowOf({ custom_metadata: { a: 1, b: { c: 2, d: 3 } } })
    expect(await bringIn(row)).toEqual(created)
    const before = await get(row.id)
    const reordered = { ...row, custom_metadata: { b: { d: 3, c: 2 }, a: 1 } }
    expect(await bringIn(row, reordered)).toEqual({ created: 0, unchanged: 2, errors: [] })
    const changed = { ...row, user_id: 'v' }
    const error = { index: 1, id: row.id, path: 'id', message: expect.stringContaining('already used') }
    expect(await bringIn(row, changed)).toEqual({ created: 0, unchanged: 1, errors: [error] })
    await server.client.updateConversation({ conversation_id: row.id, custom_metadata: { z: 1 } })
    expect(await bringIn(row)).toMatchObject({ unchanged: 1 })
    expect(await get(row.id)).toMatchObject({ ...before, custom_metadata: { z: 1 }, updated_at: expect.any(String) })
  })

  test('an id of another organization, of a deleted one and of a created one is taken, with the same text', async () => {
    const foreign = rowOf()
    await other.client.importConversations({ conversations: [foreign] })
    const deleted = rowOf()
    await bringIn(deleted)
    await server.client.deleteConversation({ conversation_id: deleted.id })
    const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_config: {} })
    const { errors } = await bringIn(foreign, deleted, rowOf({ id: conversation.id }))
    const message = errors[0]!.message
    expect(errors.map(({ index, path, message: words }) => [index, path, words])).toEqual([
      [0, 'id', message],
      [1, 'id', message],
      [2, 'id', message],
    ])
  })

  test('a faulty one affects no other, and names the faulty fields', async () => {
    const good = [rowOf(), rowOf()]
    const bad = [
      [{ id: 'nonsense' }, 'id'],
      [{ id: `urn:uuid:${randomUUID()}` }, 'id'],
      [{ status: 'token_created' }, 'status'],
      [{ status: 'gone' }, 'status'],
      [{ channel: null }, 'channel'],
      [{ user_id: '' }, 'user_id'],
      [{ user_id: 'a\0b' }, 'user_id'],
      [{ custom_metadata: { a: '\ud800' } }, 'custom_metadata.a'],
      [{ custom_metadata: { a: 'x'.repeat(65_536) } }, 'custom_metadata'],
      [{ agent_id: 'nonsense' }, 'agent_id'],
      [{ created_at: '2026-02-30T00:00:00Z' }, 'created_at'],
      [{ ended_at: '2026-01-01T09:00:00Z' }, 'ended_at'],
      [{ status: 'in_progress', ended_at: '2026-01-01T11:00:00Z' }, 'ended_at'],
      [{ created_at: '0001-01-01T00:00:00Z', ended_at: '9999-01-01T00:00:00Z' }, 'ended_at'],
      [{ created_at: '9999-12-31T00:00:00Z', duration: 2_147_483_647 }, 'ended_at'],
      [{ duration: -1 }, 'duration'],
      [{ duration: 3_000_000_000 }, 'duration'],
      [{ conversation: { items: [{ type: 'message' }] } }, 'conversation.items.0.role'],
      [{ conversation: { items: [{ type: 'function_call', call_id: 'c' }] } }, 'conversation.items.0.name'],
      [{ conversation: { items: [{ type: 'function_call_output' }] } }, 'conversation.items.0.call_id'],
      [{ conversation: { items: [{ type: 'note' }] } }, 'conversation.items.0.type'],
      [
        { conversation: { items: [{ type: 'message', role: 'user', content: ['a'], position: 1 }] } },
        'conversation.items.0.position',
      ],
    ] as const
    const rows = [good[0], ...bad.map(([fields]) => rowOf(fields)), 5, null, [], good[1]]
    const answer = await bringIn(...rows)
    expect(answer.created).toBe(2)
    const paths = rows.map((_, index) => answer.errors.filter((error) => error.index === index).map(({ path }) => path))
    expect(paths.slice(1, 1 + bad.length).map((found, index) => [index, found.includes(bad[index]![1])])).toEqual(
      bad.map((_, index) => [index, true]),
    )
    expect(paths.slice(1 + bad.length)).toEqual([[''], [''], [''], []])
    for (const row of good) expect((await get(row.id)).status).toBe('completed')
    for (const [fields] of bad) if ('id' in fields) expect(await refusal(get(fields.id))).toMatchObject({ status: 404 })
  })

  test('the request itself: 1 to 500 rows', async () => {
    for (const conversations of [[], Array.from({ length: 501 }, () => rowOf())]) {
      const error = await refusal(bringIn(...conversations))
      expect(error).toMatchObject({ status: 422, errors: [{ path: 'conversations' }] })
    }
    const { status } = await refusal(server.client.importConversations({ conversations: 5 } as never))
    expect(status).toBe(422)
  })

  test('the same rows in ten simultaneous calls: each created once, unchanged for the others', async () => {
    const rows = Array.from({ length: 20 }, () => rowOf())
    const answers = await Promise.all(Array.from({ length: 10 }, () => bringIn(...rows)))
    expect(answers.flatMap((answer) => answer.errors)).toEqual([])
    expect(answers.reduce((sum, answer) => sum + answer.created, 0)).toBe(20)
    expect(answers.reduce((sum, answer) => sum + answer.unchanged, 0)).toBe(180)
  })

  test('a narrowed key imports only conversations of its agent', async () => {
    const client = server.as({ token: await makeNarrowedKey(server, [agent.agent_id]) })
    const conversations = [rowOf({ agent_id: agent.agent_id }), rowOf({ agent_id: randomUUID() }), rowOf()]
    const answer = await client.importConversations({ conversations })
    expect([answer.created, answer.errors.map(({ index, path }) => [index, path])]).toEqual([
      1,
      [1, 2].map((index) => [index, 'agent_id']),
    ])
  })
})

describe('times', () => {
  test.each([
    [{ ended_at: '2026-01-01T10:01:30.9Z' }, '2026-01-01T10:01:30.900000Z', 90],
    [{ duration: 75 }, '2026-01-01T10:01:15.000000Z', 75],
    [{ ended_at: '2026-01-01T10:00:10Z', duration: 99 }, '2026-01-01T10:00:10.000000Z', 10],
    [{ updated_at: '2026-01-01T10:00:05Z' }, '2026-01-01T10:00:05.000000Z', 5],
    [{ updated_at: '2026-01-01T09:00:00Z' }, '2026-01-01T10:00:00.000000Z', 0],
    [{ ended_at: '2026-01-01T12:00:20+02:00' }, '2026-01-01T10:00:20.000000Z', 20],
    [{ ended_at: '2026-01-01t10:00:20z' }, '2026-01-01T10:00:20.000000Z', 20],
    [{ ended_at: '2026-01-01 10:00:20+0000' }, '2026-01-01T10:00:20.000000Z', 20],
    [{ created_at: '2026-01-01T10:00Z', ended_at: '2026-01-01T10:00:20' }, '2026-01-01T10:00:20.000000Z', 20],
    [{}, '2026-01-01T10:00:00.000000Z', 0],
  ])('%j: ended at %s, duration %i', async (fields, ended_at, duration) => {
    // All of these start at the same time: `created_at` moves on, `duration` follows what was sent.
    expect(await kept(fields)).toMatchObject({ ended_at, duration })
  })

  test('an active one has no duration, and its created_at is as sent', async () => {
    expect(
      await kept({ channel: 'telephone', status: 'ringing', created_at: '2020-01-01T00:00:00.123456Z' }),
    ).toMatchObject({
      ended_at: null,
      duration: null,
      created_at: '2020-01-01T00:00:00.123456Z',
      end_reason: null,
      ended_by: null,
    })
  })
})

const at = (second: number) => `2026-01-01T10:00:0${second}.000000Z`
const items: Item[] = [
  { id: randomUUID(), type: 'message', role: 'system', content: ['Be kind.'], interrupted: false, created_at: at(1) },
  {
    id: randomUUID(),
    type: 'message',
    role: 'user',
    content: ['Where is', 'it?'],
    interrupted: false,
    created_at: at(2),
  },
  {
    id: randomUUID(),
    type: 'function_call',
    call_id: 'c1',
    name: 'track',
    arguments: { n: [1, null] },
    created_at: at(3),
  },
  {
    id: randomUUID(),
    type: 'function_call_output',
    call_id: 'c1',
    name: 'track',
    output: { at: 'Berlin', steps: [1, 2] },
    is_error: false,
    latency_ms: 12,
    created_at: at(4),
  },
  { id: randomUUID(), type: 'function_call', call_id: 'c2', name: 'tell', arguments: {}, created_at: at(5) },
  {
    id: randomUUID(),
    type: 'function_call_output',
    call_id: 'c2',
    name: 'tell',
    output: 'plain text',
    is_error: true,
    latency_ms: null,
    created_at: at(6),
  },
  { id: randomUUID(), type: 'message', role: 'assistant', content: ['In Ber'], interrupted: true, created_at: at(7) },
]

/** As it follows from the role. */
function authorOf({ role }: { role?: string | null }) {
  const types: Record<string, string> = { user: 'end_user', assistant: 'agent', system: 'system' }
  return role == null ? {} : { author: { type: types[role], id: null, name: null, external: false } }
}

describe('the content', () => {
  const full = {
    channel: 'telephone',
    direction: 'outbound',
    status: 'transferred',
    user_id: '+491701',
    agent_id: randomUUID(),
    agent_version_id: randomUUID(),
    agent: { id: 'their-own', name: 'Their agent' },
    agent_number: '+49301',
    web_widget_id: 'w',
    trunk_id: 't',
    updated_at: '2026-01-02T00:00:00.000000Z',
    ended_at: '2026-01-01T10:05:00.000000Z',
    end_reason: 'ended_by_agent',
    ended_by: { type: 'agent', id: 'a', name: 'Their agent', reason: 'Because.' },
    last_activity_at: '2026-01-01T10:04:00.000000Z',
    summary: 'They spoke.',
    initial_context: 'Context.',
    custom_metadata: { deep: { list: [1, 'two', null, { three: 3 }] } },
    recording_details: { url: 'https://example.test/r' },
    conversation: { items },
  }

  test('is kept as it was sent, tool calls included', async () => {
    const { conversation, agent: shown, ...rest } = await kept(full)
    const { conversation: _c, agent: _a, ...sent } = full
    expect(rest).toMatchObject({ ...sent, user_turn_count: 1, duration: 300, analysis_status: 'done' })
    expect(shown).toEqual({ id: full.agent_id, name: 'Their agent' })
    expect(conversation!.items).toEqual(
      items.map((item, position) => ({ ...item, ...authorOf(item), position, turn_id: null })),
    )
  })

  test('without a transcript the count of turns is the one sent', async () => {
    expect(await kept({ user_turn_count: 7 })).toMatchObject({ user_turn_count: 7, conversation: { items: [] } })
    expect(await kept({ user_turn_count: 7, conversation: { items: [] } })).toMatchObject({ user_turn_count: 0 })
  })

  test('a result of getConversation can be imported into another organization under new ids', async () => {
    server.model.answer = () => 'In Berlin.'
    const { agent_id } = await publishAgent(server.client, { starting_message: 'Hello.', analysis: {} })
    const talked = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    const { id: conversation_id } = talked.conversation
    await server.client.sendConversationMessage({ conversation_id, text: 'Where?' })
    await server.client.endConversation({ conversation_id, reason: 'Done.' })
    const sources = [await get(conversation_id), await kept({ ...full, created_at: '2026-01-01T10:00:00.5Z' })]
    const moved = sources.map((source) => ({ ...source, id: randomUUID() }))
    expect(await other.client.importConversations({ conversations: moved as Row[] })).toEqual({
      created: 2,
      unchanged: 0,
      errors: [],
    })
    for (const source of moved) {
      expect(await other.client.getConversation({ conversation_id: source.id })).toEqual({
        ...source,
        organization_id: other.id,
        // What it cost was paid where it was held.
        cost: { ...source.cost, unpriced_tokens: 0 },
      })
      expect(await refusal(get(source.id))).toMatchObject({ status: 404 })
    }
    const [first] = moved
    const message = other.client.sendConversationMessage({ conversation_id: first!.id, text: 'More?' })
    expect(await refusal(message)).toMatchObject({ status: 409, code: 'conversation_not_active', turn_id: null })
  })
})

describe('an active text conversation', () => {
  test('needs an agent of this organization with a published version', async () => {
    const draft = await server.client.createAgent({ name: 'Draft' })
    const rows = [{}, { agent_id: randomUUID() }, { agent_id: draft.agent_id }, { agent_version_id: randomUUID() }]
    const { created: count, errors } = await bringIn(...rows.map((row) => rowOf({ status: 'in_progress', ...row })))
    expect([count, errors.map(({ index, path }) => [index, path])]).toEqual([
      0,
      rows.map((_, index) => [index, 'agent_version_id']),
    ])
  })

  test.each(['triggered', 'ringing', 'in_progress'])(
    '%s can be continued, and the model sees the history',
    async (status) => {
      const fields = { status, agent_id: agent.agent_id, agent_version_id: randomUUID(), initial_context: 'A parcel.' }
      const conversation = await kept({ ...fields, conversation: { items } })
      expect(conversation).toMatchObject({ status, agent_version_id: agent.version_id, agent: { name: 'Agent' } })
      server.model.answer = () => 'Still there.'
      const conversation_id = conversation.id
      const { reply } = await server.client.sendConversationMessage({ conversation_id, text: 'And now?' })
      expect(reply).toBe('Still there.')
      const [system, ...messages] = server.model.requests.at(-1)!.messages
      expect(system!.content).toContain('Be brief.')
      expect(system!.content).toContain('A parcel.')
      expect(system!.content).toContain('Be kind.')
      expect(messages.map(({ role }) => role)).toEqual([
        ...['user', 'assistant', 'tool', 'assistant', 'tool', 'assistant', 'user'],
      ])
      expect(JSON.stringify(messages)).toContain('Berlin')
      expect(messages.at(-1)!.content).toContain('And now?')
      const after = (await get(conversation_id)).conversation!.items
      expect(after.slice(items.length).map(({ position, role }) => [position, role])).toEqual([
        [items.length, 'user'],
        [items.length + 1, 'assistant'],
      ])
      const { status: ended, duration } = await server.client.endConversation({ conversation_id })
      expect([ended, duration! > 0]).toEqual(['completed', true])
    },
  )
})
