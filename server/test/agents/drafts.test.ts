// Versions over HTTP: sources of drafts, permissions to create one, two editors, publishing, and what the database refuses.
import { type ApiError, type Client } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeKey } from '../support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer
let client: Client

beforeAll(async () => {
  server = await startTestServer()
  client = server.client
})
afterAll(() => server[Symbol.asyncDispose]())

const newAgent = async () => (await client.createAgent({ name: 'Agent' })).agent_id
const numbersOf = async (agent_id: string) =>
  (await client.getAgent({ agent_id })).versions.map(({ version }) => version)
const times = <T>(count: number, make: (n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, n) => make(n)))

describe('createAgentVersion', () => {
  test('from a configuration, which is stored as sent', async () => {
    const agent_id = await newAgent()
    const config = { instructions: 'Hi', ['__proto__']: { a: 1 }, z: { '': [1, { b: null }] } }
    const inputs = { goal: 'sell' }
    const draft = await client.createAgentVersion({ agent_id, config, instruction_builder_inputs: inputs })
    expect(draft).toMatchObject({ agent_id, version: 1, revision: 1, published: false, published_at: null })
    expect(draft).toMatchObject({ instruction_builder_inputs: inputs, config: { instructions: 'Hi', z: config.z } })
    expect(draft.warnings).toEqual([
      'config.__proto__ is not known; it is stored but has no effect',
      'config.z is not known; it is stored but has no effect',
    ])
    expect(await client.getAgentVersion({ agent_id, version: '1' })).toEqual(draft)
  })

  test('from a version, with its inputs and warnings; an unknown one is 404', async () => {
    const agent_id = await newAgent()
    const given = { config: { z: 1 } as object, instruction_builder_inputs: { goal: 'sell' } }
    const first = await client.createAgentVersion({ agent_id, ...given })
    const copy = await client.createAgentVersion({ agent_id, config: null, base_version: 1 })
    expect(copy).toMatchObject({ ...given, version: 2, warnings: first.warnings })
    const own = await client.createAgentVersion({ agent_id, base_version: 2, instruction_builder_inputs: { b: 1 } })
    expect(own).toMatchObject({ config: given.config, instruction_builder_inputs: { b: 1 } })
    expect(await refusal(client.createAgentVersion({ agent_id, base_version: 9 }))).toMatchObject({
      status: 404,
      message: 'Agent version not found',
    })
    expect(await numbersOf(agent_id)).toEqual([3, 2, 1])
  })

  test.each([{}, { config: null, base_version: null }, { config: {}, base_version: 1 }])(
    'exactly one source, not %j',
    async (body) => {
      const agent_id = await newAgent()
      const error = await refusal(client.createAgentVersion({ agent_id, ...body }))
      expect(error).toMatchObject({ status: 422, errors: [{ path: '' }] })
      expect(await numbersOf(agent_id)).toEqual([])
    },
  )

  test('two sources and a fault are reported at once', async () => {
    const body = { agent_id: await newAgent(), base_version: 1, config: { kind: 'flow' } as never }
    const { errors } = await refusal(client.createAgentVersion(body))
    expect(errors.map(({ path }) => path)).toEqual(['', 'config.kind'])
  })

  test('numbers are consecutive without gaps or repetitions, also if twenty are created at once', async () => {
    const agent_id = await newAgent()
    const made = await times(20, (n) => client.createAgentVersion({ agent_id, config: { instructions: `${n}` } }))
    const expected = Array.from({ length: 20 }, (_, n) => n + 1)
    expect(made.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual(expected)
    expect(await numbersOf(agent_id)).toEqual(expected.toReversed())
    for (const { version, config } of made) {
      expect(await client.getAgentVersion({ agent_id, version: String(version) })).toMatchObject({ config })
    }
  })
})

describe('latest', () => {
  test('is the newest draft, or a new one that copies the newest published version', async () => {
    const { agent_id } = await publishAgent(client, { z: 1 })
    const published = await client.getAgentVersion({ agent_id, version: '1' })
    const draft = await client.getAgentVersion({ agent_id, version: 'latest' })
    const { config, warnings } = published
    expect(draft).toMatchObject({ version: 2, published: false, config, warnings })
    expect(draft.id).not.toBe(published.id)
    expect(await client.getAgentVersion({ agent_id, version: 'latest' })).toEqual(draft)
    expect(await client.getAgentVersion({ agent_id, version: '1' })).toEqual(published)
    expect(await numbersOf(agent_id)).toEqual([2, 1])
  })

  test('of an agent without versions is an empty draft, which stays the same', async () => {
    const agent_id = await newAgent()
    const draft = await client.getAgentVersion({ agent_id, version: 'latest' })
    expect(draft).toMatchObject({ agent_id, version: 1, revision: 1, published: false, config: {}, warnings: [] })
    expect(draft).toMatchObject({ instruction_builder_inputs: null, instruction_generation: null })
    expect(await client.getAgentVersion({ agent_id, version: 'latest' })).toEqual(draft)
    expect(await client.getAgentVersion({ agent_id, version: '1' })).toEqual(draft)
    expect(await numbersOf(agent_id)).toEqual([1])
  })

  test('exists for a caller with only read permission too, who can still change nothing', async () => {
    const reader = server.as({ token: await makeKey(server, { only: ['agents:read'] }) })
    const { agent_id } = await publishAgent(client)
    const draft = await reader.getAgentVersion({ agent_id, version: 'latest' })
    expect(draft).toMatchObject({ version: 2, published: false, config: { instructions: 'Be brief.' } })
    expect(await client.getAgentVersion({ agent_id, version: 'latest' })).toEqual(draft)
    const bare = await newAgent()
    expect(await reader.getAgentVersion({ agent_id: bare, version: 'latest' })).toMatchObject({
      version: 1,
      config: {},
    })
    const refused = [
      () => reader.createAgentVersion({ agent_id, config: {} }),
      () => reader.updateAgentVersion({ agent_id, version: 'latest', config: {} }),
      () => reader.publishAgentVersion({ agent_id, version: 'latest' }),
      () => reader.createAgent({ name: 'x' }),
      () => reader.updateAgent({ agent_id, name: 'x' }),
      () => reader.deleteAgent({ agent_id }),
    ]
    for (const call of refused) expect(await refusal(call())).toMatchObject({ status: 403, code: 'forbidden' })
    expect(await numbersOf(agent_id)).toEqual([2, 1])
  })

  test('of an agent that a narrowed key does not see is 404, and creates none', async () => {
    const own = await newAgent()
    const other = await newAgent()
    const { pat_key } = await client.createOrganizationKey({
      name: 'Narrow',
      scopes: ['agents:read'],
      agent_ids: [own],
    })
    const narrowed = server.as({ token: pat_key })
    expect(await narrowed.getAgentVersion({ agent_id: own, version: 'latest' })).toMatchObject({ version: 1 })
    expect(await refusal(narrowed.getAgentVersion({ agent_id: other, version: 'latest' }))).toMatchObject({
      status: 404,
      message: 'Agent not found',
    })
    expect(await numbersOf(own)).toEqual([1])
    expect(await numbersOf(other)).toEqual([])
  })

  test('of an agent without versions, requested by many at once, is one draft', async () => {
    const reader = server.as({ token: await makeKey(server, { only: ['agents:read'] }) })
    for (let round = 0; round < 10; round++) {
      const agent_id = await newAgent()
      const drafts = await times(4, (n) => (n % 2 ? reader : client).getAgentVersion({ agent_id, version: 'latest' }))
      expect(new Set(drafts.map(({ id }) => id)).size).toBe(1)
      expect(await numbersOf(agent_id)).toEqual([1])
    }
  })

  test('requested by many at once creates one draft', async () => {
    for (let round = 0; round < 10; round++) {
      const { agent_id } = await publishAgent(client)
      const drafts = await times(4, () => client.getAgentVersion({ agent_id, version: 'latest' }))
      expect(new Set(drafts.map(({ id }) => id)).size).toBe(1)
      expect(await numbersOf(agent_id)).toEqual([2, 1])
    }
  })

  test.each(['0', '-1', '01', '1.0', '1e0', '2', '2147483648', '99999999999', 'newest', 'LATEST', "1' or '1", '%00'])(
    'there is no version %j',
    async (version) => {
      const { agent_id } = await publishAgent(client)
      const calls = [
        () => client.getAgentVersion({ agent_id, version }),
        () => client.updateAgentVersion({ agent_id, version, config: {} }),
        () => client.publishAgentVersion({ agent_id, version }),
      ]
      for (const call of calls) expect(await refusal(call())).toMatchObject({ status: 404 })
    },
  )
})

describe('updateAgentVersion', () => {
  const original = { config: { instructions: 'One', z: 1 }, instruction_builder_inputs: { goal: 'sell' } }
  const newDraft = async () => {
    const agent_id = await newAgent()
    return client.createAgentVersion({ agent_id, ...original })
  }
  const put = (agent_id: string, body: object, if_match?: string) =>
    client.updateAgentVersion({ agent_id, version: '1', ...body, ...(if_match === undefined ? {} : { if_match }) })

  test('is partial; null inputs are cleared, a null config counts as absent', async () => {
    const draft = await newDraft()
    const { agent_id } = draft
    const config = { guardrails: 'Be kind.' }
    const second = await put(agent_id, { config })
    expect(second).toEqual({ ...draft, config, warnings: [], revision: 2, updated_at: second.updated_at })
    expect(second.updated_at > draft.updated_at).toBe(true)
    const third = await put(agent_id, { instruction_builder_inputs: { goal: 'help' } })
    expect(third).toMatchObject({ config, instruction_builder_inputs: { goal: 'help' }, revision: 3 })
    const fourth = await put(agent_id, { config: null, instruction_builder_inputs: null })
    expect(fourth).toMatchObject({ config, instruction_builder_inputs: null, revision: 4 })
    for (const nothing of [{}, { config: null }]) expect(await put(agent_id, nothing)).toEqual(fourth)
    expect(await client.getAgentVersion({ agent_id, version: '1' })).toEqual(fourth)
  })

  test.each(['3', '"3"', 'W/"3"', '*', '"1", "3"', ' "3" ', undefined])(
    'If-Match: %s matches revision 3',
    async (tag) => {
      const { agent_id } = await newDraft()
      for (const instructions of ['Two', 'Three']) await put(agent_id, { config: { instructions } })
      expect(await put(agent_id, {}, tag)).toMatchObject({ revision: 3 })
      expect(await put(agent_id, { config: {} }, tag)).toMatchObject({ revision: 4, config: {} })
    },
  )

  test.each(['2', '"2"', 'W/"2"', '4', '33', '"1", "2"', '', 'x', '-3', '3.0', '99999999999'])(
    'If-Match: %s does not match revision 3',
    async (tag) => {
      const { agent_id } = await newDraft()
      for (const instructions of ['Two', 'Three']) await put(agent_id, { config: { instructions } })
      const before = await client.getAgentVersion({ agent_id, version: '1' })
      for (const body of [{ config: {} }, {}]) {
        expect(await refusal(put(agent_id, body, tag))).toMatchObject({ status: 412, code: 'revision_mismatch' })
      }
      expect(await client.getAgentVersion({ agent_id, version: '1' })).toEqual(before)
    },
  )

  test('only one of two editors of a revision wins', async () => {
    for (let round = 0; round < 10; round++) {
      const { agent_id } = await newDraft()
      const outcomes = await times(2, (n) =>
        put(agent_id, { config: { instructions: `Editor ${n}` } }, '"1"').catch((error: ApiError) => error.status),
      )
      const won = outcomes.filter((outcome) => typeof outcome === 'object')
      expect(outcomes.filter((outcome) => outcome === 412)).toHaveLength(1)
      expect(won).toHaveLength(1)
      expect(await client.getAgentVersion({ agent_id, version: '1' })).toEqual(won[0])
    }
  })

  test('a published version is 400 for any change', async () => {
    const { agent_id } = await publishAgent(client)
    const before = await client.getAgentVersion({ agent_id, version: '1' })
    for (const body of [{ config: {} }, { instruction_builder_inputs: null }, {}]) {
      for (const tag of [undefined, '*', '"1"', '"9"']) {
        expect(await refusal(put(agent_id, body, tag))).toMatchObject({ status: 400, code: 'version_published' })
      }
    }
    expect(await client.getAgentVersion({ agent_id, version: '1' })).toEqual(before)
  })

  test('latest is the draft, which is created if necessary', async () => {
    const { agent_id } = await publishAgent(client)
    const config = { instructions: 'Two' }
    expect(await client.updateAgentVersion({ agent_id, version: 'latest', config })).toMatchObject({
      version: 2,
      published: false,
      config,
    })
    const first = await client.getAgentVersion({ agent_id, version: '1' })
    expect(first.config).toMatchObject({ instructions: 'Be brief.' })
    const bare = { agent_id: await newAgent(), version: 'latest', config }
    expect(await refusal(client.updateAgentVersion({ ...bare, if_match: '"1"' }))).toMatchObject({ status: 412 })
    expect(await numbersOf(bare.agent_id)).toEqual([])
    expect(await client.updateAgentVersion(bare)).toMatchObject({ version: 1, published: false, config })
  })

  test('an editor of latest does not overwrite a newer version that has become latest', async () => {
    const { agent_id } = await publishAgent(client)
    const latest = { agent_id, version: 'latest' }
    const read = await client.getAgentVersion(latest)
    const stale = { ...latest, config: { instructions: 'Stale' }, if_match: `"${read.revision}"` }
    const mismatch = { status: 412, code: 'revision_mismatch' }
    // Someone else publishes it: there is no draft, and none is created for a change that comes too late.
    await client.updateAgentVersion({ ...latest, config: { instructions: 'Fresh' } })
    await client.publishAgentVersion(latest)
    expect(await refusal(client.updateAgentVersion(stale))).toMatchObject(mismatch)
    expect(await numbersOf(agent_id)).toEqual([2, 1])
    // There is a new draft, whose revision no one has read before.
    expect(await client.getAgentVersion(latest)).toMatchObject({ version: 3, config: { instructions: 'Fresh' } })
    expect(await refusal(client.updateAgentVersion(stale))).toMatchObject(mismatch)
    const another = await client.createAgentVersion({ agent_id, config: { instructions: 'Another' } })
    expect(await refusal(client.updateAgentVersion(stale))).toMatchObject(mismatch)
    expect(await client.getAgentVersion(latest)).toEqual(another)
  })
})

describe('publishAgentVersion', () => {
  test('returns no numbers, marks the version, and has no effect the second time', async () => {
    const agent_id = await newAgent()
    const draft = await client.createAgentVersion({ agent_id, config: {} })
    expect(await client.publishAgentVersion({ agent_id, version: '1' })).toEqual([])
    const published = await client.getAgentVersion({ agent_id, version: '1' })
    const { published_at, updated_at } = published
    expect(published).toEqual({ ...draft, published: true, published_at, updated_at })
    expect(published_at).toMatch(/^\d{4}-.*Z$/)
    const body = { phone_numbers: ['+1'], unassign_phone_numbers: ['+2'], direction: 'both' as const }
    expect(await client.publishAgentVersion({ agent_id, version: '1', ...body })).toEqual([])
    expect(await client.publishAgentVersion({ agent_id, version: 'latest' })).toEqual([])
    expect(await client.getAgentVersion({ agent_id, version: '1' })).toEqual(published)
    expect(await numbersOf(agent_id)).toEqual([1])
  })

  test.each<[object, string, string]>([
    [{ unassign_phone_numbers: true }, 'unassign_phone_numbers', 'array'],
    [{ unassign_phone_numbers: [7] }, 'unassign_phone_numbers.0', 'string'],
    [{ phone_numbers: '+15551234567' }, 'phone_numbers', 'array'],
    [{ phone_numbers: ['+1', null] }, 'phone_numbers.1', 'string'],
    [{ direction: 'sideways' }, 'direction', 'inbound, outbound, both'],
    [{ direction: ['inbound'] }, 'direction', ''],
  ])('%j is 422, and publishes nothing', async (body, path, words) => {
    const agent_id = await newAgent()
    await client.createAgentVersion({ agent_id, config: {} })
    const error = await refusal(client.publishAgentVersion({ agent_id, version: '1', ...(body as object) }))
    expect(error).toMatchObject({ status: 422, errors: [{ path, message: expect.stringContaining(words) }] })
    expect(await client.getAgentVersion({ agent_id, version: '1' })).toMatchObject({ published: false })
  })

  test('a simultaneous change comes before it or is refused; the published version does not change', async () => {
    for (let round = 0; round < 20; round++) {
      const agent_id = await newAgent()
      await client.createAgentVersion({ agent_id, config: { instructions: 'Old' } })
      const change = client.updateAgentVersion({ agent_id, version: '1', config: { instructions: 'New' } })
      const [outcome] = await Promise.allSettled([change, client.publishAgentVersion({ agent_id, version: '1' })])
      const { config, published } = await client.getAgentVersion({ agent_id, version: '1' })
      const isChanged = outcome.status === 'fulfilled'
      expect({ config, published }).toEqual({ config: { instructions: isChanged ? 'New' : 'Old' }, published: true })
      if (!isChanged) expect(outcome.reason).toMatchObject({ status: 400, code: 'version_published' })
    }
  })

  test.each([
    "update agent_versions set config = '{}' where id = $1",
    'update agent_versions set published = false, published_at = null where id = $1',
    'update agent_versions set revision = revision + 1 where id = $1',
    'update agent_versions set updated_at = now() where id = $1',
    'delete from agent_versions where id = $1',
  ])('the database itself refuses: %s', async (statement) => {
    const { agent_id, version_id } = await publishAgent(client)
    const inline = await client.createConversation({
      channel: 'text',
      user_id: 'u',
      agent_config: { instructions: 'I' },
    })
    const before = await client.getAgentVersion({ agent_id, version: '1' })
    for (const id of [version_id, inline.conversation.agent_version_id]) {
      await expect(server.database.pool.query(statement, [id])).rejects.toThrow(/is final/)
    }
    expect(await client.getAgentVersion({ agent_id, version: '1' })).toEqual(before)
  })
})
