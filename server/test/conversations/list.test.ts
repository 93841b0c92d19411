// listConversations and countConversations: every filter alone and combined, what may be seen, and how to continue.
import { randomUUID } from 'node:crypto'
import type { Input } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeKey, makeOrganization } from '../support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

type Filters = Input<'listConversations'>
type Row = Input<'importConversations'>['conversations'][number]

let server: TestServer
let agent: { agent_id: string; version_id: string }

/** Rows by a short name, in order of their creation. */
const ids = new Map<string, string>()

async function bringIn(rows: Record<string, Partial<Row>>) {
  const conversations = Object.entries(rows).map(([name, fields], index): Row => {
    ids.set(name, randomUUID())
    const created_at = `2026-02-01T00:00:0${index}Z`
    return { id: ids.get(name)!, channel: 'text', status: 'completed', user_id: name, created_at, ...fields }
  })
  const { created, errors } = await server.client.importConversations({ conversations })
  expect([created, errors]).toEqual([conversations.length, []])
}

beforeAll(async () => {
  server = await startTestServer()
  agent = await publishAgent(server.client)
  const says = (count: number) => ({
    items: Array.from({ length: count }, () => ({ type: 'message' as const, role: 'user' as const, content: ['Hi'] })),
  })
  await bringIn({
    plain: { duration: 10, agent_number: 'großer ärger \u{1F642}' },
    call: { channel: 'telephone', direction: 'outbound', status: 'failed', agent_number: '+49 (30) 100%_\\X' },
    widget: { channel: 'webrtc', status: 'token_created', web_widget_id: 'widget-1', user_id: 'Ada_Lovelace' },
    talk: { user_id: 'ADA.lovelace@Example.test', conversation: says(3), duration: 60, end_reason: 'inactivity' },
    'with%': { custom_metadata: { plan: { tier: 'gold', seats: 3 }, tags: ['a', 'b'] }, duration: 61 },
    'with\\': { custom_metadata: { plan: { tier: 'silver', seats: 3 } }, conversation: says(1) },
    open: { status: 'in_progress', agent_id: agent.agent_id, agent_version_id: agent.version_id },
  })
  // Of another organization, and like everything above.
  const other = await makeOrganization(server)
  const rows = [...ids.keys()].map((name, index): Row => {
    const created_at = `2026-02-01T00:00:0${index}Z`
    return { id: randomUUID(), channel: 'text', status: 'completed', user_id: name, created_at }
  })
  await other.client.importConversations({ conversations: rows })
})
afterAll(() => server[Symbol.asyncDispose]())

/** The names of the matching rows, oldest first; the count must agree. */
async function matching(filters: Filters): Promise<string[]> {
  const rows = await server.client.listConversations(filters)
  const { limit: _limit, cursor: _cursor, ...counted } = filters
  expect((await server.client.countConversations(counted)).count).toBe(rows.length)
  const names = new Map([...ids].map(([name, id]) => [id, name]))
  return rows.map((row) => names.get(row.id)!).toReversed()
}

const listed = ['plain', 'call', 'talk', 'with%', 'with\\', 'open']

describe('a filter', () => {
  test.each<[Filters, string[]]>([
    [{}, listed],
    [{ direction: 'outbound' }, ['call']],
    [{ direction: 'inbound' }, listed.filter((name) => name !== 'call')],
    [{ channel: 'telephone' }, ['call']],
    [{ channel: 'webrtc' }, []],
    [{ status: 'failed' }, ['call']],
    [{ status: 'token_created' }, ['widget']],
    [{ status: 'token_created', channel: 'text' }, []],
    [{ status: 'ringing' }, []],
    [{ user_id: 'plain' }, ['plain']],
    [{ user_id: 'LAI' }, ['plain']],
    [{ user_id: 'l' }, ['plain', 'call', 'talk']],
    [{ user_id: 'lovelace@example' }, ['talk']],
    [{ user_id: 'ada.l' }, ['talk']],
    [{ user_id: 'adaxl' }, []],
    [{ agent_number: 'ÄRGER' }, ['plain']],
    [{ agent_number: '\u{1F642}' }, ['plain']],
    [{ user_id: 'ada', status: 'token_created' }, ['widget']],
    [{ user_id: '%' }, ['with%']],
    [{ user_id: '\\' }, ['with\\']],
    [{ user_id: '_' }, []],
    [{ user_id: '_', status: 'token_created' }, ['widget']],
    [{ user_id: 'th\\' }, ['with\\']],
    [{ user_id: 'w%' }, []],
    [{ agent_number: '(30)' }, ['call']],
    [{ agent_number: '100%_\\x' }, ['call']],
    [{ agent_number: '1%0' }, []],
    [{ web_widget_id: 'widget-1' }, []],
    [{ web_widget_id: 'widget-1', status: 'token_created' }, ['widget']],
    [{ web_widget_id: 'widget', status: 'token_created' }, []],
    [{ agent_id: randomUUID() }, []],
    [{ agent_id: 'nonsense' }, []],
    [{ agent_version_id: 'nonsense' }, []],
    [{ duration_above: 60 }, ['talk', 'with%']],
    [{ duration_above: 60.5 }, ['with%']],
    [{ duration_below: 60, duration_above: 10 }, ['plain', 'talk']],
    [{ duration_below: 60.9, duration_above: 10 }, ['plain', 'talk']],
    [{ duration_above: 1e300 }, []],
    [{ user_turn_count_above: 1 }, ['talk', 'with\\']],
    [{ user_turn_count_above: 3 }, ['talk']],
    [{ user_turn_count_below: 1, user_turn_count_above: 1 }, ['with\\']],
    [{ user_turn_count_below: -1 }, []],
    [{ custom_metadata: '{"plan":{"seats":3}}' }, ['with%', 'with\\']],
    [{ custom_metadata: '{"plan":{"seats":3,"tier":"gold"}}' }, ['with%']],
    [{ custom_metadata: '{"tags":["b"]}' }, ['with%']],
    [{ custom_metadata: '{"plan":"gold"}' }, []],
    [{ custom_metadata: '{}' }, listed],
    [{ created_after: '2026-02-01T00:00:03Z' }, listed.slice(2)],
    [{ created_after: '2026-02-01T00:00:03.000001Z' }, listed.slice(3)],
    [{ created_before: '2026-02-01T00:00:01Z' }, ['plain', 'call']],
    [{ created_before: '2026-02-01T00:00:00.999999' }, ['plain']],
    [{ created_before: '2026-02-01T01:00:01+01:00' }, ['plain', 'call']],
    [{ created_after: '2026-02-01T00:00:01Z', created_before: '2026-02-01T00:00:03Z' }, ['call', 'talk']],
    [{ parley_end_reason: 'inactivity' }, ['talk']],
    [{ parley_end_reason: 'error', parley_turn_outcome: 'timed_out' }, []],
    [{ user_id: 'with', duration_above: 1, custom_metadata: '{"plan":{}}', channel: 'text' }, ['with%']],
    [{ direction: 'inbound', status: 'completed', user_turn_count_above: 1, user_id: 'A' }, ['talk']],
  ])('%j', async (filters, names) => {
    expect(await matching(filters)).toEqual(names)
  })

  test('parley_turn_outcome finds each conversation with a turn of that outcome once', async () => {
    const { client } = await makeOrganization(server)
    const { agent_id } = await publishAgent(client)
    const begin = async () =>
      (await client.createConversation({ channel: 'text', user_id: 'ada', agent_id })).conversation.id
    const [failing, answered] = [await begin(), await begin()]
    server.model.answer = () => 400
    for (const text of ['One', 'Two']) await refusal(client.sendConversationMessage({ conversation_id: failing, text }))
    server.model.answer = () => 'Hello.'
    for (const conversation_id of [failing, answered]) {
      await client.sendConversationMessage({ conversation_id, text: 'Three' })
    }
    const found = await client.listConversations({ parley_turn_outcome: 'model_error' })
    expect(found.map(({ id }) => id)).toEqual([failing])
    expect(await client.countConversations({ parley_turn_outcome: 'model_error' })).toEqual({ count: 1 })
    expect(await client.listConversations({ parley_turn_outcome: 'timed_out' })).toEqual([])
    expect(await server.client.listConversations({ parley_turn_outcome: 'model_error' })).toEqual([])
  })

  test('agent_id and agent_version_id', async () => {
    expect(await matching({ agent_id: agent.agent_id })).toEqual(['open'])
    expect(await matching({ agent_version_id: agent.version_id.toUpperCase() })).toEqual(['open'])
  })

  test.each([
    ['channel=fax', 'channel'],
    ['status=', 'status'],
    ['parley_end_reason=boredom', 'parley_end_reason'],
    ['parley_turn_outcome=reply', 'parley_turn_outcome'],
    ['direction=up', 'direction'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1.5', 'limit'],
    ['duration_above=long', 'duration_above'],
    ['user_id=a&user_id=b', 'user_id'],
    ['user_id=%00', 'user_id'],
    ['created_after=yesterday', 'created_after'],
    ['created_before=2026-02-30T00:00:00Z', 'created_before'],
    ['created_before=0000-01-01T00:00:00Z', 'created_before'],
    ['custom_metadata=[]', 'custom_metadata'],
    ['custom_metadata={', 'custom_metadata'],
    ['custom_metadata={"a":"%5Cu0000"}', 'custom_metadata'],
    ['custom_metadata={"a":"%5Cud800"}', 'custom_metadata'],
  ])('%s is refused: 422', async (query, path) => {
    for (const address of ['/core/conversations', '/core/conversations/count']) {
      if (address.endsWith('count') && query.startsWith('limit')) continue
      const { status, body } = await fetchJson(`${address}?${query}`)
      expect([status, (body as { errors?: object[] }).errors]).toMatchObject([422, [{ path }]])
    }
  })
})

async function fetchJson(path: string, token = server.admin_key) {
  const response = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, body: (await response.json()) as unknown, link: response.headers.get('link') }
}

describe('what is shown', () => {
  const sensitive = ['summary', 'initial_context', 'custom_metadata', 'recording_details']

  test('with read_sensitive: all but the transcript', async () => {
    for (const row of await server.client.listConversations()) {
      for (const field of sensitive) expect(row).toHaveProperty(field)
      expect(row).not.toHaveProperty('conversation')
    }
  })

  test.each(['conversations:read', 'conversations:manage'] as const)('with %s: no sensitive field', async (scope) => {
    const client = server.as({ token: await makeKey(server, { only: [scope] }) })
    const rows = await client.listConversations()
    expect(rows.length).toBe(listed.length)
    for (const row of [...rows, await client.getConversation({ conversation_id: rows[0]!.id })]) {
      for (const field of [...sensitive, 'conversation']) expect(row).not.toHaveProperty(field)
    }
    for (const call of [client.listConversations, client.countConversations]) {
      expect(await refusal(call({ custom_metadata: '{"plan":{}}' }))).toMatchObject({ status: 403, code: 'forbidden' })
      expect(await refusal(call({ custom_metadata: '{' }))).toMatchObject({ status: 403 })
    }
  })
})

describe('the next page', () => {
  test('every alphabet and padding of Base64 is a cursor', async () => {
    const rows = await server.client.listConversations()
    const { created_at } = rows[1]!
    const standard = Buffer.from(created_at).toString('base64')
    // A time with a zone: its Base64 differs between the alphabets.
    const zoned = Buffer.from(created_at.replace('Z', '+00:00').replace('T', ' '))
    const cursors = [standard, standard.replace(/=+$/, ''), zoned.toString('base64'), zoned.toString('base64url')]
    for (const cursor of [...cursors, Buffer.from(created_at).toString('base64url')]) {
      expect((await server.client.listConversations({ cursor })).map((row) => row.id)).toEqual(
        rows.slice(2).map((row) => row.id),
      )
    }
  })

  const encoded = (text: string) => Buffer.from(text).toString('base64')
  test.each([
    ['', '!', 'nonsense', '2026-02-01T00:00:03.000000Z', 'MjAyNg==='],
    ['yesterday', '2026-02-30T00:00:00.000000Z', '2026-02-01T25:00:00Z', '2026-02-01', "'; drop table x"].map(encoded),
    ['2026-02-01T00:00:00.000000+23:59', '0000-01-01T00:00:00Z', '2026-02-01T24:00:00Z', '\0'].map(encoded),
  ])('anything else is refused: %s, %s, %s …', async (...cursors) => {
    for (const cursor of cursors) {
      const { status, body } = await fetchJson(`/core/conversations?cursor=${encodeURIComponent(cursor)}`)
      expect([cursor, status, body]).toMatchObject([cursor, 422, { errors: [{ path: 'cursor' }] }])
    }
  })

  test('the Link header leads through all pages, with the filters', async () => {
    const seen: unknown[] = []
    let path: string | null = '/core/conversations?limit=2&channel=text&user_id=T'
    while (path !== null) {
      const { body, link } = await fetchJson(path)
      seen.push(...(body as { user_id: string }[]).map((row) => row.user_id))
      path = link === null ? null : /^<([^>]+)>; rel="next"$/.exec(link)![1]!
    }
    expect(seen).toEqual(['with\\', 'with%', 'ADA.lovelace@Example.test'])
  })

  test('a page shorter than its limit has no Link', async () => {
    expect((await fetchJson(`/core/conversations?limit=${listed.length + 1}`)).link).toBeNull()
    expect((await fetchJson(`/core/conversations?limit=${listed.length}`)).link).not.toBeNull()
  })
})

test('paging by the recipe over 300 conversations with few distinct times: each once, newest first', async () => {
  const mine = await makeOrganization(server)
  const theirs = await makeOrganization(server)
  const row = (index: number): Row => {
    const created_at = `2026-03-01T00:00:0${index % 3}.00000${index % 2}Z`
    return { id: randomUUID(), channel: 'text', status: 'completed', user_id: 'u', created_at, duration: 5 }
  }
  const rows = Array.from({ length: 300 }, (_, index) => row(index))
  const halves = [rows.slice(0, 150), rows.slice(150)]
  // At once, so that they compete for the same times.
  const answers = await Promise.all([
    ...halves.map((conversations) => mine.client.importConversations({ conversations })),
    theirs.client.importConversations({ conversations: rows.map((_, index) => row(index)).slice(0, 60) }),
  ])
  expect(answers.map(({ created, errors }) => [created, errors])).toEqual([150, 150, 60].map((n) => [n, []]))
  const walked: { id: string; created_at: string; duration: number | null }[] = []
  for (let cursor: string | undefined; ;) {
    const page = await mine.client.listConversations({ limit: 23, ...(cursor === undefined ? {} : { cursor }) })
    walked.push(...page)
    if (page.length < 23) break
    cursor = Buffer.from(page.at(-1)!.created_at).toString('base64')
  }
  expect(walked.map(({ id }) => id).toSorted()).toEqual(rows.map(({ id }) => id).toSorted())
  const times = walked.map(({ created_at }) => created_at)
  expect(times).toEqual([...new Set(times)].toSorted().toReversed())
  expect(new Set(walked.map(({ duration }) => duration))).toEqual(new Set([5]))
  expect(await mine.client.countConversations()).toEqual({ count: 300 })
})
