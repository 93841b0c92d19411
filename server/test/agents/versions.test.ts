// Versions: drafts, numbers, publishing, concurrent editors, and the database's own protection of published ones.
import { randomUUID } from 'node:crypto'
import { operations } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createAgent,
  createAgentVersion,
  getAgent,
  getAgentConfigSchema,
  getAgentVersion,
  listAgentVersions,
  publishAgentVersion,
  updateAgentVersion,
} from '../../src/agents/operations.ts'
import { createAjv } from '../../src/base/validation.ts'
import { type Fixture, createFixture, makeAgent, refusalOf, versionNotFound } from './fixture.ts'

let fixture: Fixture
let ctx: Fixture['ctx']
let reader: Fixture['ctx']
beforeAll(async () => {
  fixture = await createFixture()
  ctx = fixture.ctx
  reader = fixture.enter(ctx.access.organization_id, { scopes: ['agents:read'] })
})
afterAll(() => fixture[Symbol.asyncDispose]())

async function newAgent(): Promise<string> {
  return (await createAgent(ctx, { name: 'A' })).agent_id
}

describe('creating', () => {
  test('a draft from a configuration, stored as sent, with its unknown keys listed', async () => {
    const agent_id = await newAgent()
    const config = {
      instructions: 'Hi',
      llm: { provider: 'demo', model: 'x', top_k: 5 },
      stt: { any: 1 },
      zebra: null,
    }
    const draft = await createAgentVersion(ctx, { agent_id, config, instruction_builder_inputs: { goal: 'sell' } })
    expect(draft).toEqual({
      id: draft.id,
      agent_id,
      version: 1,
      published: false,
      published_at: null,
      config,
      instruction_builder_inputs: { goal: 'sell' },
      instruction_generation: null,
      revision: 1,
      warnings: [
        'config.llm.top_k is not known; it is stored but has no effect',
        'config.stt is not supported yet; it is stored but has no effect',
        'config.zebra is not known; it is stored but has no effect',
      ],
      created_at: draft.created_at,
      updated_at: draft.created_at,
    })
    expect(await getAgentVersion(ctx, { agent_id, version: '1' })).toEqual(draft)
    const { agents: _, ...ajv } = {
      agents: 1,
      validate: createAjv().compile(operations.getAgentVersion.success.schema),
    }
    expect(ajv.validate(draft), JSON.stringify(ajv.validate.errors)).toBe(true)
  })

  test('a draft from a version', async () => {
    const agent_id = await newAgent()
    const config = { instructions: 'One', zebra: 1 }
    const one = await createAgentVersion(ctx, { agent_id, config, instruction_builder_inputs: { a: 1 } })
    const two = await createAgentVersion(ctx, { agent_id, config: null, base_version: 1 })
    expect(two).toMatchObject({ version: 2, config, warnings: one.warnings, instruction_builder_inputs: { a: 1 } })
    const own = await createAgentVersion(ctx, { agent_id, base_version: 1, instruction_builder_inputs: { b: 1 } })
    expect(own).toMatchObject({ version: 3, config, instruction_builder_inputs: { b: 1 } })
    expect(await refusalOf(createAgentVersion(ctx, { agent_id, base_version: 9 }))).toEqual(versionNotFound)
  })

  test.each([{}, { config: null }, { config: {}, base_version: 1 }])('exactly one source: not %j', async (body) => {
    const { errors } = await refusalOf(createAgentVersion(ctx, { agent_id: await newAgent(), ...body }))
    expect(errors).toEqual([{ path: '', message: 'must have exactly one of config and base_version' }])
  })

  test('every fault with its path, and nothing is stored', async () => {
    const agent_id = await newAgent()
    const body = {
      config: { llm: { provider: 'x' }, instructions: '{{', starting_message: 5 } as never,
      instruction_builder_inputs: { a: 'x'.repeat(600_000) },
    }
    const paths = async (call: Promise<unknown>) => (await refusalOf(call)).errors?.map(({ path }) => path)
    const expected = [
      'config.instructions',
      'config.llm.model',
      'config.starting_message',
      'instruction_builder_inputs',
    ]
    expect(await paths(createAgentVersion(ctx, { agent_id, ...body }))).toEqual(expected)
    expect((await listAgentVersions(ctx, { agent_id })).data).toEqual([])
    await createAgentVersion(ctx, { agent_id, config: {} })
    expect(await paths(updateAgentVersion(ctx, { agent_id, version: '1', ...body }))).toEqual(expected)
    expect(await getAgentVersion(ctx, { agent_id, version: '1' })).toMatchObject({ config: {}, revision: 1 })
    for (const config of ['text', [], 5]) {
      expect(await paths(createAgentVersion(ctx, { agent_id, config: config as never }))).toEqual(['config'])
    }
  })

  test('numbers increase by one, also for twenty at once, in two agents', async () => {
    const agents = [await newAgent(), await newAgent()]
    const drafts = await Promise.all(
      Array.from({ length: 40 }, (_, index) => createAgentVersion(ctx, { agent_id: agents[index % 2]!, config: {} })),
    )
    for (const agent_id of agents) {
      const numbers = drafts.filter((draft) => draft.agent_id === agent_id).map(({ version }) => version)
      expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    }
  })
})

describe('reading', () => {
  test.each(['0', '-1', '01', '1.0', '2', '99999999999', 'newest', '', "1' or '1"])(
    'there is no version %j',
    async (version) => {
      const { agent_id } = await makeAgent(ctx)
      expect(await refusalOf(getAgentVersion(ctx, { agent_id, version }))).toEqual(versionNotFound)
      expect(await refusalOf(updateAgentVersion(ctx, { agent_id, version, config: {} }))).toEqual(versionNotFound)
      expect(await refusalOf(publishAgentVersion(ctx, { agent_id, version }))).toEqual(versionNotFound)
    },
  )

  test('latest is not published if there is no version', async () => {
    const agent_id = await newAgent()
    expect(await refusalOf(publishAgentVersion(ctx, { agent_id, version: 'latest' }))).toEqual(versionNotFound)
  })

  test('latest is the newest draft, or creates one from the newest published version', async () => {
    const { agent_id } = await makeAgent(ctx, { instructions: 'One', zebra: 1 })
    const draft = await getAgentVersion(ctx, { agent_id, version: 'latest' })
    expect(draft).toMatchObject({
      version: 2,
      published: false,
      revision: 2,
      config: { instructions: 'One', zebra: 1 },
    })
    expect(draft.warnings).toHaveLength(1)
    expect(await getAgentVersion(ctx, { agent_id, version: 'latest' })).toEqual(draft)
  })

  test('ten at once create one draft', async () => {
    const { agent_id } = await makeAgent(ctx)
    const drafts = await Promise.all(
      Array.from({ length: 10 }, () => getAgentVersion(ctx, { agent_id, version: 'latest' })),
    )
    expect(new Set(drafts.map(({ id }) => id)).size).toBe(1)
    expect((await getAgent(ctx, { agent_id })).versions.map(({ version }) => version)).toEqual([2, 1])
  })

  test('a caller with only read permission gets the draft too', async () => {
    const { agent_id } = await makeAgent(ctx)
    const draft = await getAgentVersion(reader, { agent_id, version: 'latest' })
    expect(draft).toMatchObject({ version: 2, published: false })
    expect(await getAgentVersion(ctx, { agent_id, version: 'latest' })).toEqual(draft)
  })

  test('lists have the highest number first, have filters and pages, and belong to one agent', async () => {
    const { agent_id } = await makeAgent(ctx)
    await makeAgent(ctx)
    for (let i = 0; i < 4; i++) await createAgentVersion(ctx, { agent_id, config: { guardrails: `${i}` } })
    await publishAgentVersion(ctx, { agent_id, version: '3' })
    const numbers: number[] = []
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await listAgentVersions(ctx, { agent_id, limit: 2, ...(cursor === undefined ? {} : { cursor }) })
      numbers.push(...page.data.map(({ version }) => version))
      cursor = page.pagination.next_cursor
    }
    expect(numbers).toEqual([5, 4, 3, 2, 1])
    const find = async (filters: object) =>
      (await listAgentVersions(ctx, { agent_id, ...filters })).data.map(({ version }) => version)
    expect(await find({ published: true })).toEqual([3, 1])
    expect(await find({ published: false, version: 4 })).toEqual([4])
    const { created_at, updated_at } = await getAgentVersion(ctx, { agent_id, version: '3' })
    expect(await find({ created_after: created_at })).toEqual([5, 4, 3])
    expect(await find({ created_before: created_at })).toEqual([3, 2, 1])
    expect(await find({ updated_after: updated_at })).toEqual([3])
    expect(await find({ updated_before: created_at })).toEqual([2, 1])
    for (const cursor of [
      'x',
      '',
      Buffer.from('["0"]').toString('base64url'),
      Buffer.from('["x"]').toString('base64url'),
    ]) {
      expect((await refusalOf(listAgentVersions(ctx, { agent_id, cursor }))).errors).toMatchObject([{ path: 'cursor' }])
    }
  })

  test('the schema is the one that validates', async () => {
    const schema = await getAgentConfigSchema(ctx, {})
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema)
    expect(createAjv().validate(schema, { llm: { provider: 'x', model: 'y' }, unknown: 1 })).toBe(true)
    expect(createAjv().validate(schema, { llm: { provider: 'x' } })).toBe(false)
  })
})

describe('changing', () => {
  test('given fields change, with the revision and the warnings; null inputs are cleared', async () => {
    const agent_id = await newAgent()
    const path = { agent_id, version: '1' }
    const inputs = { goal: 'sell' }
    const created = await createAgentVersion(ctx, {
      agent_id,
      config: { zebra: 1 } as object,
      instruction_builder_inputs: inputs,
    })
    const config = { guardrails: 'x' }
    const second = await updateAgentVersion(ctx, { ...path, config })
    expect(second).toEqual({ ...created, config, warnings: [], revision: 2, updated_at: second.updated_at })
    expect(second.updated_at > created.updated_at).toBe(true)
    const third = await updateAgentVersion(ctx, { ...path, config: null, instruction_builder_inputs: null })
    expect(third).toMatchObject({ config, instruction_builder_inputs: null, revision: 3 })
    expect(await updateAgentVersion(ctx, path)).toEqual(third)
    expect(await updateAgentVersion(ctx, { ...path, config: null })).toEqual(third)
  })

  test('latest is the draft, which is created if necessary, but not if a revision is given', async () => {
    const { agent_id } = await makeAgent(ctx)
    const config = { guardrails: 'x' }
    expect(await updateAgentVersion(ctx, { agent_id, version: 'latest', config })).toMatchObject({ version: 2, config })
    expect(await getAgentVersion(ctx, { agent_id, version: '1' })).toMatchObject({ config: {} })
  })

  test('a revision of latest never matches a newer version that has become latest', async () => {
    const { agent_id } = await makeAgent(ctx)
    const latest = { agent_id, version: 'latest' }
    const { revision } = await getAgentVersion(ctx, latest)
    await publishAgentVersion(ctx, latest)
    const change = { ...latest, config: { guardrails: 'x' }, if_match: `"${revision}"` }
    expect(await refusalOf(updateAgentVersion(ctx, change))).toMatchObject({ error: 'revision_mismatch' })
    expect((await getAgent(ctx, { agent_id })).versions.map(({ version }) => version)).toEqual([2, 1])
    expect((await getAgentVersion(ctx, latest)).revision).toBeGreaterThan(revision)
    expect(await refusalOf(updateAgentVersion(ctx, change))).toMatchObject({ error: 'revision_mismatch' })
  })

  test.each(['2', '"2"', 'W/"2"', '*', '"1", "2"', undefined])('If-Match %j is the revision 2', async (if_match) => {
    const agent_id = await newAgent()
    await createAgentVersion(ctx, { agent_id, config: {} })
    await updateAgentVersion(ctx, { agent_id, version: '1', config: {} })
    const change = { agent_id, version: '1', ...(if_match === undefined ? {} : { if_match }) }
    expect(await updateAgentVersion(ctx, change)).toMatchObject({ revision: 2 })
    expect(await updateAgentVersion(ctx, { ...change, config: {} })).toMatchObject({ revision: 3 })
  })

  test.each(['1', '"1"', 'W/"3"', '', 'x', '99999999999', '"02x"'])(
    'If-Match %j is not the revision 2',
    async (if_match) => {
      const agent_id = await newAgent()
      await createAgentVersion(ctx, { agent_id, config: {} })
      await updateAgentVersion(ctx, { agent_id, version: '1', config: {} })
      const change = { agent_id, version: '1', if_match }
      for (const body of [{ config: { guardrails: 'x' } }, {}]) {
        expect(await refusalOf(updateAgentVersion(ctx, { ...change, ...body }))).toMatchObject({
          error: 'revision_mismatch',
        })
      }
      expect(await getAgentVersion(ctx, { agent_id, version: '1' })).toMatchObject({ config: {}, revision: 2 })
    },
  )

  test('only one of ten editors of a revision wins', async () => {
    const agent_id = await newAgent()
    await createAgentVersion(ctx, { agent_id, config: {} })
    const edits = Array.from({ length: 10 }, (_, index) =>
      updateAgentVersion(ctx, { agent_id, version: '1', if_match: '"1"', config: { guardrails: `${index}` } }),
    )
    const outcomes = await Promise.allSettled(edits)
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const version = await getAgentVersion(ctx, { agent_id, version: '1' })
    expect(version).toMatchObject({ revision: 2, config: { guardrails: `${winner}` } })
  })
})

describe('publishing', () => {
  test('only the given revision, if there is one', async () => {
    const agent_id = await newAgent()
    await createAgentVersion(ctx, { agent_id, config: {} })
    await updateAgentVersion(ctx, { agent_id, version: '1', config: { guardrails: 'Of somebody else.' } })
    const publish = (if_match: string) => publishAgentVersion(ctx, { agent_id, version: '1', if_match })
    for (const if_match of ['1', '"3"', '', 'x']) {
      expect(await refusalOf(publish(if_match))).toMatchObject({ error: 'revision_mismatch' })
    }
    expect(await getAgentVersion(ctx, { agent_id, version: '1' })).toMatchObject({ published: false, revision: 2 })
    expect(await publish('"2"')).toEqual([])
    expect(await getAgentVersion(ctx, { agent_id, version: '1' })).toMatchObject({ published: true, revision: 2 })
    // A published version is checked in the same way and does not change.
    expect(await publish('2')).toEqual([])
    expect(await refusalOf(publish('1'))).toMatchObject({ error: 'revision_mismatch' })
  })

  test('once; publishing again changes nothing', async () => {
    const agent_id = await newAgent()
    await createAgentVersion(ctx, { agent_id, config: {} })
    expect(await publishAgentVersion(ctx, { agent_id, version: '1' })).toEqual([])
    const published = await getAgentVersion(ctx, { agent_id, version: '1' })
    expect(published).toMatchObject({ published: true, revision: 1 })
    expect(published.published_at).toMatch(/Z$/)
    const again = {
      agent_id,
      version: 'latest',
      phone_numbers: ['+1'],
      unassign_phone_numbers: ['+2'],
      direction: 'inbound' as const,
    }
    expect(await publishAgentVersion(ctx, again)).toEqual([])
    expect(await getAgentVersion(ctx, { agent_id, version: '1' })).toEqual(published)
    expect((await getAgent(ctx, { agent_id })).versions).toHaveLength(1)
  })

  test('a published version accepts no change, with or without the right revision', async () => {
    const { agent_id } = await makeAgent(ctx)
    for (const change of [{ config: {} }, { instruction_builder_inputs: {} }, {}, { config: {}, if_match: '1' }]) {
      expect(await refusalOf(updateAgentVersion(ctx, { agent_id, version: '1', ...change }))).toMatchObject({
        error: 'version_published',
      })
    }
  })

  test('a simultaneous change and publication: one comes first, and the published version is the one that was read', async () => {
    for (let round = 0; round < 10; round++) {
      const agent_id = await newAgent()
      await createAgentVersion(ctx, { agent_id, config: {} })
      const [change] = await Promise.allSettled([
        updateAgentVersion(ctx, { agent_id, version: '1', config: { guardrails: 'x' } }),
        publishAgentVersion(ctx, { agent_id, version: '1' }),
      ])
      const version = await getAgentVersion(ctx, { agent_id, version: '1' })
      expect(version.published).toBe(true)
      expect(version.config).toEqual(change.status === 'fulfilled' ? { guardrails: 'x' } : {})
      if (change.status === 'rejected') expect(change.reason).toMatchObject({ error: 'version_published' })
    }
  })

  test.each([
    `update agent_versions set config = '{}' where id = $1`,
    `update agent_versions set published = false, published_at = null where id = $1`,
    `update agent_versions set version = 7 where id = $1`,
    `update agent_versions set agent_id = null, version = null, content_hash = '\\x00' where id = $1`,
    `update agent_versions set warnings = '{x}' where id = $1`,
    `delete from agent_versions where id = $1`,
  ])('the database refuses, for a published version: %s', async (text) => {
    const { agent_id, agent_version_id } = await makeAgent(ctx, { instructions: 'x' })
    const before = await getAgentVersion(ctx, { agent_id, version: '1' })
    await expect(fixture.database.pool.query(text, [agent_version_id])).rejects.toMatchObject({ code: '23001' })
    expect(await getAgentVersion(ctx, { agent_id, version: '1' })).toEqual(before)
  })

  test('the database refuses a number twice', async () => {
    const { agent_id } = await makeAgent(ctx)
    const text = `insert into agent_versions (id, organization_id, agent_id, version, published, config)
                  values ($1, $2, $3, 1, false, '{}')`
    await expect(
      fixture.database.pool.query(text, [randomUUID(), ctx.access.organization_id, agent_id]),
    ).rejects.toMatchObject({ code: '23505', constraint: 'agent_versions_number' })
  })
})
