// Schemas of extracted fields: what is refused, and the form in which the others are checked and sent.
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../base/json.ts'
import { checkAgainst } from './argument-schemas.ts'
import { readExtractSchema } from './extract-schema.ts'

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more }) as JsonObject
const field = (schema: object) => object({ a: schema })
const fields = (count: number) =>
  object(Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, { type: 'string' }])))

function schemaOf(given: JsonObject): JsonObject {
  const read = readExtractSchema(given)
  if ('fault' in read) throw new Error(read.fault)
  return read.schema
}

describe('refused', () => {
  test.each<[string, JsonObject, RegExp]>([
    ['an empty schema', {}, /"type": "object"/],
    ['no object', { type: 'array', items: {} }, /"type": "object"/],
    ['no fields', object({}), /1 to 100 properties/],
    ['too many fields', fields(101), /1 to 100 properties/],
    ['too many values', field({ enum: Array.from({ length: 1000 }, (_, n) => n) }), /more than 1000 values/],
    ['another dialect', { ...fields(1), $schema: 'http://json-schema.org/draft-04/schema#' }, /"\$schema" must be/],
    ['a remote reference', field({ $ref: 'https://example.com/schema.json' }), /must name a part of the schema/],
    ['a remote reference with a fragment', field({ $ref: 'http://a/b#/c' }), /must name a part of the schema/],
    ['the schema itself', field({ $ref: '#' }), /must name a part of the schema/],
    ['a missing reference', field({ $ref: '#/$defs/none' }), /does not exist/],
    ['an inherited reference', field({ $ref: '#/constructor' }), /does not exist/],
    ['a recursive reference', object({ a: { $ref: '#/properties/a' } }), /refers to itself/],
    [
      'references in a circle',
      object(
        { a: { $ref: '#/$defs/x' } },
        { $defs: { x: { items: { $ref: '#/$defs/y' } }, y: { not: { $ref: '#/$defs/x' } } } },
      ),
      /refers to itself/,
    ],
    ['a wrong type', field({ type: 'text' }), /type/],
    ['a wrong bound', field({ type: 'string', maxLength: -1 }), /maxLength/],
    ['an id', { ...fields(1), $id: 'https://example.com' }, /"\$id", which is not supported/],
    ['an asynchronous schema', { ...fields(1), $async: true }, /"\$async", which is not supported/],
    [
      'a keyword of a newer dialect',
      field({ type: 'array', prefixItems: [{}] }),
      /"prefixItems", which is not supported/,
    ],
    ['a list of items', field({ type: 'array', items: [{}] }), /list in "items"/],
    ['a backtracking pattern', field({ type: 'string', pattern: '(?=a)b' }), /lookaround/],
    ['no pattern', field({ type: 'string', pattern: '(' }), /regular expression/],
    ['a huge repetition', field({ type: 'string', pattern: '((a{1,100}){1,100}){1,100}' }), /repetitions|too large/],
    [
      'a property called __proto__',
      JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}') as JsonObject,
      /__proto__/,
    ],
    [
      'a schema that extends __proto__',
      JSON.parse('{"type":"object","properties":{"a":{"__proto__":{}}}}') as JsonObject,
      /__proto__/,
    ],
  ])('%s', (_name, schema, fault) => {
    expect(readExtractSchema(schema)).toEqual({ fault: expect.stringMatching(fault) as string })
  })

  test('references that multiply', () => {
    const level = (n: number): [string, object] => [
      `d${n}`,
      object({ a: { $ref: `#/$defs/d${n + 1}` }, b: { $ref: `#/$defs/d${n + 1}` } }),
    ]
    const $defs = Object.fromEntries([...Array.from({ length: 40 }, (_, n) => level(n)), ['d40', { type: 'string' }]])
    expect(readExtractSchema(object({ a: { $ref: '#/$defs/d0' } }, { $defs }))).toEqual({
      fault: expect.stringContaining('with its references') as string,
    })
  })
})

test('references within the schema are resolved, with the words beside them', () => {
  const $defs = { money: object({ amount: { type: 'number' } }) }
  const given = object(
    { paid: { $ref: '#/$defs/money', description: 'By card.' }, owed: { $ref: '#/$defs/money' } },
    { $defs },
  )
  const money = { ...object({ amount: { type: 'number' } }), additionalProperties: false }
  expect(schemaOf(given)).toEqual({
    ...object({ paid: { ...money, description: 'By card.' }, owed: money }),
    additionalProperties: false,
  })
})

test('objects are closed where they alone say which properties there are', () => {
  const inner = object({ b: { type: 'string' } })
  const closed = { ...inner, additionalProperties: false }
  const cases: [object, object][] = [
    [inner, closed],
    [
      { type: 'array', items: inner },
      { type: 'array', items: closed },
    ],
    [{ anyOf: [inner, { type: 'null' }] }, { anyOf: [closed, { type: 'null' }] }],
    [
      { ...inner, additionalProperties: true },
      { ...inner, additionalProperties: true },
    ],
    [{ allOf: [inner, inner] }, { allOf: [inner, inner] }],
    [
      { ...inner, anyOf: [inner] },
      { ...inner, anyOf: [inner] },
    ],
    [
      { ...inner, not: inner },
      { ...inner, not: inner },
    ],
  ]
  for (const [given, expected] of cases) expect(schemaOf(field(given))['properties']).toEqual({ a: expected })
})

test('draft 7 and draft 2020-12 can be named; other schemas stay as they are', () => {
  for (const $schema of ['http://json-schema.org/draft-07/schema#', 'https://json-schema.org/draft/2020-12/schema'])
    expect(schemaOf({ ...fields(2), $schema })).toEqual({ ...fields(2), additionalProperties: false })
  const whole = field({
    ...{ type: ['string', 'null'], enum: ['a', null], const: 'a', title: 't', description: 'd', default: 'a' },
    ...{ pattern: '^a', minLength: 1, maxLength: 2, format: 'email', examples: ['a'] },
  })
  expect(schemaOf(whole)['properties']).toEqual(whole['properties'])
})

test('fifty fields are read and checked', () => {
  const schema = schemaOf(fields(50))
  const given = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`f${n}`, 'x']))
  expect(checkAgainst(schema, given)).toEqual([])
  expect(checkAgainst(schema, { ...given, f49: 1 })).toEqual([{ path: 'f49', message: 'must be string' }])
  expect(checkAgainst(schema, { ...given, f50: 'x' })).toHaveLength(1)
})
