import { expect, test } from 'vitest'
import { findUnstorable } from './text.ts'

test.each<[string, unknown, string[]]>([
  ['plain text', { a: 'ok', b: ['😀', 1, null, true] }, []],
  ['NUL in a value', { a: { b: ['x', 'y\0'] } }, ['a.b.1']],
  ['a lone surrogate', { a: '\ud800' }, ['a']],
  ['NUL in a key', { a: { 'b\0': 1 } }, ['a']],
  ['a text by itself', '\0', ['']],
])('%s', (_name, value, paths) => {
  expect(findUnstorable(value).map((fault) => fault.path)).toEqual(paths)
})

test('T13: nesting has a bound, and a value far beyond it does no harm', () => {
  const nest = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown
  expect(findUnstorable(nest(64))).toEqual([])
  expect(findUnstorable(nest(65))).toHaveLength(1)
  expect(findUnstorable(nest(100_000))).toHaveLength(1)
})
