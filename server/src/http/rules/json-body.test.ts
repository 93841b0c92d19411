import { describe, expect, test } from 'vitest'
import { AppError } from '../../base/errors.ts'
import { parseJsonBody } from './json-body.ts'

const parse = (text: string) => parseJsonBody(Buffer.from(text))
const nest = (depth: number, inside = '') => '['.repeat(depth) + inside + ']'.repeat(depth)

function refusalOf(body: string | Buffer): AppError {
  try {
    parseJsonBody(Buffer.from(body))
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('it was accepted')
}

test('an empty body is absent', () => {
  expect(parse('')).toBeUndefined()
})

test.each(['{', '[1,]', 'x', '{"a":"b}', '"\\', nest(300).slice(0, -1).replace('[[', '[,['), '\u{FEFF}1x'])(
  '%j is not JSON',
  (text) => {
    expect(refusalOf(text).error).toBe('malformed_request')
  },
)

test('invalid UTF-8 is not JSON', () => {
  expect(refusalOf(Buffer.from([0x22, 0xff, 0x22])).error).toBe('malformed_request')
})

describe('nesting', () => {
  test.each([
    [256, 256],
    [257, undefined],
    [500_000, undefined],
  ])('of %i levels', (depth, taken) => {
    const text = nest(depth)
    if (taken) expect(JSON.stringify(parse(text))).toBe(text)
    else
      expect(refusalOf(text).fields.errors).toEqual([
        { path: '0.0.0.0.0.0.0.0', message: 'is nested more than 64 levels deep' },
      ])
  })

  test('is reported with its place before anything else', () => {
    const { error, fields } = refusalOf(`{"a":[{}],"b":{"c":[1,${'{"x":'.repeat(300)}`)
    expect(error).toBe('validation_failed')
    expect(fields.errors).toEqual([{ path: 'b.c.1.x.x.x.x.x', message: 'is nested more than 64 levels deep' }])
  })

  test.each([
    ['side by side', `[${'[],{"a":{}},'.repeat(1000)}1]`],
    ['in a text', JSON.stringify('[{'.repeat(1000))],
    ['in a text with escapes', JSON.stringify(`"${'\\"[{'.repeat(1000)}\\`)],
    ['in a name', JSON.stringify({ ['['.repeat(1000)]: 1 })],
  ])('does not count brackets %s', (_name, text) => {
    expect(JSON.stringify(parse(text))).toBe(text)
  })
})
