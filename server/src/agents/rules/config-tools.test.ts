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
      'a workflow without a reference',
      [{ ...tool, actions: [{ type: 'workflow', initial_step: 'a' }] }],
      ['config.tools.0.actions.0.workflow_id', /unless there is a definition/],
    ],
    [
      'a workflow that is named and defined',
      [{ ...tool, actions: [{ type: 'workflow', workflow_id: 'a', definition: {} }] }],
      ['config.tools.0.actions.0.definition', /cannot be combined with workflow_id/],
    ],
    [
      'a definition that is no object',
      [{ ...tool, actions: [{ type: 'workflow', definition: 'a' }] }],
      ['config.tools.0.actions.0.definition', /an object or null/],
    ],
    [
      'a first step that is no text',
      [{ ...tool, actions: [{ type: 'workflow', workflow_id: 'a', initial_step: 1 }] }],
      ['config.tools.0.actions.0.initial_step', /text or null/],
    ],
    [
      'a word for reject_on_error',
      [{ ...tool, actions: [{ type: 'workflow', workflow_id: 'a', reject_on_error: 'yes' }] }],
      ['config.tools.0.actions.0.reject_on_error', /true or false/],
    ],
    [
      'a search of no dataset',
      [{ ...tool, actions: [{ type: 'knowledge_base', query: 'a' }] }],
      ['config.tools.0.actions.0.dataset_id', /unless there are dataset_ids/],
    ],
    [
      'a search for a score that no passage has',
      [{ ...tool, actions: [{ type: 'knowledge_base', dataset_id: 'a', min_score: 1.01 }] }],
      ['config.tools.0.actions.0.min_score', /1/],
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

  test.each([undefined, null, '', ' ', '\n\t '])('the condition %j is valid', (condition) => {
    expect(faultsOf({ tools: [withAction({ condition })] })).toEqual([])
  })

  test('a workflow may be defined inline, without a warning about its parts', () => {
    const definition = { nodes: [{ id: 'a', config: { url: '{{ trigger.x' } }] }
    const action = { type: 'workflow', definition, initial_step: 'a', reject_on_error: true, input: { x: '{{ y }}' } }
    const config = {
      tools: [{ ...tool, actions: [action, { type: 'workflow', workflow_id: 'w', workflow_version: 3 }] }],
    }
    expect(validateAgentConfig(config, limits)).toEqual({ faults: [], warnings: [] })
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
        retrieves: false,
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
    [{ forms: [{ ...form, fields: [{ ...choice, type: 'multiselect' }] }] }, 'forms.0.fields.0.options', /required/],
    ...[2, 11, 4.5].map((max): [object, string, RegExp] => [
      { forms: [{ ...form, fields: [{ id: 'a', label: 'A', type: 'rating', max }] }] },
      'forms.0.fields.0.max',
      /whole number from 3 to 10/,
    ]),
    [
      { forms: [{ ...form, fields: [{ id: 'a', label: 'A', type: 'number', min: 3, max: 2 }] }] },
      'forms.0.fields.0.max',
      /less than min/,
    ],
    [
      { forms: [{ ...form, fields: [{ id: 'a', label: 'A', type: 'hidden', value: 'x'.repeat(1001) }] }] },
      'forms.0.fields.0.value',
      /at most 1000 characters/,
    ],
    [{ pre_conversation_workflow: {} }, 'pre_conversation_workflow.workflow_id', /required/],
    [
      { post_conversation_workflow: { workflow_id: 'a', definition: {} } },
      'post_conversation_workflow.definition',
      /cannot be combined/,
    ],
    [
      { pre_conversation_workflow: { workflow_id: 'a', timeout_seconds: 61 } },
      'pre_conversation_workflow.timeout_seconds',
      /at most 60/,
    ],
    [{ mcp_servers: [server, server] }, 'mcp_servers.1.name', /another server/],
    [{ mcp_servers: [{ ...server, name: 'show_x' }] }, 'mcp_servers.0.name', /begin with show/],
    [{ mcp_servers: [{ ...server, url: 'ftp://x' }] }, 'mcp_servers.0.url', /pattern/],
    [{ mcp_servers: [{ ...server, headers: { a: '{{' } }] }, 'mcp_servers.0.headers.a', /template/],
    [{ built_in_tools: { widgets: { allowed: ['map'] } } }, 'built_in_tools.widgets.allowed.0', /one of detail/],
  ])('%.80j is refused', (config, path, message) => {
    expect(faultsOf(config)).toEqual([{ path: `config.${path}`, message: expect.stringMatching(message) }])
  })

  test('fields have every documented type', () => {
    const types = ['text', 'rating', 'number', 'date', 'multiselect', 'checkbox', 'hidden']
    const fields = types.map((type) => ({ id: type, label: type, type, options: ['a'] }))
    const bounded = { id: 'stars', label: 'Stars', type: 'rating', max: 10 }
    expect(validateAgentConfig({ forms: [{ ...form, fields: [...fields, bounded] }] }, limits)).toEqual({
      faults: [],
      warnings: [],
    })
  })

  test.each<[object | null | undefined, readonly string[]]>([
    [undefined, []],
    [null, []],
    [{}, widgetTypes],
    [{ allowed: null }, widgetTypes],
    [{ allowed: ['info', 'info'] }, ['info']],
    [{ allowed: [] }, []],
  ])('the widgets %j are %j', (widgets, types) => {
    const config = { built_in_tools: { widgets } } as AgentConfig
    expect(resolveAgentConfig(config, 'text', 'demo/x').widgets).toEqual(types)
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
