// What the demo model answers about a transcript: valid, quoted, labelled, the same each time.
import { expect, test } from 'vitest'
import type { JsonObject } from '../base/json.ts'
import { answerWithDemo } from './demo-answers.ts'

const said = [
  { role: 'assistant', text: 'Hello, I am ada@bot.example!' },
  { role: 'user', text: 'My order 4711 was a REFUND for ada@example.com.' },
  { role: 'assistant', text: 'I see.' },
  { role: 'user', text: 'On 2026-03-04,  please.' },
]
const answer = (schema: object, transcript = said) => {
  const properties = { a: schema as JsonObject }
  return (JSON.parse(answerWithDemo({ type: 'object', properties }, transcript)) as JsonObject)['a']
}

test.each<[string, object, unknown]>([
  ['a text', { type: 'string' }, '[Demo model, not an AI] “On 2026-03-04, please.”'],
  ['a short text', { type: 'string', maxLength: 5 }, '[Demo'],
  ['an address', { type: 'string', format: 'email' }, 'ada@example.com'],
  ['a day', { type: 'string', format: 'date' }, '2026-03-04'],
  ['a time that was not said', { type: 'string', format: 'date-time' }, '2000-01-01T00:00:00Z'],
  ['a format that is called like a method', { type: 'string', format: 'toString', maxLength: 1 }, '['],
  ['an option that was mentioned', { enum: ['sale', 'refund'] }, 'refund'],
  ['an option that was not', { enum: ['gift', 'loan'] }, 'gift'],
  ['a number', { type: 'integer' }, 4711],
  ['a number within bounds', { type: 'number', maximum: 10.5 }, 10.5],
  ['a choice of types', { type: ['null', 'string'] }, null],
  ['a choice of schemas', { anyOf: [{ pattern: 'x' }, { type: 'boolean' }] }, true],
  ['a list', { type: 'array', items: { const: 1 }, minItems: 2 }, [1, 1]],
  ['an object', { type: 'object', properties: { b: { type: 'null' }, c: {} } }, { b: null }],
  ['what cannot be filled', { pattern: 'x' }, undefined],
])('%s', (_name, schema, expected) => {
  expect(answer(schema)).toEqual(expected)
})

test('only the end user is quoted, and nobody without having spoken', () => {
  expect(answer({ type: 'string', format: 'email' }, said.slice(0, 1))).toBe('demo@example.com')
  expect(answer({ type: 'boolean' }, [])).toBe(false)
  expect(answer({ type: 'integer' }, [])).toBe(0)
})
