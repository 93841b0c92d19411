// Visibility of agents: narrowed credentials, other organizations, and inactive agents.
import { randomUUID } from 'node:crypto'
import type { Client } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeNarrowedKey, makeOrganization } from '../support/actors.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

/** Every call that names an agent. */
function callsOn(client: Client, agent_id: string): (() => Promise<unknown>)[] {
  const version = '1'
  return [
    () => client.getAgent({ agent_id }),
    () => client.getAgent({ agent_id: agent_id.toUpperCase() }),
    () => client.updateAgent({ agent_id, name: 'Taken over' }),
    () => client.updateAgent({ agent_id, metadata: { too: 'x'.repeat(70_000) } }),
    () => client.deleteAgent({ agent_id }),
    () => client.listAgentVersions({ agent_id }),
    () => client.getAgentVersion({ agent_id, version }),
    () => client.getAgentVersion({ agent_id, version: 'latest' }),
    () => client.createAgentVersion({ agent_id, config: {} }),
    () => client.createAgentVersion({ agent_id }),
    () => client.updateAgentVersion({ agent_id, version, config: {} }),
    () => client.updateAgentVersion({ agent_id, version: 'latest', config: { kind: 'flow' } as never }),
    () => client.publishAgentVersion({ agent_id, version }),
    () => client.createConversation({ channel: 'text', user_id: 'u', agent_id }),
  ]
}

/** The agent must appear not to exist, and must not change. */
async function expectUnseen(client: Client, agent_id: string): Promise<void> {
  const before = await server.client.getAgent({ agent_id })
  for (const call of callsOn(client, agent_id)) {
    const { status, code, message } = await refusal(call())
    expect([call.toString(), status, code, message]).toEqual([call.toString(), 404, 'not_found', 'Agent not found'])
  }
  const agent_version_id = before.versions[0]!.id
  const byVersion = client.createConversation({ channel: 'text', user_id: 'u', agent_version_id })
  expect(await refusal(byVersion)).toMatchObject({ status: 404, message: 'Agent version not found' })
  expect(await server.client.getAgent({ agent_id })).toEqual(before)
}

describe('a narrowed credential', () => {
  test('sees and uses its own agents', async () => {
    const { agent_id } = await publishAgent(server.client)
    const client = server.as({ token: await makeNarrowedKey(server, [agent_id]) })
    expect((await client.getAgent({ agent_id })).id).toBe(agent_id)
    expect(await client.updateAgent({ agent_id, name: 'Mine' })).toMatchObject({ name: 'Mine' })
    expect(await client.getAgentVersion({ agent_id, version: 'latest' })).toMatchObject({ version: 2 })
    expect(await client.createAgentVersion({ agent_id, base_version: 1 })).toMatchObject({ version: 3 })
    expect(await client.publishAgentVersion({ agent_id, version: '3' })).toEqual([])
    expect((await client.listAgentVersions({ agent_id })).data).toHaveLength(3)
    const created = await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    expect(created.conversation.agent_id).toBe(agent_id)
  })

  test('sees no other: 404 everywhere, and nothing happens to it', async () => {
    const { agent_id } = await publishAgent(server.client)
    const own = await publishAgent(server.client)
    await expectUnseen(server.as({ token: await makeNarrowedKey(server, [own.agent_id]) }), agent_id)
  })

  test('lists only its own, with any filters, and page by page', async () => {
    const made = []
    for (let n = 0; n < 4; n++) made.push(await server.client.createAgent({ name: `Listed ${n}` }))
    const own = [made[0]!.id, made[2]!.id]
    const client = server.as({ token: await makeNarrowedKey(server, own) })
    const expected = own.toReversed()
    const ids = (page: { data: { id: string }[] }) => page.data.map(({ id }) => id)
    expect(ids(await client.listAgents())).toEqual(expected)
    expect(ids(await client.listAgents({ name: 'Listed' }))).toEqual(expected)
    expect(ids(await client.listAgents({ name: 'Listed 1' }))).toEqual([])
    const first = await client.listAgents({ limit: 1 })
    const second = await client.listAgents({ limit: 1, cursor: first.pagination.next_cursor! })
    expect([...ids(first), ...ids(second), second.pagination.next_cursor]).toEqual([...expected, null])
  })

  test('creates no agent and no conversation from a configuration, but can read the schema', async () => {
    const { agent_id } = await publishAgent(server.client)
    const client = server.as({ token: await makeNarrowedKey(server, [agent_id]) })
    const count = async () => (await server.client.listAgents({ limit: 100, name: 'Smuggled' })).data.length
    expect(await refusal(client.createAgent({ name: 'Smuggled' }))).toMatchObject({ status: 404, code: 'not_found' })
    expect(await count()).toBe(0)
    const inline = client.createConversation({ channel: 'text', user_id: 'u', agent_config: {} })
    expect(await refusal(inline)).toMatchObject({ status: 404 })
    expect(await client.getAgentConfigSchema()).toEqual(await server.client.getAgentConfigSchema())
  })
})

describe('datasets: a narrowed credential', () => {
  type Config = NonNullable<Parameters<Client['createAgentVersion']>[0]['config']>
  const search = (dataset: { dataset_id: string } | { dataset_ids: string[] }) => ({
    ...{ type: 'knowledge_base' as const, query: 'x' },
    ...dataset,
  })
  const looking = (lists: object): Config => ({ tools: [{ name: 'look_up', description: 'Looks up', ...lists }] })
  async function begin() {
    const create = async (name: string) => (await server.client.createDataset({ name })).id
    const [whole, part, other] = await Promise.all(['Whole', 'Part', 'Other'].map(create))
    const filter = { plan: '{{ custom_metadata.plan }}', kinds: ['a'] }
    const { agent_id } = await publishAgent(server.client, {
      knowledge_bases: [{ dataset_id: part!, filter }],
      ...looking({ actions: [], actions_on_error: [search({ dataset_ids: [whole!] })] }),
    })
    const narrowed = server.as({ token: await makeNarrowedKey(server, [agent_id]) })
    return { agent_id, narrowed, whole: whole!, part: part!, other: other!, filter }
  }

  test('gives its agents no dataset that they do not search, and not more of one: 403, and nothing is stored', async () => {
    const { agent_id, narrowed, part, other } = await begin()
    const configs: [Config, string][] = [
      [{ knowledge_bases: [{ dataset_id: other }] }, 'knowledge_bases.0.dataset_id'],
      [{ knowledge_bases: [{ dataset_id: other, enabled: false }] }, 'knowledge_bases.0.dataset_id'],
      [{ knowledge_bases: [{ dataset_id: randomUUID() }] }, 'knowledge_bases.0.dataset_id'],
      [{ knowledge_bases: [{ dataset_id: part }] }, 'knowledge_bases.0.dataset_id'],
      [{ knowledge_bases: [{ dataset_id: part, filter: { kinds: ['a'] } }] }, 'knowledge_bases.0.dataset_id'],
      [looking({ actions: [search({ dataset_id: other })] }), 'tools.0.actions.0.dataset_id'],
      [looking({ actions: [search({ dataset_ids: [part] })] }), 'tools.0.actions.0.dataset_ids.0'],
      [
        looking({ actions: [], actions_on_error: [search({ dataset_id: other })] }),
        'tools.0.actions_on_error.0.dataset_id',
      ],
    ]
    const before = await server.client.getAgent({ agent_id })
    for (const [config, path] of configs) {
      const refused = { status: 403, code: 'forbidden', message: expect.stringContaining(`(config.${path})`) }
      expect(await refusal(narrowed.createAgentVersion({ agent_id, config }))).toMatchObject(refused)
      const version = 'latest'
      expect(await refusal(narrowed.updateAgentVersion({ agent_id, version, config }))).toMatchObject(refused)
      expect(await refusal(narrowed.checkAgent({ config }))).toMatchObject(refused)
    }
    expect(await server.client.getAgent({ agent_id })).toEqual(before)
    expect(await server.client.createAgentVersion({ agent_id, config: configs[0]![0] })).toMatchObject({ warnings: [] })
  })

  test('keeps those that its agents search, all of what they search whole, and versions as they are', async () => {
    const { agent_id, narrowed, whole, part, filter } = await begin()
    const config: Config = {
      knowledge_bases: [
        { dataset_id: part.toUpperCase(), filter: { kinds: ['a'], plan: filter.plan }, top_n: 1 },
        { dataset_id: whole, filter: { plan: 'pro' } },
      ],
      ...looking({ actions: [search({ dataset_id: whole })] }),
    }
    expect(await narrowed.checkAgent({ config })).toEqual({ warnings: [] })
    const { version } = await narrowed.createAgentVersion({ agent_id, config })
    await narrowed.publishAgentVersion({ agent_id, version: String(version) })
    await narrowed.createAgentVersion({ agent_id, base_version: 1 })
    await narrowed.updateAgentVersion({ agent_id, version: 'latest', config: { instructions: 'None.' } })
  })
})

test('agents of another organization are 404 everywhere and in no list', async () => {
  const { agent_id } = await publishAgent(server.client)
  const { client } = await makeOrganization(server)
  await expectUnseen(client, agent_id)
  expect((await client.listAgents()).data).toEqual([])
})

test('no credential: 401', async () => {
  const { agent_id } = await publishAgent(server.client)
  for (const token of ['nonsense', 'ak_unknown.secret']) {
    for (const call of callsOn(server.as({ token }), agent_id).slice(0, -1)) {
      expect(await refusal(call())).toMatchObject({ status: 401 })
    }
    expect(await refusal(server.as({ token }).getAgentConfigSchema())).toMatchObject({ status: 401 })
  }
})

test('an inactive agent accepts no new conversations; existing ones continue, including a running turn', async () => {
  const { agent_id, version_id } = await publishAgent(server.client)
  const input = { channel: 'text' as const, user_id: 'u' }
  const { conversation } = await server.client.createConversation({ ...input, agent_id })
  const conversation_id = conversation.id
  const held = holdAnswer()
  server.model.answer = () => held
  const running = server.client.sendConversationMessage({ conversation_id, text: 'one' })
  await held.asked
  await server.client.updateAgent({ agent_id, active: false })
  held.say('First.')
  held.finish()
  expect((await running).reply).toBe('First.')
  server.model.answer = () => 'Second.'
  expect((await server.client.sendConversationMessage({ conversation_id, text: 'two' })).reply).toBe('Second.')
  const inactive = { status: 400, code: 'agent_inactive' }
  const refused = [
    { agent_id },
    { agent_id, version: 1 },
    { agent_id, id: randomUUID() },
    { agent_version_id: version_id },
  ]
  for (const reference of refused) {
    expect(await refusal(server.client.createConversation({ ...input, ...reference }))).toMatchObject(inactive)
  }
  const { statistics } = await server.client.getAgent({ agent_id })
  expect(statistics).toMatchObject({ conversations: 1, active_conversations: 1, user_turns: 2 })
  await server.client.updateAgent({ agent_id, active: true })
  expect((await server.client.createConversation({ ...input, agent_id })).conversation.agent_id).toBe(agent_id)
})
