import { expect, test } from 'vitest'
import { findUnstorable, isStorable } from './text.ts'

test.each<[string, unknown, string[]]>([
  ['plain text', { a: 'ok', b: ['😀', 1, null, true] }, []],
  ['NUL in a value', { a: { b: ['x', 'y\0'] } }, ['a.b.1']],
  ['a lone surrogate', { a: '\ud800' }, ['a']],
  ['NUL in a key', { a: { 'b\0': 1 } }, ['a']],
  ['a text by itself', '\0', ['']],
  ['a number beyond the range of JSON', { a: [1, 1e308, 5e-324, Infinity, -Infinity] }, ['a.3', 'a.4']],
  ['an own key named __proto__', JSON.parse('{"__proto__": {"a": "\\u0000"}}'), ['__proto__.a']],
])('%s', (_name, value, paths) => {
  expect(findUnstorable(value).map((fault) => fault.path)).toEqual(paths)
})

test('T13: nesting is limited, and a value far beyond the limit does no harm', () => {
  const nest = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown
  expect(findUnstorable(nest(64))).toEqual([])
  expect(findUnstorable(nest(65))).toHaveLength(1)
  expect(findUnstorable(nest(100_000))).toHaveLength(1)
})

test.each<[string, object]>([
  ['a list', Array.from({ length: 1000 }, () => '\0')],
  ['an object', Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`k${index}`, '\0']))],
])('the search in %s stops at the last reported fault', (_name, value) => {
  let looked = 0
  const watched = new Proxy(value, {
    get(target, key) {
      looked += key === 'length' ? 0 : 1
      return Reflect.get(target, key) as unknown
    },
  })
  expect(findUnstorable(watched)).toHaveLength(100)
  expect(looked).toBe(100)
  expect(isStorable(watched)).toBe(false)
  expect(looked).toBe(101)
})

test('a fault takes no more memory than its path can hold, whatever the names', () => {
  const faults = findUnstorable({ ['k'.repeat(1_000_000)]: { b: ['\0', '\0'] } })
  expect(faults.map(({ path }) => path)).toEqual([`${'k'.repeat(64)}….b.0`, `${'k'.repeat(64)}….b.1`])
})
