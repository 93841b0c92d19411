// A configuration of the permitted size is validated quickly, whatever its content. Measures processor time.
import { AgentConfig } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import type { Schema } from './config-faults.ts'
import { validateAgentConfig } from './config.ts'

const limits = { agent_config_bytes: 524_288 }
const faultsOf = (config: unknown) => validateAgentConfig(config, limits).faults
const tool = (fields: object) => ({ tools: [{ name: 'find', description: 'Finds', ...fields }] })
const http = (fields: object) => tool({ actions: [{ type: 'http', url: 'http://x', ...fields }] })
const entries = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index))
const keys = (count: number, value: unknown) => Object.fromEntries(entries(count, (index) => [`k${index}`, value]))
const tools = (fields: (index: number) => object) =>
  entries(100, (index) => ({ name: `t${index}`, description: 'x', ...fields(index) }))

describe('validation takes little time for', () => {
  test.each<[string, object, string, RegExp]>([
    ['actions', tool({ actions: entries(250_000, () => 0) }), 'tools.0.actions', /at most 20 entries/],
    ['redactions', { retention: { redact: entries(250_000, () => 0) } }, 'retention.redact', /at most 50 entries/],
    ['tools', { tools: entries(170_000, () => ({})) }, 'tools', /at most 128 entries/],
    ['forms', { forms: entries(250_000, () => 0) }, 'forms', /at most 50 entries/],
    [
      'actions of all tools',
      { tools: tools(() => ({ actions: entries(20, () => 0), actions_on_error: entries(20, () => 0) })) },
      'tools.0.actions.0',
      /must be/,
    ],
    ['headers', http({ headers: keys(40_000, 0) }), 'tools.0.actions.0.headers.k0', /must be text/],
    ['templates', http({ body: entries(40_000, (index) => `{{a${index}}}`) }), '', /at most 4000 templates/],
    ['broken templates', http({ headers: keys(3900, '{{') }), 'tools.0.actions.0.headers.k0', /template/],
    ['arguments', tool({ properties: keys(8000, { type: 'string' }) }), 'tools.0.properties', /more than 4000 values/],
    [
      'values',
      tool({ properties: { a: { enum: entries(60_000, (n) => [n]) } } }),
      'tools.0.properties',
      /more than 4000/,
    ],
    [
      'fields to extract',
      { analysis: { extract: { type: 'object', properties: keys(8000, { type: 'string' }) } } },
      'analysis.extract',
      /more than 1000 values/,
    ],
    [
      'the most that can be extracted, with too many fields',
      { analysis: { extract: { type: 'object', properties: keys(330, { type: 'string', pattern: '^a+$' }) } } },
      'analysis.extract',
      /1 to 100 properties/,
    ],
    [
      'patterns',
      { tools: tools((n) => ({ properties: keys(50, { pattern: `^[a-z${n}]{1,1000}$` }) })) },
      'tools.10.properties',
      /patterns of all tools together are too large/,
    ],
  ])('%s', (_what, config, path, message) => {
    const before = process.cpuUsage()
    const faults = faultsOf(config)
    const { user } = process.cpuUsage(before)
    expect(faults.map((fault) => fault.path)).toContain(['config', path].filter((part) => part !== '').join('.'))
    expect(faults.find((fault) => message.test(fault.message))).toBeDefined()
    expect(user / 1000).toBeLessThan(1000)
  })
})

describe('the templates of a configuration', () => {
  // Every text is different, because a compiled template is cached.
  const tags = (count: number, name: string) => `{{ ${name} }}`.repeat(count)
  const most = Math.floor(50_000 / 3) - 100

  test('may have 50,000 tags, names and operators in total', () => {
    expect(faultsOf({ instructions: tags(most, 'a') })).toEqual([])
    const [fault, ...others] = faultsOf({
      instructions: tags(most, 'b'),
      channel_overrides: { text: { instructions: tags(200, 'c') } },
    })
    expect(fault).toMatchObject({
      path: 'config.channel_overrides.text.instructions',
      message: expect.stringMatching(/all templates of a configuration together exceed 50000 tags/),
    })
    expect(others).toEqual([])
  })

  test.each<[string, string]>([
    ['tags', tags(28_000, 'd')],
    ['entries of a list', `{{ [${'1,'.repeat(99_000)}1] }}`],
    ['statements', '{% with a=1 %}'.repeat(14_000)],
    ['content after a brace in a text', `{{ {"a": {"b": "}}"}}, ${'1, '.repeat(60_000)} }}`],
    ['white space', `${' '.repeat(490)}{{ a }}`.repeat(400)],
  ])('are refused without being compiled: %s', (_what, instructions) => {
    const before = process.cpuUsage()
    for (let time = 0; time < 10; time += 1) {
      expect(faultsOf({ instructions })).toMatchObject([{ path: 'config.instructions' }])
    }
    // Compiled, they take 100 to 1100 ms each.
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(800)
  })
})

describe('the schema of arguments', () => {
  const faultOf = (properties: object) => faultsOf(tool({ properties }))[0]?.message
  const warningsOf = (properties: object) => validateAgentConfig(tool({ properties }), limits).warnings

  test.each<[object, RegExp]>([
    [{ a: { type: 'string', pattern: '(' } }, /not a valid regular expression: \(/],
    [{ a: { pattern: `^${'a'.repeat(2000)}` } }, /more than 2000 characters/],
    [{ a: { $ref: '#/properties/b' } }, /refers to #\/properties\/b, which does not exist/],
    [{ a: { enum: [1, 1] } }, /duplicates/],
  ])('%.60j is refused', (properties, message) => {
    expect(faultOf(properties)).toMatch(message)
  })

  test.each<[object, RegExp | null]>([
    [{ a: { type: 'string', pattern: '^(a+)+$' } }, null],
    [{ a: { type: 'string', pattern: '^[\\u00e4-\\u00fc]\\/\\p{Lu}{2}$' } }, null],
    [{ a: { patternProperties: { '^x-': {} } } }, null],
    [{ a: { uniqueItems: true }, pattern: { type: 'string' }, id: { type: 'string' } }, null],
    [{ a: { pattern: 'a(?!b)' } }, /^config\.tools\.0\.properties\.a has a pattern with lookaround.*are not checked$/],
    [{ a: { pattern: '(a)\\1' } }, /back-reference/],
    [{ a: {}, b: { items: { $ref: '#/properties/a' } } }, /^config\.tools\.0\.properties\.b has a reference/],
  ])('%.60j is accepted, with a warning if it is not checked', (properties, warning) => {
    expect(faultOf(properties)).toBeUndefined()
    expect(warningsOf(properties)).toEqual(warning ? [expect.stringMatching(warning)] : [])
  })
})

test('every list of a configuration has a limit', () => {
  const listsOf = (schema: Schema, path: string): string[] => [
    ...(schema.items && schema.maxItems === undefined ? [path] : []),
    ...(schema.items ? listsOf(schema.items, `${path}.*`) : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([key, field]) => listsOf(field, `${path}.${key}`)),
    ...(schema.anyOf ?? []).flatMap((branch) => listsOf(branch, path)),
  ]
  expect(listsOf(AgentConfig as unknown as Schema, 'config')).toEqual([])
})
