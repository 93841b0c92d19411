import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { mapReferences } from '../files/references.ts'
import { parseText, textOfFile } from '../files/text.ts'
import { isSameJson } from '../files/values.ts'
import type { AgentDefinition } from './agent.ts'
import { renderAgent } from './render-agent.ts'

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
  const parsed = parseText(files.get(`agent.${format}`)!, format, [])
  if ('faults' in parsed) throw new Error(parsed.faults.join())
  return mapReferences(parsed.value, ({ name }) => textOfFile(files.get(name)!))
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
