// Configurations from a client's view: every fault at once, unknown keys, limits, templates in use, inline ones, the schema.
import { AgentConfig } from '@parley/contract'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOrganization } from '../support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ PARLEY_LIMIT_AGENT_CONFIG_BYTES: '300000' })
})
afterAll(() => server[Symbol.asyncDispose]())

type Config = Record<string, unknown>
const newAgent = async () => (await server.client.createAgent({ name: 'Agent' })).agent_id
const draft = async (config: unknown) =>
  server.client.createAgentVersion({ agent_id: await newAgent(), config: config as Config })
const talk = (fields: object, custom_metadata: object = {}) =>
  server.client.createConversation({
    channel: 'text',
    user_id: 'u',
    custom_metadata: { ...custom_metadata },
    ...fields,
  })

const faulty = {
  kind: 'flow',
  instructions: '{{ broken',
  guardrails: 5,
  starting_message: { type: 'static' },
  llm: { provider: '', temperature: 3, fallbacks: [{ provider: 'x' }, 5] },
  max_turn_seconds: 0,
  concurrency: 'later',
  context_window: { max_items: 1.5 },
  channel_overrides: { text: { instructions_mode: 'prepend', instructions: '{{ x | nope }}' } },
  channel_properties: { text: { enabled: 'yes', body_template: '{{' } },
  analysis: { wait_ms: -1, summary: { max_words: 'ten' } },
}
const faultyPaths = [
  'analysis.summary.max_words',
  'analysis.wait_ms',
  'channel_overrides.text.instructions',
  'channel_overrides.text.instructions_mode',
  'channel_properties.text.body_template',
  'channel_properties.text.enabled',
  'concurrency',
  'context_window.max_items',
  'guardrails',
  'instructions',
  'kind',
  'llm.fallbacks.0.model',
  'llm.fallbacks.1',
  'llm.model',
  'llm.provider',
  'llm.temperature',
  'max_turn_seconds',
  'starting_message.text',
]

describe('faults', () => {
  test('all at once, each with its path, wherever the configuration is', async () => {
    const agent_id = await newAgent()
    const first = await server.client.createAgentVersion({ agent_id, config: {} })
    const config = faulty as never
    const calls: [string, () => Promise<unknown>][] = [
      ['config', () => server.client.createAgentVersion({ agent_id, config })],
      ['config', () => server.client.updateAgentVersion({ agent_id, version: '1', config })],
      ['agent_config', () => talk({ agent_config: faulty })],
    ]
    for (const [prefix, call] of calls) {
      const error = await refusal(call())
      expect(error).toMatchObject({ status: 422, code: 'validation_failed' })
      expect(error.errors.map(({ path }) => path)).toEqual(faultyPaths.map((path) => `${prefix}.${path}`))
    }
    expect((await server.client.listAgentVersions({ agent_id })).data).toEqual([first])
  })

  test('a template that cannot be parsed is reported with its path', async () => {
    const { errors } = await refusal(draft({ starting_message: 'Hi {{ name' }))
    expect(errors).toEqual([
      { path: 'config.starting_message', message: expect.stringMatching(/^is not a valid template: /) },
    ])
  })

  test.each([['text'], [5], [true], [[]]])('%j is not a configuration', async (config) => {
    expect((await refusal(draft(config))).errors).toEqual([{ path: 'config', message: 'must be an object' }])
  })

  test('the size as JSON has a limit, exact to the byte', async () => {
    const config = (length: number) => ({ z: 'ä'.repeat((length - 8) >> 1) + 'x'.repeat(length % 2) })
    expect(Buffer.byteLength(JSON.stringify(config(300_000)))).toBe(300_000)
    expect((await draft(config(300_000))).config).toEqual(config(300_000))
    const tooLarge = [{ path: 'config', message: 'must have at most 300000 bytes as JSON' }]
    expect((await refusal(draft(config(300_001)))).errors).toEqual(tooLarge)
    const agent_id = await newAgent()
    const inputs = { config: {}, instruction_builder_inputs: config(300_001) }
    expect((await refusal(server.client.createAgentVersion({ agent_id, ...inputs }))).errors).toMatchObject([
      { path: 'instruction_builder_inputs' },
    ])
    expect((await refusal(talk({ agent_config: config(300_001) }))).errors).toMatchObject([{ path: 'agent_config' }])
  })

  test('nesting is limited, and so is the number of listed faults', async () => {
    const nested = (depth: number) => JSON.parse('{"a":'.repeat(depth) + '1' + '}'.repeat(depth)) as Config
    expect((await draft(nested(50))).config).toEqual(nested(50))
    for (const depth of [70, 1000]) expect(await refusal(draft(nested(depth)))).toMatchObject({ status: 422 })
    const tools = (count: number) => ({ tools: Array.from({ length: count }, () => ({})) })
    expect((await refusal(draft(tools(128)))).errors).toHaveLength(100)
    expect((await refusal(draft(tools(20_000)))).errors).toMatchObject([{ path: 'config.tools' }])
  })

  test('text that cannot be stored is refused with its path', async () => {
    for (const text of ['\0', '\ud800']) {
      expect((await refusal(draft({ z: { y: text } }))).errors).toMatchObject([{ path: 'config.z.y' }])
      expect((await refusal(draft({ [text]: 1 }))).errors).toMatchObject([{ path: 'config' }])
    }
  })
})

test('unknown keys, at any depth, are stored, returned and listed', async () => {
  const config = {
    zebra: null,
    tools: [{ name: 'find', description: 'Finds', parameters: {} }],
    llm: { provider: 'openai', model: 'm', top_k: 5, fallbacks: [{ provider: 'demo', model: 'n', seed: 1 }] },
    starting_message: { type: 'static', text: 'Hi', voice: 'low' },
    channel_overrides: { text: { tone: 3 }, fax: { instructions: '{{ nobody looks in here' } },
    analysis: { success: 'Was it sold?' },
    inactivity: { max_user_turns: 5 },
    stt: {},
    constructor: { prototype: 1 },
  }
  const version = await draft(config)
  expect(version.config).toEqual(config)
  const unknown = [
    'channel_overrides.text.tone',
    'tools.0.parameters',
    'constructor',
    'llm.fallbacks.0.seed',
    'llm.top_k',
    'starting_message.voice',
    'zebra',
  ]
  const later = ['stt']
  const warnings = [
    ...[...unknown, 'channel_overrides.fax'].map(
      (path) => `config.${path} is not known; it is stored but has no effect`,
    ),
    ...later.map((path) => `config.${path} is not supported yet; it is stored but has no effect`),
  ]
  expect(version.warnings).toEqual(warnings.toSorted())
  const { agent_id } = version
  await server.client.publishAgentVersion({ agent_id, version: '1' })
  expect(await server.client.getAgentVersion({ agent_id, version: '1' })).toMatchObject({
    config,
    warnings: version.warnings,
  })
  expect((await talk({ agent_id })).starting_message).toBe('Hi')
})

test('agent-config-schema is the schema that validates: both give the same result', async () => {
  const schema = await server.client.getAgentConfigSchema()
  expect(schema).toEqual(JSON.parse(JSON.stringify(AgentConfig)))
  const validate = new Ajv({ strict: false }).compile(schema)
  const complete = {
    kind: 'static_prompt',
    instructions: 'x',
    starting_message: { type: 'generated', instructions: 'Greet.' },
    llm: { provider: 'x', model: 'y', fallbacks: [] },
    channel_properties: { text: { channel: 'text', enabled: true } },
    unknown: { key: 1 },
  }
  const configs: object[] = [{}, complete, { llm: null, starting_message: null }]
  configs.push(...Object.entries(faulty).map(([key, value]) => ({ [key]: value })))
  // A schema cannot express the syntax of templates.
  for (const config of configs.filter(
    (one) => !('instructions' in one && one !== complete) && !('guardrails' in one),
  )) {
    const isTaken = await draft(config).then(
      () => true,
      () => false,
    )
    expect([config, validate(config)]).toEqual([config, isTaken])
  }
})

describe('templates in use', () => {
  const bombs: [string, string][] = [
    [
      'nested loops',
      '{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{{ a }}{% endfor %}{% endfor %}{% endfor %}',
    ],
    ['a text that doubles', `{% set x = "boom" %}${'{% set x = x ~ x %}'.repeat(60)}{{ x }}`],
    ['a macro that calls itself', '{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}'],
    ['a list that doubles', `{% set x = [1] %}${'{% set x = x + x %}'.repeat(60)}{{ x }}`],
    ['metadata printed a million times', '{% for a in range(1000000) %}{{ custom_metadata.text }}{% endfor %}'],
  ]
  const custom_metadata = { text: 'x'.repeat(10_000) }

  test.each(bombs)('%s, in each place: fails within limits, and the server continues', async (_name, bomb) => {
    const before = process.cpuUsage()
    const { agent_id: harmless } = await publishAgent(server.client)
    for (const config of [
      { instructions: bomb },
      { channel_properties: { text: { body_template: bomb } } },
      { channel_overrides: { text: { instructions: bomb } } },
    ]) {
      const { agent_id } = await publishAgent(server.client, config)
      const conversation_id = (await talk({ agent_id }, custom_metadata)).conversation.id
      const error = await refusal(server.client.sendConversationMessage({ conversation_id, text: 'Hello' }))
      expect(error).toMatchObject({ status: 502, code: 'turn_failed' })
      const [turn] = (await server.client.listConversationTurns({ conversation_id })).data
      expect(turn).toMatchObject({ status: 'failed', outcome: 'model_error' })
      const other = (await talk({ agent_id: harmless })).conversation.id
      expect((await server.client.sendConversationMessage({ conversation_id: other, text: 'Hello' })).reply).not.toBe(
        '',
      )
    }
    const greeting = await publishAgent(server.client, { starting_message: bomb })
    expect(await refusal(talk({ agent_id: greeting.agent_id }, custom_metadata))).toMatchObject({
      status: 400,
      code: 'template_failed',
    })
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(20_000)
  })

  test('have metadata, user and channel; undefined variables are empty; guardrails are not templates; replies are wrapped', async () => {
    const { agent_id } = await publishAgent(server.client, {
      instructions: 'Help {{ custom_metadata.name }}{{ nobody.at.all }} on {{ channel }}.',
      guardrails: 'Be kind to {{ user_id }}.',
      starting_message: 'Hello {{ custom_metadata.name }}{{ custom_metadata.missing }}!',
      channel_overrides: { text: { instructions: 'Write {{ custom_metadata.tone }}.' } },
      channel_properties: { text: { body_template: '<{{ agent_response }}> for {{ custom_metadata.name }}' } },
    })
    server.model.answer = () => 'Sure.'
    const { conversation, starting_message } = await talk({ agent_id }, { name: '{{ Ada }}', tone: 'briefly' })
    expect(starting_message).toBe('Hello {{ Ada }}!')
    const { reply } = await server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hi' })
    expect(reply).toBe('<Sure.> for {{ Ada }}')
    const [system] = server.model.requests.at(-1)!.messages
    expect(system!.content).toMatch(/^Help {{ Ada }} on text\.\n\nWrite briefly\.\n\nBe kind to {{ user_id }}\.\n\n/)
  })
})

test('channel_properties.text.enabled false: no text conversation, however the agent is given', async () => {
  const config = { channel_properties: { text: { enabled: false } } }
  const { agent_id, version_id } = await publishAgent(server.client, config)
  const refused = { status: 400, code: 'channel_not_configured' }
  for (const reference of [{ agent_id }, { agent_version_id: version_id }, { agent_config: config }]) {
    expect(await refusal(talk(reference))).toMatchObject(refused)
  }
  expect((await server.client.getAgent({ agent_id })).statistics.conversations).toBe(0)
  await server.client.updateAgentVersion({
    agent_id,
    version: 'latest',
    config: { channel_properties: { text: { enabled: null }, email: { enabled: false } } },
  })
  await server.client.publishAgentVersion({ agent_id, version: 'latest' })
  expect((await talk({ agent_id })).conversation.status).toBe('in_progress')
})

describe('an inline configuration', () => {
  const one = { instructions: 'A', max_turn_seconds: 5, z: { a: [1, { b: 2, c: 3 }], d: null } }
  const same = { z: { d: null, a: [1, { c: 3, b: 2 }] }, max_turn_seconds: 5, instructions: 'A' }
  const versionOf = async (agent_config: object) => (await talk({ agent_config })).conversation.agent_version_id!

  test('is stored once for equal content, with keys in any order, and separately otherwise', async () => {
    const id = await versionOf(one)
    expect(await versionOf(same)).toBe(id)
    const others: object[] = [
      { ...one, max_turn_seconds: 6 },
      { ...one, z: { ...one.z, a: [{ b: 2, c: 3 }, 1] } },
      { ...one, z: { a: one.z.a } },
    ]
    const ids = [id]
    for (const other of others) ids.push(await versionOf(other))
    expect(new Set(ids).size).toBe(4)
    const { rows } = await server.database.pool.query('select config, agent_id from agent_versions where id = $1', [id])
    expect(rows).toEqual([{ config: one, agent_id: null }])
  })

  test('of twenty simultaneous requests is stored once; each organization has its own', async () => {
    const config = { instructions: 'At once' }
    const ids = await Promise.all(Array.from({ length: 20 }, () => versionOf(config)))
    expect(new Set(ids).size).toBe(1)
    const { client } = await makeOrganization(server)
    const elsewhere = await client.createConversation({ channel: 'text', user_id: 'u', agent_config: config })
    expect(elsewhere.conversation.agent_version_id).not.toBe(ids[0])
    const { rows } = await server.database.pool.query<{ count: number }>(
      'select count(*)::integer as count from agent_versions where config = $1',
      [JSON.stringify(config)],
    )
    expect(rows[0]!.count).toBe(2)
  })
})
