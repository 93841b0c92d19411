import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkAgainst } from '../../agents/rules/argument-schemas.ts'
import { nameRemoteTool } from './names.ts'
import { readRemoteTool } from './remote-tool.ts'
import { outputOf } from './result.ts'
import { max_output_bytes } from '../rules/output-size.ts'
import { createRedactor } from '../../secrets/rules/redact.ts'
import { findUnstorable } from '../../base/text.ts'

const plain = createRedactor(new Map())
const nested = (depth: number) => JSON.parse('{"type":"object","a":'.repeat(depth) + '1' + '}'.repeat(depth)) as object
const tool = (inputSchema: unknown, more: object = {}) => ({ name: 'order', inputSchema, ...more })

describe('a remote tool', () => {
  test.each<[string, unknown]>([
    ['nothing', null],
    ['a list', []],
    ['without a name', {}],
    ['with an empty name', { name: '' }],
    ['with a long name', { name: 'x'.repeat(129) }],
    ['with a name that cannot be stored', { name: 'a\0' }],
  ])('%s is not a tool', (_what, given) => {
    expect(readRemoteTool(given)).toBeNull()
  })

  test.each<[string, unknown]>([
    ['missing', undefined],
    ['no object', 'object'],
    ['for another type', { type: 'string' }],
    ['huge', { type: 'object', description: 'x'.repeat(20_000) }],
    ['too deep', nested(100)],
    ['not valid', { type: 'object', properties: 5 }],
    ['not storable', { type: 'object', description: '\0' }],
    ['referring to another document', { type: 'object', properties: { a: { $ref: 'https://example.com/a' } } }],
    ['referring to nothing', { type: 'object', properties: { a: { $ref: '#/$defs/a' } } }],
    ['referring to a prototype', { type: 'object', properties: { a: { $ref: '#/__proto__' } } }],
  ])('does not show a schema that is %s', (_what, schema) => {
    expect(readRemoteTool(tool(schema))).toMatchObject({ parameters: { type: 'object' }, is_checked: false })
    expect(Object.keys(readRemoteTool(tool(schema))!.parameters)).toEqual(['type'])
  })

  test.each<[string, object]>([
    ['references', { properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { type: 'string' } } }],
    ['a pattern', { properties: { a: { type: 'string', pattern: '^(a+)+$' } } }],
    ['patterns of names', { patternProperties: { '^(a+)+$': {} } }],
    ['a promise', { $async: true }],
  ])('shows a schema with %s, but does not check arguments against it', (_what, more) => {
    const schema = { type: 'object', ...more }
    expect(readRemoteTool(tool(schema))).toMatchObject({ parameters: schema, is_checked: false })
  })

  test('an argument may have the name of a keyword', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { pattern: { type: 'string' } },
    }
    const read = readRemoteTool(tool(schema))!
    expect(read).toMatchObject({ is_checked: true })
    expect(checkAgainst(read.parameters, { pattern: 5 })).toEqual([{ path: 'pattern', message: 'must be string' }])
  })

  test('declares itself whether it may be called again', () => {
    const of = (annotations: unknown) => readRemoteTool(tool({ type: 'object' }, { annotations }))!.idempotent
    expect([of({ idempotentHint: true }), of({ readOnlyHint: true })]).toEqual([true, true])
    expect([of(undefined), of({}), of({ idempotentHint: 'true' }), of(null), of([])]).toEqual(Array(5).fill(false))
  })

  test('for anything a server sends, nothing is thrown and everything is bounded', () => {
    const schema = fc.oneof(
      fc.jsonValue({ maxDepth: 6 }),
      fc.jsonValue().map((value) => ({ type: 'object', properties: value })),
    )
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.jsonValue(),
        schema,
        fc.jsonValue(),
        (name, description, inputSchema, given) => {
          const read = readRemoteTool(
            JSON.parse(JSON.stringify({ name, description, inputSchema, annotations: given })),
          )
          if (!read) return
          expect(findUnstorable(read)).toEqual([])
          expect(read.parameters['type']).toBe('object')
          checkAgainst(read.parameters, { value: given as never })
        },
      ),
    )
  })
})

describe('the name of a remote tool', () => {
  test('fits, is stable, and differs between tools', () => {
    const servers = ['a', 'a_b', 'a_b_c', 'x'.repeat(32)]
    const pair = fc.tuple(
      fc.constantFrom(...servers),
      fc.oneof(fc.string({ unit: 'binary', maxLength: 128 }), fc.stringMatching(/^[b-c_]{1,6}$/)),
    )
    fc.assert(
      fc.property(pair, pair, (one, two) => {
        const [first, second] = [one, two].map(([server, name]) => nameRemoteTool(server, name, servers))
        expect(first).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
        expect(first === second).toBe(one[0] === two[0] && one[1] === two[1])
      }),
      { numRuns: 1000 },
    )
  })
})

describe('the output of a remote tool', () => {
  const text = (value: string) => ({ type: 'text', text: value })
  test.each<[string, Parameters<typeof outputOf>[0], unknown]>([
    ['a text', { content: [text('tea')] }, 'tea'],
    ['nothing', { content: [] }, { content: [] }],
    ['no list', { content: 'tea' }, { content: [] }],
    ['texts', { content: [text('a'), text('b')] }, { content: [text('a'), text('b')] }],
    ['structure', { content: [], structuredContent: { a: 1 } }, { a: 1 }],
    [
      'structured content that the text repeats',
      { content: [text('{ "b": 2, "a": 1 }')], structuredContent: { a: 1, b: 2 } },
      { a: 1, b: 2 },
    ],
    [
      'structured content and different text',
      { content: [text('one')], structuredContent: [1] },
      { content: [text('one')], structured_content: [1] },
    ],
  ])('%s', (_what, result, expected) => {
    expect(outputOf(result, plain)).toEqual(expected)
  })

  test('keeps __proto__ as an ordinary key', () => {
    const structuredContent: unknown = JSON.parse('{"__proto__": {"polluted": true}}')
    expect(JSON.stringify(outputOf({ content: [], structuredContent }, plain))).toBe('{"__proto__":{"polluted":true}}')
  })

  test('is bounded and storable for any input', () => {
    const long = fc
      .integer({ min: 200_000, max: 400_000 })
      .chain((length) => fc.constantFrom('x', '"', '\u0001', '€').map((one) => one.repeat(length)))
    const block = fc.oneof(
      fc.jsonValue(),
      long.map(text),
      fc.tuple(long, fc.string({ unit: 'binary' })).map(([data, type]) => ({ type, data })),
      fc.string({ unit: 'binary' }).map(text),
    )
    const result = fc.record({
      content: fc.array(block, { maxLength: 4 }),
      structuredContent: fc.oneof(fc.constant(undefined), fc.jsonValue(), long),
    })
    fc.assert(
      fc.property(result, (given) => {
        const output = outputOf(given, plain)
        expect(findUnstorable(output)).toEqual([])
        expect(Buffer.byteLength(JSON.stringify(output))).toBeLessThanOrEqual(max_output_bytes)
      }),
    )
  })

  test('has no number that would be stored as null', () => {
    const structuredContent = JSON.parse('{"a": [1e400, -1e400, 1e308]}') as object
    expect(outputOf({ content: [], structuredContent }, plain)).toEqual({ a: ['Infinity', '-Infinity', 1e308] })
  })

  test('limits the depth of the input', () => {
    expect(findUnstorable(outputOf({ content: [nested(2000)], structuredContent: nested(2000) }, plain))).toEqual([])
  })

  test('contains no secret, whole or cut off', () => {
    const redactor = createRedactor(new Map([['KEY', 'hunter2-hunter2-hunter2']]))
    const filler = fc
      .integer({ min: max_output_bytes - 80, max: max_output_bytes + 80 })
      .map((length) => 'x'.repeat(length))
    fc.assert(
      fc.property(filler, fc.integer({ min: 0, max: 3 }), (before, form) => {
        const value = `${'hunter2-hunter2-hunter2 '.repeat(form)}${before}hunter2-hunter2-hunter2${'y'.repeat(100)}`
        const outputs = [
          { content: [text(value)] },
          { content: [text('a'), text(value)] },
          { content: [], structuredContent: { value } },
        ]
        for (const given of outputs) {
          const output = JSON.stringify(outputOf(given, redactor))
          expect(output).not.toMatch(/hunter2|hunte/)
          expect(Buffer.byteLength(output)).toBeLessThanOrEqual(max_output_bytes)
        }
      }),
      { numRuns: 30 },
    )
  })
})
