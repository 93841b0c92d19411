import { expect, test } from 'vitest'
import type { Definition, Step } from './definition.ts'
import { insertName, matchNames, namesFor, partAt, quoteName } from './names.ts'

const step = (id: string, type: Step['type'], config: Step['config'], next: Step['next'] = {}): Step => ({
  ...{ id, type, config, next },
})
const definition: Definition = {
  schema_version: 1,
  nodes: [
    step('trigger', 'trigger', { type: 'pre_call' }, { default: 'ask-crm' }),
    { ...step('ask-crm', 'http', {}, { default: 'end' }), name: 'Ask the CRM' },
    step('end', 'output', {}),
    step('other', 'code', {}),
  ],
}
const textsFor = (id: string, samples = {}) => namesFor(definition, id, samples).map(({ text }) => text)

test('names of a step are those of the steps before it, as far as they are known', () => {
  expect(textsFor('end')).toEqual([
    ...['`ask-crm`.status_code', '`ask-crm`.body', '`ask-crm`.headers'],
    ...['trigger.conversation_id', 'trigger.agent_id', 'trigger.channel', 'trigger.user_id'],
    ...['trigger.phone_number', 'trigger.direction'],
    ...['execution.id', 'execution.started_at', 'error.code', 'error.message', 'error.step_id'],
  ])
  expect(textsFor('end')).not.toContain('other')
})

test('what the last execution had comes first, with its values', () => {
  const samples = { trigger: { user_id: 'ada' }, 'ask-crm': { status_code: 200, body: { tier: 'gold', 'a b': 1 } } }
  const names = namesFor(definition, 'end', samples)
  expect(names.find(({ text }) => text === '`ask-crm`.body.tier')).toEqual({
    ...{ text: '`ask-crm`.body.tier', source: 'Ask the CRM', sample: 'gold' },
  })
  expect(names.map(({ text }) => text)).toContain('`ask-crm`.body.`a b`')
  expect(names.filter(({ text }) => text === 'trigger.user_id')).toHaveLength(1)
})

test('a step that nothing leads to can name all others', () => {
  expect(textsFor('other')).toContain('trigger.user_id')
})

test.each([
  ['plain', 'plain'],
  ['with space', '`with space`'],
  ['2nd', '`2nd`'],
  ['in', '`in`'],
])('the name %s is written %s', (name, text) => expect(quoteName(name)).toBe(text))

test.each([
  ['{{ tri', 6, { from: 3, part: 'tri' }],
  ['{{', 2, { from: 2, part: '' }],
  ['a {{ b }} c', 11, null],
  ['plain', 5, null],
  ['{{ a }} {{ `x-y`.bo', 19, { from: 11, part: '`x-y`.bo' }],
])('in %j at %i the part is %j', (text, caret, part) => expect(partAt(text, caret)).toEqual(part))

test.each([
  ['', 0, '{{ a.b }}', 9],
  ['Dear , hello', 5, 'Dear {{ a.b }}, hello', 14],
  ['{{', 2, '{{ a.b }}', 9],
  ['{{ tri', 6, '{{ a.b }}', 9],
  ['{{ tri }} x', 6, '{{ a.b }} x', 6],
])('a name is put into %j at %i: %j', (text, caret, written, at) =>
  expect(insertName(text, caret, 'a.b')).toEqual({ text: written, caret: at }),
)

test('a text that is an expression without braces has names from their first letters on', () => {
  expect(partAt('', 0, true)).toBeNull()
  expect(partAt('a = tri', 7, true)).toEqual({ from: 4, part: 'tri' })
  expect(partAt('{{ a }} x', 9, true)).toBeNull()
  expect(insertName('tri', 3, 'a.b', true)).toEqual({ text: 'a.b', caret: 3 })
  expect(insertName('x = tri and y', 7, 'a.b', true)).toEqual({ text: 'x = a.b and y', caret: 7 })
  expect(insertName('{{ tri', 6, 'a.b', true)).toEqual({ text: '{{ a.b }}', caret: 9 })
})

test('names that begin with the part come before those that contain it', () => {
  const names = ['body.user', 'user.id', 'other'].map((text) => ({ text, source: '' }))
  expect(matchNames(names, 'USER').map(({ text }) => text)).toEqual(['user.id', 'body.user'])
})
