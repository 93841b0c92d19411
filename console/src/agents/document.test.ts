import { describe, expect, test } from 'vitest'
import { type AgentDocument, listChanges, mergeDocuments, readAt, writeDocument } from './document.ts'

const document: AgentDocument = {
  name: 'Desk',
  description: null,
  active: true,
  is_demo: false,
  metadata: {},
  config: {
    instructions: 'Be brief.',
    llm: { provider: 'openai', model: 'gpt' },
    tools: [
      { name: 'a', description: '' },
      { name: 'b', description: '' },
    ],
    built_in_tools: { widgets: { allowed: ['list'] } },
  },
  instruction_builder_inputs: { purpose: 'Orders' },
}

describe('writeDocument', () => {
  test('puts a value at its place, and leaves every other part the very same', () => {
    const written = writeDocument(document, ['config', 'tools', 1, 'name'], 'c')
    expect(readAt(written, ['config', 'tools', 1])).toEqual({ name: 'c', description: '' })
    expect(readAt(written, ['config', 'tools', 0])).toBe(readAt(document, ['config', 'tools', 0]))
    expect(written.config['llm']).toBe(document.config['llm'])
    expect(readAt(document, ['config', 'tools', 1, 'name'])).toBe('b')
  })

  test('makes what leads to the place', () => {
    const written = writeDocument(document, ['config', 'analysis', 'summary', 'enabled'], false)
    expect(written.config['analysis']).toEqual({ summary: { enabled: false } })
  })

  test('takes away what is empty without what is taken, but for what says something when it is empty', () => {
    const without = (path: (string | number)[], from = document) => writeDocument(from, path, undefined)
    const half = without(['config', 'llm', 'provider'])
    expect(half.config['llm']).toEqual({ model: 'gpt' })
    expect('llm' in without(['config', 'llm', 'model'], half).config).toBe(false)
    expect(without(['config', 'built_in_tools', 'widgets', 'allowed']).config['built_in_tools']).toEqual({
      widgets: {},
    })
    expect('built_in_tools' in without(['config', 'built_in_tools', 'widgets']).config).toBe(false)
    expect(without(['instruction_builder_inputs', 'purpose']).instruction_builder_inputs).toBeNull()
    expect(without(['config']).config).toEqual({})
  })

  test('a name is a name, whatever it is', () => {
    const written = writeDocument(document, ['config', '__proto__', 'x'], 1)
    expect(Object.keys(written.config)).toContain('__proto__')
    expect(readAt({}, ['constructor', 'name'])).toBeUndefined()
  })
})

describe('two people', () => {
  const mine = writeDocument(writeDocument(document, ['config', 'instructions'], 'Mine.'), ['config', 'llm'], undefined)
  const theirs = writeDocument(
    writeDocument(writeDocument(document, ['config', 'instructions'], 'Theirs.'), ['config', 'guardrails'], 'Never.'),
    ['name'],
    'Support',
  )

  test('what differs is told by its parts', () => {
    expect(listChanges(document, document)).toEqual([])
    expect(listChanges(document, mine)).toEqual(['config.instructions', 'config.llm'])
    expect(listChanges(document, theirs)).toEqual(['name', 'config.instructions', 'config.guardrails'])
  })

  test('merged, it has the changes of both, and mine where both have changed the same', () => {
    const merged = mergeDocuments(document, mine, theirs)
    expect(merged).toMatchObject({ name: 'Support', config: { instructions: 'Mine.', guardrails: 'Never.' } })
    expect('llm' in merged.config).toBe(false)
    expect(mergeDocuments(document, document, theirs)).toEqual(theirs)
    expect(mergeDocuments(document, mine, document)).toEqual(mine)
  })
})
