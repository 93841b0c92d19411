// Which schemas providers are asked to enforce strictly.
import { expect, test } from 'vitest'
import { isStrictSchema } from './strict-schema.ts'

const closed = (properties: object, more: object = {}) => ({
  ...{ type: 'object', properties, required: Object.keys(properties), additionalProperties: false },
  ...more,
})

test.each([
  ['a closed object', closed({ a: { type: 'string' } }), true],
  ['nested', closed({ a: closed({ b: { type: 'array', items: { type: ['integer', 'null'] } } }) }), true],
  ['a choice', closed({ a: { type: 'string', enum: ['x'], description: 'd' } }), true],
  ['an optional property', closed({ a: { type: 'string' } }, { required: [] }), false],
  ['an open object', closed({ a: { type: 'string' } }, { additionalProperties: true }), false],
  ['an open object inside', closed({ a: { type: 'object', properties: {} } }), false],
  ['a keyword that not all enforce', closed({ a: { type: 'string', pattern: 'x' } }), false],
  ['no type', closed({ a: {} }), false],
  ['any items', closed({ a: { type: 'array' } }), false],
  ['a boolean schema', closed({ a: true }), false],
  ['an object that may be null', closed({ a: closed({}, { type: ['object', 'null'] }) }), false],
])('%s', (_name, schema, isStrict) => {
  expect(isStrictSchema(schema as never)).toBe(isStrict)
})
