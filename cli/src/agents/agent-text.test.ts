import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type AgentDefinition, isSameJson } from './agent.ts'
import { FileReference, parseAgentText, renderAgent, textOfFile } from './agent-text.ts'

const awkward = [
  ' ',
  '\n',
  '\r',
  '\t',
  ':',
  '#',
  '-',
  '"',
  "'",
  '|',
  '>',
  '\\',
  '\u2028',
  '\u0085',
  '\uFEFF',
  '!',
  '&',
  '*',
]
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.oneof(fc.constantFrom(...awkward), fc.string({ unit: 'grapheme-ascii', maxLength: 1 })) }),
  fc.constantFrom(
    'null',
    '~',
    'yes',
    'true',
    '1',
    '1e3',
    '.inf',
    '0o7',
    '2026-01-01',
    '<<',
    '---\n',
    '...',
    '%a',
    '__proto__',
  ),
)
const values = fc
  .jsonValue({ maxDepth: 4, stringUnit: 'binary' })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown)
const objects = fc
  .dictionary(texts, fc.oneof(texts, values), { maxKeys: 5 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>)

const agents: fc.Arbitrary<AgentDefinition> = fc
  .record({
    key: fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,9}$/),
    name: texts,
    description: fc.option(texts),
    active: fc.boolean(),
    is_demo: fc.boolean(),
    metadata: objects,
    config: fc
      .tuple(objects, fc.record({ instructions: texts, guardrails: texts }, { requiredKeys: [] }))
      .map(([some, known]) => ({ ...some, ...known })),
    instruction_builder_inputs: fc.option(objects),
  })
  .map((agent) => JSON.parse(JSON.stringify(agent)) as AgentDefinition)

/** Reads as the folder does, from memory instead of files. */
function readBack(agent: AgentDefinition, format: 'yaml' | 'json'): unknown {
  const files = new Map(renderAgent(agent, format).map(({ name, text }) => [name, text]))
  const parsed = parseAgentText(files.get(`agent.${format}`)!, format)
  if ('faults' in parsed) throw new Error(parsed.faults.join())
  const fill = (value: unknown): unknown => {
    if (value instanceof FileReference) return textOfFile(files.get(value.path)!)
    if (Array.isArray(value)) return value.map(fill)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fill(entry)]))
  }
  return fill(parsed.value)
}

describe('an agent as text', () => {
  test.each(['yaml', 'json'] as const)('%s: any agent is the same after it is written and read', (format) => {
    fc.assert(
      fc.property(agents, (agent) => {
        const defaults = {
          description: null,
          active: true,
          is_demo: false,
          metadata: {},
          instruction_builder_inputs: null,
        }
        expect({ ...defaults, ...(readBack(agent, format) as object) }).toEqual(agent)
      }),
      { numRuns: 300 },
    )
  })

  it('does not depend on the order of keys', () => {
    const reverse = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reverse)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, entry]) => [key, reverse(entry)]),
      )
    }
    fc.assert(
      fc.property(agents, (agent) => {
        const other = reverse(agent) as AgentDefinition
        expect(isSameJson(agent, other)).toBe(true)
        expect(renderAgent(other, 'yaml')).toEqual(renderAgent(agent, 'yaml'))
      }),
    )
  })

  it('puts long texts in their own files and sorts known keys as the schema does', () => {
    const config = {
      zebra: 1,
      tools: [{ description: 'D', name: 'n', actions: [{ url: 'https://x', type: 'http' }] }],
      llm: { model: 'gpt-5', provider: 'openai' },
      guardrails: 'Never.\n',
      instructions: 'Be brief.\nBe kind.',
    }
    const fields = { description: 'Two\nlines', active: true, is_demo: false, metadata: {} }
    const agent = { key: 'a', name: 'A', ...fields, config, instruction_builder_inputs: null }
    expect(renderAgent(agent, 'yaml')).toEqual([
      { name: 'instructions.md', text: 'Be brief.\nBe kind.\n' },
      { name: 'guardrails.md', text: 'Never.\n\n' },
      {
        name: 'agent.yaml',
        text: `key: a
name: A
description: |-
  Two
  lines
config:
  instructions: !file instructions.md
  guardrails: !file guardrails.md
  llm:
    provider: openai
    model: gpt-5
  tools:
    - name: n
      description: D
      actions:
        - type: http
          url: https://x
  zebra: 1
`,
      },
    ])
  })
})

describe('a text that is not an agent', () => {
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]', ...'bcdefgh'].reduce((text, name) => {
    const before = String.fromCharCode(name.charCodeAt(0) - 1)
    return `${text}\n${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join()}]`
  })
  test.each([
    ['duplicate keys', 'a: 1\na: 2', /unique/],
    ['nested duplicate keys', 'a: [{"b": 1, "b": 2}]', /unique/],
    ['two documents', 'a: 1\n---\nb: 2', /multiple documents/],
    ['exponential aliases', bomb, /alias/],
    ['an alias that contains itself', 'a: &a [*a]', /./],
    ['unknown tags', 'a: !env HOME', /Unresolved tag/],
    ['bytes', 'a: !!binary aGk=', /a must be a JSON value/],
    ['sets', 'a: !!set {b}', /must be a JSON value/],
    ['infinity', 'a: {b: [.inf]}', /a\.b\.0 must be a finite number/],
    ['keys that are not strings', '? [a]\n: 1', /must be strings/],
    ['a reference that is not a string', 'a: !file [x]', /Unresolved tag/],
    ['depth', `a: ${'['.repeat(200)}${']'.repeat(200)}`, /nested too deeply/],
    ['more depth', '['.repeat(50_000), /./],
    ['still more depth', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, /./],
  ])('%s', (_what, text, message) => {
    expect(parseAgentText(text, 'yaml')).toEqual({ faults: expect.arrayContaining([expect.stringMatching(message)]) })
  })

  test.each([
    ['YAML in a JSON file', 'a: 1', /could not be parsed/],
    ['a duplicate key', '{"a": 1, "a": 2}', /unique/],
  ])('%s', (_what, text, message) => {
    expect(parseAgentText(text, 'json')).toEqual({ faults: [expect.stringMatching(message)] })
  })

  const changed = ['12345678901234567890', '9007199254740993.0', '1e-400', '1e400', '-9007199254740993e0']
  test.each([...changed, '+9007199254740993', '0x20000000000001', '.1e-400'])('the number %s in YAML', (literal) => {
    const fault = expect.stringMatching(/number.*changed.*string.* at line 2, column 5$/)
    expect(parseAgentText(`b: 1\na: [${literal}]`, 'yaml')).toEqual({ faults: [fault] })
    expect(parseAgentText(`a: ["${literal}"]`, 'yaml')).toEqual({ value: { a: [literal] } })
  })

  test.each(changed)('the number %s in JSON', (literal) => {
    const fault = expect.stringMatching(/number.*changed.*string.* at line 1, column 7$/)
    expect(parseAgentText(`{"a":[${literal}]}`, 'json')).toEqual({ faults: [fault] })
  })

  test.each([
    ['9223372036854776000', 9223372036854776000],
    ['9007199254740992.0', 9007199254740992],
    ['1e+308', 1e308],
    ['5e-324', 5e-324],
    ['0.10000000000000000555', 0.1],
    ['+007', 7],
    ['-007.50', -7.5],
    ['-0', 0],
    ['.5', 0.5],
    ['5.', 5],
    ['0o17', 15],
    ['0x1F', 31],
  ])('accepts the number %s', (literal, number) => {
    expect(parseAgentText(`a: ${literal}`, 'yaml')).toEqual({ value: { a: number } })
  })

  it('accepts digits in keys', () => {
    expect(parseAgentText('12345678901234567890: 1', 'yaml')).toEqual({ value: { '12345678901234567890': 1 } })
  })

  it('accepts keys that are special in JavaScript', () => {
    const parsed = parseAgentText('__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}', 'yaml')
    expect(Object.keys((parsed as { value: object }).value)).toEqual(['__proto__', 'constructor'])
    expect(({} as { polluted?: true }).polluted).toBeUndefined()
  })
})
