// OpenAPI 3.0.3 has no word of 3.1 left, and says of each schema what it can.
import { describe, expect, test } from 'vitest'
import { createOpenApiDocument, operations, toOpenApi303 } from './index.ts'

const written = (schema: object) => {
  const document = { openapi: '3.1.0', info: { license: {} }, paths: {}, components: { schemas: { One: schema } } }
  const { components } = toOpenApi303(document) as { components: { schemas: { One: object } } }
  return components.schemas.One
}

describe('a schema', () => {
  const nothing = { type: 'string', nullable: true, enum: [null] }
  test.each<[string, object, object]>([
    ['null beside a type', { type: ['string', 'null'] }, { type: 'string', nullable: true }],
    ['one of two types', { type: ['string', 'integer'] }, { anyOf: [{ type: 'string' }, { type: 'integer' }] }],
    ['a constant', { const: 'a' }, { type: 'string', enum: ['a'] }],
    ['an object or null', { anyOf: [{ type: 'object' }, { type: 'null' }] }, { type: 'object', nullable: true }],
    ['a named one or null', { anyOf: [{ $ref: '#/a' }, { type: 'null' }] }, { anyOf: [{ $ref: '#/a' }, nothing] }],
    ['a reference with a text', { $ref: '#/a', description: 'b' }, { description: 'b', allOf: [{ $ref: '#/a' }] }],
    ['a limit', { type: 'number', exclusiveMinimum: 0 }, { type: 'number', minimum: 0, exclusiveMinimum: true }],
    ['an example', { type: 'string', examples: ['a', 'b'] }, { type: 'string', example: 'a' }],
    [
      'names by a pattern',
      { type: 'object', patternProperties: { '^a': { const: 1 } } },
      { type: 'object', additionalProperties: { type: 'number', enum: [1] } },
    ],
    [
      'fields that are called like words of schemas',
      { type: 'object', properties: { const: { type: 'string' }, examples: { const: 'x' } } },
      { type: 'object', properties: { const: { type: 'string' }, examples: { type: 'string', enum: ['x'] } } },
    ],
  ])('%s', (_, given, expected) => expect(written(given)).toEqual(expected))
})

test('the whole document: no type is a list or null, and a null mark stands beside a type', () => {
  const document = toOpenApi303(createOpenApiDocument(operations, '1'))
  expect(document['openapi']).toBe('3.0.3')
  expect(Object.keys(document['paths'] as object).length).toBeGreaterThan(100)
  const faults: string[] = []
  const look = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return
    const { type, nullable } = value as { type?: unknown; nullable?: unknown }
    const isSchema = !path.endsWith('/properties')
    if (isSchema && (Array.isArray(type) || type === 'null')) faults.push(path)
    if (isSchema && nullable === true && typeof type !== 'string') faults.push(path)
    for (const [name, one] of Object.entries(value)) look(one, `${path}/${name}`)
  }
  look(document, '')
  expect(faults).toEqual([])
})
