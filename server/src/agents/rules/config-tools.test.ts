import { type AgentConfig, actions, widgetTypes } from '@parley/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findPlaces, validConfig } from '../../../test/agents/config-arbitrary.ts'
import { resolveAgentConfig, validateAgentConfig } from './config.ts'

const limits = { agent_config_bytes: 524_288 }
const faultsOf = (value: unknown) => validateAgentConfig(value, limits).faults

describe('tools', () => {
  const tool = { name: 'find', description: 'Finds' }
  const withAction = (fields: object) => ({ ...tool, actions: [{ type: 'http', url: 'http://x', ...fields }] })
  test.each<[string, object, [string, RegExp]]>([
    ['a name used twice', [tool, tool], ['config.tools.1.name', /another tool/]],
    ['a name that no provider accepts', [{ ...tool, name: 'a b' }], ['config.tools.0.name', /pattern/]],
    ['no description', [{ name: 'find' }], ['config.tools.0.description', /required/]],
    ['no schema', [{ ...tool, properties: { x: { type: 'nonsense' } } }], ['config.tools.0.properties', /JSON Schema/]],
    [
      'a reference',
      [{ ...tool, properties: { x: { $ref: 'http://x/' } } }],
      ['config.tools.0.properties', /JSON Schema/],
    ],
    [
      'an unknown action',
      [{ ...tool, actions: [{ type: 'fly' }] }],
      ['config.tools.0.actions.0', /type: http, url.*play_message, message/],
    ],
    ['no address', [{ ...tool, actions: [{ type: 'http' }] }], ['config.tools.0.actions.0.url', /required/]],
    [
      'a template as a condition',
      [withAction({ condition: '{{ a }}' })],
      ['config.tools.0.actions.0.condition', /braces/],
    ],
    ['no condition', [withAction({ condition: 'a ==' })], ['config.tools.0.actions.0.condition', /condition/]],
    ['an output that is not valid', [{ ...tool, output: '{{' }], ['config.tools.0.output', /template/]],
    [
      'an error action without a message',
      [{ ...tool, actions_on_error: [{ type: 'play_message' }] }],
      ['config.tools.0.actions_on_error.0.message', /required/],
    ],
    [
      'an argument that no call can have',
      [{ ...tool, required: ['zz'] }],
      ['config.tools.0.required.0', /is not in properties/],
    ],
    ...['error', 'arguments', 'custom_metadata', 'secrets', 'now', 'true', 'range', '__proto__'].map(
      (save_as): [string, object, [string, RegExp]] => [
        `${save_as} as the name of a result`,
        [withAction({ save_as })],
        ['config.tools.0.actions.0.save_as', /already used by templates/],
      ],
    ),
    [
      'a template that is not valid',
      [{ ...tool, actions: [{ type: 'http', url: 'http://x', body: { a: ['{{'] } }] }],
      ['config.tools.0.actions.0.body.a.0', /template/],
    ],
  ])('%s is refused', (_what, tools, [path, message]) => {
    const faults = faultsOf({ tools })
    expect(faults.map((fault) => fault.path)).toEqual([path])
    expect(faults[0]!.message).toMatch(message)
  })

  const templates = actions.flatMap(({ types, schema, templates }) =>
    templates.map((field) => [types[0]!, field, (schema.properties[field] as { type?: unknown }).type] as const),
  )
  test.for(templates)('an action %s has templates in %s', ([type, field, kind]) => {
    const isRecord = [kind].flat().includes('object')
    const faults = faultsOf({ tools: [{ ...tool, actions: [{ type, [field]: isRecord ? { x: '{{' } : '{{' }] }] })
    const path = `config.tools.0.actions.0.${field}${isRecord ? '.x' : ''}`
    expect(faults).toContainEqual({ path, message: expect.stringMatching(/^is not a valid template/) })
  })

  test('may save under any other name, and require arguments that they describe', () => {
    const actions = ['constructor', 'toString', 'order', 'message'].map((save_as) => withAction({ save_as }).actions[0])
    expect(faultsOf({ tools: [{ ...tool, properties: { zz: {} }, required: ['zz'], actions }] })).toEqual([])
  })

  test('have their defaults', () => {
    const { tools, max_tool_steps } = resolveAgentConfig({ tools: [tool] }, 'text', 'demo/parley-demo')
    expect(max_tool_steps).toBe(8)
    expect(tools).toEqual([
      {
        ...{ ...tool, actions: [], actions_on_error: [], output: null, idempotent: false, timeout_ms: 10_000 },
        parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
      },
    ])
  })
})

describe('forms and servers', () => {
  const form = { id: 'contact', fields: [{ id: 'mail', label: 'Mail', type: 'email' }] }
  const choice = { id: 'size', label: 'Size', type: 'select' }
  const server = { name: 'shop', url: 'https://shop.example/mcp' }
  test.each<[object, string, RegExp]>([
    [{ forms: [form, form] }, 'forms.1.id', /another form/],
    [{ forms: [{ ...form, fields: [choice] }] }, 'forms.0.fields.0.options', /required/],
    [{ forms: [{ ...form, fields: [...form.fields, ...form.fields] }] }, 'forms.0.fields.1.id', /another field/],
    [{ forms: [{ ...form, fields: [] }] }, 'forms.0.fields', /at least 1 entry/],
    [{ mcp_servers: [server, server] }, 'mcp_servers.1.name', /another server/],
    [{ mcp_servers: [{ ...server, name: 'show_x' }] }, 'mcp_servers.0.name', /begin with show/],
    [{ mcp_servers: [{ ...server, url: 'ftp://x' }] }, 'mcp_servers.0.url', /pattern/],
    [{ mcp_servers: [{ ...server, headers: { a: '{{' } }] }, 'mcp_servers.0.headers.a', /template/],
    [{ built_in_tools: { widgets: { allowed: ['map'] } } }, 'built_in_tools.widgets.allowed.0', /one of detail/],
  ])('%.80j is refused', (config, path, message) => {
    expect(faultsOf(config)).toEqual([{ path: `config.${path}`, message: expect.stringMatching(message) }])
  })

  test('have their defaults', () => {
    const built_in_tools = { widgets: {}, end_conversation: { enabled: true } }
    const resolved = resolveAgentConfig({ mcp_servers: [server], built_in_tools }, 'text', 'demo/x')
    expect(resolved.mcp_servers).toEqual([{ ...server, headers: {}, allowed_tools: null, timeout_ms: 10_000 }])
    expect(resolved.widgets).toEqual(widgetTypes)
    expect(resolved.end_conversation?.description).toMatch(/^Ends the conversation/)
  })
})

describe('any configuration', () => {
  test('that the schema accepts has no faults and can be resolved', () => {
    fc.assert(
      fc.property(validConfig, (config) => {
        const { faults, warnings } = validateAgentConfig(config, limits)
        expect(faults).toEqual([])
        for (const warning of warnings) expect(warning).toMatch(/is not supported yet/)
        resolveAgentConfig(config as AgentConfig, 'text', 'demo/x')
      }),
      { numRuns: 300 },
    )
  })

  test('with faults gets all of them, each with its path', () => {
    fc.assert(
      fc.property(validConfig, fc.infiniteStream(fc.nat()), (config, numbers) => {
        const places = findPlaces(config)
        const wrong = places.filter(() => Number(numbers.next().value) % 4 === 0).slice(0, 50)
        for (const place of wrong) place.spoil()
        const { faults } = validateAgentConfig(config, limits)
        expect(faults.map(({ path }) => path)).toEqual(wrong.map(({ path }) => path).toSorted())
      }),
      { numRuns: 300 },
    )
  })
})
