// listAgents and listAgentVersions: each filter alone and combined, the order, and paging by cursor.
import type { Input } from '@parley/contract'
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOrganization } from '../support/actors.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

type Filters = NonNullable<Input<'listAgents'>>

describe('filters', () => {
  let list: (filters: Filters) => Promise<string[]>

  const agents = [
    { name: '100% Support', metadata: { team: 'a', tags: ['x', 'y'], deep: { level: { n: 1 } } } },
    { name: '100 Support', active: false, metadata: { team: 'b', tags: ['x'] } },
    { name: 'a_b', is_demo: true, metadata: { team: 'a', deep: { level: { n: 2 } } } },
    { name: 'axb' },
    { name: 'back\\slash', active: false, is_demo: true },
    { name: 'ÄRGER "quoted" \'single\'' },
  ]

  beforeAll(async () => {
    const { client } = await makeOrganization(server)
    for (const agent of agents) await client.createAgent(agent)
    // Other organizations have agents of these names too.
    await server.client.createAgent({ name: '100% Support', metadata: { team: 'a' } })
    list = async (filters) => (await client.listAgents(filters)).data.map(({ name }) => name)
  })

  const all = agents.map(({ name }) => name).toReversed()

  test.each<[string, Filters, string[]]>([
    ['none: newest first', {}, all],
    ['name, a substring without regard to case', { name: 'sUPPORT' }, ['100 Support', '100% Support']],
    ['name with % is literal', { name: '0%' }, ['100% Support']],
    ['name that is % is literal', { name: '%' }, ['100% Support']],
    ['name with _ is literal', { name: 'a_b' }, ['a_b']],
    ['name with \\ is literal', { name: '\\' }, ['back\\slash']],
    ['name with quotes', { name: '"quoted" \'' }, ['ÄRGER "quoted" \'single\'']],
    ['name beyond ASCII', { name: 'ärger' }, ['ÄRGER "quoted" \'single\'']],
    ['name that is empty', { name: '' }, all],
    ['name that no agent has', { name: 'zzz' }, []],
    ['active', { active: true }, ['ÄRGER "quoted" \'single\'', 'axb', 'a_b', '100% Support']],
    ['not active', { active: false }, ['back\\slash', '100 Support']],
    ['is_demo', { is_demo: true }, ['back\\slash', 'a_b']],
    ['not is_demo', { is_demo: false, active: false }, ['100 Support']],
    ['metadata', { metadata: '{"team": "a"}' }, ['a_b', '100% Support']],
    ['metadata: an array contains', { metadata: '{"tags": ["y"]}' }, ['100% Support']],
    ['metadata: nested', { metadata: '{"deep": {"level": {"n": 2}}}' }, ['a_b']],
    ['metadata: by type too', { metadata: '{"deep": {"level": {"n": "2"}}}' }, []],
    ['metadata: an empty object matches all', { metadata: '{}' }, all],
    ['all together', { name: 'A', active: true, is_demo: true, metadata: '{"team":"a"}' }, ['a_b']],
  ])('%s', async (_name, filters, expected) => {
    expect(await list(filters)).toEqual(expected)
  })

  test.each([
    '',
    '{',
    'null',
    '5',
    '"text"',
    '[]',
    '{"a": "\\u0000"}',
    '{"a": "\\ud800"}',
    '{"\\u0000": 1}',
    "{'a': 1}",
  ])('metadata %j is 422', async (metadata) => {
    const error = await refusal(list({ metadata }))
    expect(error).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ path: 'metadata' }] })
  })

  test.each([70, 2000])('metadata that is nested %i deep is 422', async (depth) => {
    const error = await refusal(list({ metadata: `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}` }))
    expect(error).toMatchObject({ status: 422, errors: [{ path: 'metadata' }] })
  })

  test('bad values of the others are 422, each with its path', async () => {
    const filters = { active: 'maybe', is_demo: 'x', created_after: 'yesterday', limit: 0, name: 'a\0' }
    const error = await refusal(list(filters as unknown as Filters))
    expect(error.status).toBe(422)
    const paths = new Set(error.errors.map(({ path }) => path))
    expect([...paths].toSorted()).toEqual(['active', 'created_after', 'is_demo', 'limit', 'name'])
    for (const limit of [101, -1, 1.5])
      expect((await refusal(list({ limit }))).errors).toMatchObject([{ path: 'limit' }])
  })
})

describe('dates', () => {
  test('all four are inclusive, to the microsecond', async () => {
    const { client } = await makeOrganization(server)
    const made = []
    for (const name of ['one', 'two', 'three']) made.push(await client.createAgent({ name }))
    const list = async (filters: Filters) => (await client.listAgents(filters)).data.map(({ name }) => name)
    const [, two] = made
    expect(await list({ created_after: two!.created_at })).toEqual(['three', 'two'])
    expect(await list({ created_before: two!.created_at })).toEqual(['two', 'one'])
    expect(await list({ created_after: two!.created_at, created_before: two!.created_at })).toEqual(['two'])
    const changed = await client.updateAgent({ agent_id: made[0]!.id, active: false })
    expect(await list({ updated_after: changed.updated_at })).toEqual(['one'])
    expect(await list({ updated_before: two!.updated_at })).toEqual(['two'])
    expect(await list({ updated_before: changed.updated_at })).toEqual(['three', 'two', 'one'])
  })

  test('a zone counts; without one it is UTC', async () => {
    const { client } = await makeOrganization(server)
    const { created_at } = await client.createAgent({ name: 'one' })
    const count = async (created_before: string) => (await client.listAgents({ created_before })).data.length
    const moment = new Date(Date.parse(created_at) + 1)
    const shifted = new Date(moment.getTime() + 2 * 3_600_000).toISOString().replace('Z', '+02:00')
    expect(await count(shifted)).toBe(1)
    expect(await count(shifted.replace('+02:00', '+03:00'))).toBe(0)
    expect(await count(moment.toISOString().replace('Z', ''))).toBe(1)
    expect(await count(new Date(moment.getTime() - 60_000).toISOString().replace('Z', ''))).toBe(0)
  })
})

describe('paging by cursor', () => {
  test.each([1, 7, 20, 30, 59, 60, 100])('60 agents, %i at a time: each exactly once, newest first', async (limit) => {
    const expected = await sixtyAgents()
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const input: Filters = cursor === null ? { limit } : { limit, cursor }
      const page = await sixty.client.listAgents(input)
      expect(page.pagination.limit).toBe(limit)
      expect(page.data.length).toBeLessThanOrEqual(limit)
      expect(page.data.length).toBeGreaterThan(0)
      seen.push(...page.data.map(({ id }) => id))
      cursor = page.pagination.next_cursor
    } while (cursor !== null)
    expect(seen).toEqual(expected)
  })

  test('the default is 20; new agents do not affect the later pages', async () => {
    const expected = await sixtyAgents()
    const { client } = sixty
    const first = await client.listAgents()
    expect(first.data.map(({ id }) => id)).toEqual(expected.slice(0, 20))
    const { id } = await client.createAgent({ name: 'Late' })
    const second = await client.listAgents({ cursor: first.pagination.next_cursor! })
    expect(second.data.map((agent) => agent.id)).toEqual(expected.slice(20, 40))
    await client.deleteAgent({ agent_id: id })
  })

  test('agents created at the same time are all returned', async () => {
    const { client, id } = await makeOrganization(server)
    await Promise.all(Array.from({ length: 7 }, () => client.createAgent({ name: 'Same' })))
    await server.database.execute(sql`
      update agents set created_at = '2026-01-01T00:00:00Z' where organization_id = ${id}`)
    const seen = new Set<string>()
    let cursor: string | undefined
    for (let page = 0; page < 4; page++) {
      const { data, pagination } = await client.listAgents({ limit: 2, ...(cursor ? { cursor } : {}) })
      for (const agent of data) seen.add(agent.id)
      cursor = pagination.next_cursor ?? undefined
    }
    expect([seen.size, cursor]).toEqual([7, undefined])
  })

  test('a malformed cursor is 422', async () => {
    const agent = await server.client.createAgent({ name: 'Any' })
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const cursors = [
      ...['', 'x', '%%%', '2', 'null', '\u{1F98A}', encode(null), encode([]), encode(['0'])],
      encode([agent.created_at]),
      encode([agent.created_at, 'nonsense']),
      encode(['nonsense', agent.id]),
      encode(['2026-02-30T00:00:00.000000Z', agent.id]),
      encode([agent.created_at, agent.id, 'more']),
      encode([agent.created_at, agent.id, null]),
      `${encode([agent.created_at, agent.id])}=`,
      `${encode([agent.created_at, agent.id])}!`,
    ]
    for (const cursor of cursors) {
      const error = await refusal(server.client.listAgents({ cursor }))
      expect([cursor, error.status, error.errors[0]?.path]).toEqual([cursor, 422, 'cursor'])
      const { id: agent_id } = agent
      const ofVersions = await refusal(server.client.listAgentVersions({ agent_id, cursor }))
      expect([cursor, ofVersions.status, ofVersions.errors[0]?.path]).toEqual([cursor, 422, 'cursor'])
    }
    const good = encode([agent.created_at, agent.id])
    expect((await server.client.listAgents({ cursor: good })).data.map(({ id }) => id)).not.toContain(agent.id)
  })
})

let sixty: Awaited<ReturnType<typeof makeOrganization>>
let sixtyIds: string[] | undefined

/** The ids, newest first. */
async function sixtyAgents(): Promise<string[]> {
  if (sixtyIds) return sixtyIds
  sixty = await makeOrganization(server)
  const made = await Promise.all(Array.from({ length: 60 }, (_, n) => sixty.client.createAgent({ name: `Agent ${n}` })))
  const keyOf = ({ created_at, id }: { created_at: string; id: string }) => `${created_at} ${id}`
  sixtyIds = made.toSorted((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1)).map(({ id }) => id)
  return sixtyIds
}

describe('versions of an agent', () => {
  test('newest first with their configurations; every filter; paging returns each once', async () => {
    const { client } = server
    const { id: agent_id } = await client.createAgent({ name: 'Versions' })
    const made = []
    for (let n = 1; n <= 7; n++) made.push(await client.createAgentVersion({ agent_id, config: { n } as object }))
    for (const version of ['2', '5']) await client.publishAgentVersion({ agent_id, version })
    type VersionFilters = Omit<Input<'listAgentVersions'>, 'agent_id'>
    const list = async (filters: VersionFilters = {}) =>
      (await client.listAgentVersions({ agent_id, ...filters })).data.map(({ version }) => version)
    expect(await list()).toEqual([7, 6, 5, 4, 3, 2, 1])
    expect((await client.listAgentVersions({ agent_id, version: 3 })).data).toEqual([made[2]])
    expect(made[2]!.config).toEqual({ n: 3 })
    expect(await list({ version: 8 })).toEqual([])
    expect(await list({ published: true })).toEqual([5, 2])
    expect(await list({ published: false })).toEqual([7, 6, 4, 3, 1])
    const { created_at } = made[3]!
    expect(await list({ created_after: created_at })).toEqual([7, 6, 5, 4])
    expect(await list({ created_before: created_at })).toEqual([4, 3, 2, 1])
    const published = await client.getAgentVersion({ agent_id, version: '2' })
    expect(await list({ updated_after: published.updated_at })).toEqual([5, 2])
    expect(await list({ updated_before: made[6]!.updated_at, published: false })).toEqual([7, 6, 4, 3, 1])
    const seen: number[] = []
    let cursor: string | undefined
    do {
      const page = await client.listAgentVersions({ agent_id, limit: 3, ...(cursor ? { cursor } : {}) })
      seen.push(...page.data.map(({ version }) => version))
      cursor = page.pagination.next_cursor ?? undefined
    } while (cursor)
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1])
    for (const version of [0, -1, 1.5, 2 ** 31]) {
      expect(await refusal(list({ version }))).toMatchObject({ status: 422, errors: [{ path: 'version' }] })
    }
  })
})

describe('with their standing', () => {
  test('each has its newest version, its newest published one, and its statistics', async () => {
    const { client } = await makeOrganization(server)
    const make = async (...published: boolean[]) => {
      const { agent_id } = await client.createAgent({ name: 'Standing' })
      for (const [index, isPublished] of published.entries()) {
        await client.createAgentVersion({ agent_id, config: {} })
        if (isPublished) await client.publishAgentVersion({ agent_id, version: String(index + 1) })
      }
      return agent_id
    }
    const ids = [await make(), await make(false, false), await make(true, true), await make(true, true, false, false)]
    const { conversation } = await client.createConversation({ channel: 'text', user_id: 'ada', agent_id: ids[3]! })
    await client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' })
    const { data } = await client.listAgents({ standing: true })
    expect(data.toReversed().map(({ versions }) => versions!.map(({ version }) => version))).toEqual([
      [],
      [2],
      [2],
      [4, 2],
    ])
    for (const { agent_id, statistics, versions } of data) {
      const detail = await client.getAgent({ agent_id })
      expect(statistics).toEqual(detail.statistics)
      expect(versions).toEqual(
        detail.versions.filter(({ version }) => versions!.some((one) => one.version === version)),
      )
    }
    expect(data[0]!.statistics).toMatchObject({ conversations: 1, active_conversations: 1, user_turns: 1 })
    const [plain] = (await client.listAgents({ limit: 1 })).data
    expect(Object.keys(plain!)).not.toContain('versions')
    expect(Object.keys(plain!)).not.toContain('statistics')
  })
})
