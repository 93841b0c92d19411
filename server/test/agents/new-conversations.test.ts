// What other rooms use: the version for a new conversation, inline configurations, cached ones, and whether agents exist.
import { randomUUID } from 'node:crypto'
import type { Channel } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createAgent,
  createAgentVersion,
  deleteAgent,
  publishAgentVersion,
  updateAgent,
} from '../../src/agents/operations.ts'
import {
  type VersionReference,
  agentsExist,
  findVersionForNewConversation,
  saveInlineVersion,
} from '../../src/agents/versions.ts'
import { readAgentConfig, readAgentConfigOrDefaults } from '../../src/agents/read-config.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { type Fixture, agentNotFound, createFixture, makeAgent, refusalOf, versionNotFound } from './fixture.ts'

let fixture: Fixture
let ctx: Fixture['ctx']
beforeAll(async () => {
  fixture = await createFixture()
  ctx = fixture.ctx
})
afterAll(() => fixture[Symbol.asyncDispose]())

const default_model = 'demo/parley-demo'
const read = (agent_version_id: string, caller = ctx) =>
  readAgentConfig(caller.store, agent_version_id, 'text', default_model)
const choose = (reference: VersionReference, caller = ctx) =>
  caller.store.transaction((tx) => findVersionForNewConversation(tx, caller.access, reference))

describe('the version of a new conversation', () => {
  test('is the newest published one, a numbered one, or the one with an id', async () => {
    const { id: agent_id, name: agent_name } = await createAgent(ctx, { name: 'Ann' })
    const versions: { id: string }[] = []
    for (const text of ['one', 'two', 'three']) {
      versions.push(await createAgentVersion(ctx, { agent_id, config: { instructions: text } }))
    }
    await publishAgentVersion(ctx, { agent_id, version: '1' })
    await publishAgentVersion(ctx, { agent_id, version: '2' })
    const answer = (index: number) => ({
      agent_id,
      agent_name,
      agent_version_id: versions[index]!.id,
    })
    expect(await choose({ agent_id, version: 'latest' })).toEqual(answer(1))
    expect(await choose({ agent_id, version: 1 })).toEqual(answer(0))
    expect(await choose({ agent_version_id: versions[0]!.id.toUpperCase() })).toEqual(answer(0))

    const unpublished = { error: 'version_not_published' }
    expect(await refusalOf(choose({ agent_id, version: 3 }))).toMatchObject(unpublished)
    expect(await refusalOf(choose({ agent_version_id: versions[2]!.id }))).toMatchObject(unpublished)
    expect(await refusalOf(choose({ agent_id, version: 4 }))).toEqual(versionNotFound)
  })

  test('does not exist without a published version', async () => {
    const { agent_id } = await createAgent(ctx, { name: 'A' })
    const expected = {
      error: 'version_not_published',
      detail: 'The agent has no published version. Publish one first.',
    }
    expect(await refusalOf(choose({ agent_id, version: 'latest' }))).toMatchObject(expected)
    await createAgentVersion(ctx, { agent_id, config: {} })
    expect(await refusalOf(choose({ agent_id, version: 'latest' }))).toMatchObject(expected)
  })

  test('does not exist for an inactive agent', async () => {
    const { agent_id, agent_version_id } = await makeAgent(ctx)
    await updateAgent(ctx, { agent_id, active: false })
    for (const reference of [
      { agent_id, version: 'latest' as const },
      { agent_id, version: 1 },
      { agent_version_id },
    ]) {
      expect(await refusalOf(choose(reference))).toMatchObject({ error: 'agent_inactive' })
    }
  })

  test('deactivating an agent waits for creations in progress, which do not wait for each other', async () => {
    const { agent_id } = await makeAgent(ctx)
    const reference = { agent_id, version: 'latest' as const }
    let change: Promise<unknown> | undefined
    await ctx.store.transaction(async (tx) => {
      await findVersionForNewConversation(tx, ctx.access, reference)
      await choose(reference)
      change = updateAgent(ctx, { agent_id, active: false })
      await fixture.untilWaiting(1)
    })
    await change
    expect(await refusalOf(choose(reference))).toMatchObject({ error: 'agent_inactive' })
  })

  test('deleted, foreign, narrowed-out and malformed ids are not found', async () => {
    const deleted = await makeAgent(ctx)
    await deleteAgent(ctx, deleted)
    const agent = await makeAgent(ctx)
    const outside = fixture.enter(await fixture.makeOrganization())
    const narrowed = fixture.enter(ctx.access.organization_id, { agent_ids: [randomUUID()] })
    const attempts: [string, string, Fixture['ctx']][] = [
      [deleted.agent_id, deleted.agent_version_id, ctx],
      [agent.agent_id, agent.agent_version_id, outside],
      [agent.agent_id, agent.agent_version_id, narrowed],
      [randomUUID(), randomUUID(), ctx],
      ['x', 'x', ctx],
    ]
    for (const [agent_id, agent_version_id, caller] of attempts) {
      expect(await refusalOf(choose({ agent_id, version: 'latest' }, caller))).toEqual(agentNotFound)
      expect(await refusalOf(choose({ agent_id, version: 1 }, caller))).toEqual(agentNotFound)
      expect(await refusalOf(choose({ agent_version_id }, caller))).toEqual(versionNotFound)
    }
    const own = fixture.enter(ctx.access.organization_id, { agent_ids: [agent.agent_id] })
    expect(await choose({ agent_id: agent.agent_id, version: 'latest' }, own)).toMatchObject(agent)
    expect(await choose({ agent_version_id: agent.agent_version_id }, own)).toMatchObject(agent)
  })

  test('is never an inline configuration by its id', async () => {
    const { agent_version_id } = await saveInlineVersion(ctx.store, {}, randomUUID())
    expect(await refusalOf(choose({ agent_version_id }))).toEqual(versionNotFound)
  })
})

describe('inline configurations', () => {
  test('are stored once for each content and organization, regardless of the order of keys', async () => {
    const one = { instructions: 'a', llm: { provider: 'x', model: 'y' }, list: [1, 2] }
    const same = { list: [1, 2], llm: { model: 'y', provider: 'x' }, instructions: 'a' }
    const saved = await saveInlineVersion(ctx.store, one, randomUUID())
    expect(await read(saved.agent_version_id)).toMatchObject({ instructions: 'a', llm: one.llm })
    expect((await saveInlineVersion(ctx.store, same, randomUUID())).agent_version_id).toBe(saved.agent_version_id)
    const others: JsonObject[] = [
      { ...one, list: [2, 1] },
      { ...one, extra: null },
      { ...one, instructions: 'A' },
    ]
    for (const other of others) {
      expect((await saveInlineVersion(ctx.store, other, randomUUID())).agent_version_id).not.toBe(
        saved.agent_version_id,
      )
    }
    const outside = fixture.enter(await fixture.makeOrganization())
    expect((await saveInlineVersion(outside.store, one, randomUUID())).agent_version_id).not.toBe(
      saved.agent_version_id,
    )
  })

  test('are stored once by ten simultaneous calls', async () => {
    const config = { instructions: randomUUID() }
    const saved = await Promise.all(
      Array.from({ length: 10 }, () => saveInlineVersion(ctx.store, config, randomUUID())),
    )
    expect(new Set(saved.map(({ agent_version_id }) => agent_version_id)).size).toBe(1)
  })

  test('wait for an insert in progress, and use it if it is committed', async () => {
    for (const isCommitted of [true, false]) {
      const config = { instructions: randomUUID() }
      const [theirs, ours] = [randomUUID(), randomUUID()]
      let save: Promise<{ agent_version_id: string }> | undefined
      const transaction = ctx.store.transaction(async (tx) => {
        await saveInlineVersion(tx, config, theirs)
        save = saveInlineVersion(ctx.store, config, ours)
        await fixture.untilWaiting(1)
        if (!isCommitted) throw new Error('rolled back')
      })
      await transaction.catch((error: Error) => expect(error.message).toBe('rolled back'))
      expect((await save)?.agent_version_id).toBe(isCommitted ? theirs : ours)
    }
  })
})

describe('configurations', () => {
  test('belong to one organization, are frozen, and are the same each time', async () => {
    const { agent_version_id } = await makeAgent(ctx, { llm: { provider: 'x', model: 'y' } })
    const config = await read(agent_version_id)
    expect(config.llm).toMatchObject({ provider: 'x', model: 'y' })
    expect(await read(agent_version_id)).toBe(config)
    expect(() => Object.assign(config.llm, { model: 'z' })).toThrow(TypeError)
    const outside = fixture.enter(await fixture.makeOrganization())
    expect(await refusalOf(read(agent_version_id, outside))).toEqual(versionNotFound)
    expect(await refusalOf(read(randomUUID()))).toEqual(versionNotFound)
  })

  test('differ by channel and default model', async () => {
    const { agent_version_id } = await makeAgent(ctx, { channel_overrides: { email: { max_tool_steps: 2 } } })
    const readAs = (channel: Channel, model: string) => readAgentConfig(ctx.store, agent_version_id, channel, model)
    expect(await readAs('text', 'demo/a')).toMatchObject({ max_tool_steps: 8, llm: { model: 'a' } })
    expect(await readAs('email', 'demo/a')).toMatchObject({ max_tool_steps: 2, llm: { model: 'a' } })
    expect(await readAs('text', 'demo/b')).toMatchObject({ max_tool_steps: 8, llm: { model: 'b' } })
  })

  test('are the defaults on request if the version is unknown or absent', async () => {
    const readOrDefaults = (id: string | null, caller = ctx) =>
      readAgentConfigOrDefaults(caller.store, id, 'text', default_model)
    const { agent_version_id } = await makeAgent(ctx, { max_turn_seconds: 7 })
    expect(await readOrDefaults(agent_version_id)).toMatchObject({ max_turn_seconds: 7 })
    const outside = fixture.enter(await fixture.makeOrganization())
    expect(await readOrDefaults(agent_version_id, outside)).toMatchObject({ max_turn_seconds: 120 })
    expect(await readOrDefaults(null)).toMatchObject({ max_turn_seconds: 120 })
  })

  test('of a draft are read again each time', async () => {
    const { agent_id } = await createAgent(ctx, { name: 'A' })
    const { id } = await createAgentVersion(ctx, { agent_id, config: {} })
    const first = await read(id)
    expect(await read(id)).not.toBe(first)
  })

  test('do not fill the memory: the least recently used ones are read again', async () => {
    const instructions = 'x'.repeat(190_000)
    const config = { instructions, guardrails: instructions }
    const { agent_version_id } = await makeAgent(ctx, config)
    const first = await read(agent_version_id)
    for (let i = 0; i < 50; i++) {
      await read((await makeAgent(ctx, config)).agent_version_id)
    }
    const again = await read(agent_version_id)
    expect(again).toEqual(first)
    expect(again).not.toBe(first)
  })
})

test('whether agents exist', async () => {
  const [one, two, deleted] = [await makeAgent(ctx), await makeAgent(ctx), await makeAgent(ctx)]
  await deleteAgent(ctx, deleted)
  const exist = (...ids: string[]) => agentsExist(ctx.store, ids)
  expect(await exist()).toBe(true)
  expect(await exist(one.agent_id, two.agent_id.toUpperCase(), one.agent_id)).toBe(true)
  expect(await exist(one.agent_id, randomUUID())).toBe(false)
  expect(await exist(one.agent_id, 'x')).toBe(false)
  expect(await exist(deleted.agent_id)).toBe(false)
  const outside = fixture.enter(await fixture.makeOrganization())
  expect(await agentsExist(outside.store, [one.agent_id])).toBe(false)
})
