// The difference between configurations: applied, it turns one into the other, and it lists only what changed.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JsonValue, canonicalJson } from '../../base/json.ts'
import { type Difference, compareValues } from './difference.ts'

type Container = JsonValue[] & Record<string, JsonValue>

/** As the contract says: changes, then removals from last to first, then additions from first to last. */
function carryOut(from: JsonValue, differences: Difference[]): JsonValue {
  const root = { '': structuredClone(from) } as unknown as Container
  const at = (path: string) => {
    const segments = path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    const key = segments.pop()!
    return { key, holder: segments.reduce((value, part) => value[part] as Container, root) }
  }
  const set = (holder: Container, key: string, value: unknown) =>
    Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true })
  const of = (op: Difference['op']) => differences.filter((difference) => difference.op === op)
  for (const { path, to } of of('changed')) set(at(path).holder, at(path).key, structuredClone(to))
  for (const { path } of of('removed').toReversed()) {
    const { holder, key } = at(path)
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else delete holder[key]
  }
  for (const { path, to } of of('added')) {
    const { holder, key } = at(path)
    if (Array.isArray(holder)) holder.splice(Number(key), 0, structuredClone(to) as JsonValue)
    else set(holder, key, structuredClone(to))
  }
  return root['']!
}

function read(value: JsonValue, path: string): JsonValue | undefined {
  const segments = path.split('/').slice(1)
  return segments.reduce<JsonValue | undefined>(
    (inner, part) => (inner as Container)[part.replaceAll('~1', '/').replaceAll('~0', '~')],
    value,
  )
}

const key = fc.constantFrom('a', 'b', 'name', 'id', '', 'a/b', '~', '0', '__proto__', 'constructor', 'length')
const leaf = fc.constantFrom<JsonValue>(null, true, false, 0, 1, -1.5, '', 'a', 'text', '😀')
/** Small, so that two values have much in common; lists with names, without, and with some. */
const { value } = fc.letrec<{ value: JsonValue; list: JsonValue; object: JsonValue; named: JsonValue }>((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, leaf, tie('list'), tie('object'), tie('named')),
  list: fc.array(tie('value'), { maxLength: 5 }),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  named: fc.array(
    fc.record({ name: fc.constantFrom('p', 'q', 'r', 's'), value: tie('value') }, { noNullPrototype: true }),
    { maxLength: 5 },
  ),
}))

describe('compareValues', () => {
  it('the difference from a to b, applied to a, gives b', () => {
    fc.assert(
      fc.property(value, value, (from, to) => {
        expect(canonicalJson(carryOut(from, compareValues(from, to)))).toBe(canonicalJson(to))
      }),
      { numRuns: 5000 },
    )
  })

  it('is empty for equal values in any order of keys, and only for these', () => {
    fc.assert(
      fc.property(value, value, (from, to) => {
        expect(compareValues(from, JSON.parse(canonicalJson(from)) as JsonValue)).toEqual([])
        expect(compareValues(from, to).length === 0).toBe(canonicalJson(from) === canonicalJson(to))
      }),
      { numRuns: 2000 },
    )
  })

  it('has the value before and after for each path', () => {
    fc.assert(
      fc.property(value, value, (from, to) => {
        for (const difference of compareValues(from, to)) {
          const [before, after] = [Object.hasOwn(difference, 'from'), Object.hasOwn(difference, 'to')]
          expect([before, after]).toEqual([difference.op !== 'added', difference.op !== 'removed'])
          if (difference.op === 'added') expect(read(to, difference.path)).toEqual(difference.to)
          else expect(read(from, difference.path)).toEqual(difference.from)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('does not depend on the order of keys', () => {
    const shuffle = (given: JsonValue): JsonValue =>
      Array.isArray(given)
        ? given.map(shuffle)
        : typeof given === 'object' && given !== null
          ? Object.fromEntries(
              Object.entries(given)
                .toReversed()
                .map(([name, inner]) => [name, shuffle(inner)]),
            )
          : given
    fc.assert(
      fc.property(value, value, (from, to) => {
        expect(compareValues(shuffle(from), shuffle(to))).toEqual(compareValues(from, to))
      }),
    )
  })

  const short = (from: JsonValue, to: JsonValue) =>
    compareValues(from, to).map(({ op, path, label }) => `${op} ${path} ${label}`)
  const tool = (name: string, description = 'd') => ({ name, description })

  it('an insertion among named entries is one difference, and so is a removal', () => {
    const from = { tools: [tool('a'), tool('b'), tool('c')] }
    const to = { tools: [tool('new'), tool('a'), tool('b'), tool('c', 'Other')] }
    expect(short(from, to)).toEqual(['added /tools/0 tools[new]', 'changed /tools/2/description tools[c].description'])
    expect(short(to, from)).toEqual([
      'removed /tools/0 tools[new]',
      'changed /tools/3/description tools[c].description',
    ])
  })

  it('entries with an id are matched by it, even under another name', () => {
    const form = (id: string, name: string) => ({ id, name })
    expect(short({ forms: [form('1', 'x'), form('2', 'y')] }, { forms: [form('2', 'z')] })).toEqual([
      'removed /forms/0 forms[1]',
      'changed /forms/1/name forms[2].name',
    ])
  })

  it('a renamed entry is a different one; a moved entry is removed and added', () => {
    expect(short([tool('a'), tool('b')], [tool('a'), tool('c')])).toEqual(['removed /1 [b]', 'added /1 [c]'])
    expect(short([tool('a'), tool('b'), tool('c')], [tool('b'), tool('c'), tool('a')])).toEqual([
      'removed /0 [a]',
      'added /2 [a]',
    ])
  })

  it('entries without names are matched by their equal neighbors', () => {
    const actions: JsonValue[] = [{ type: 'http', url: 'one' }, { type: 'wait' }]
    const short_ = (to: JsonValue[]) => short({ actions }, { actions: to })
    expect(short_([...actions, { type: 'hangup' }])).toEqual(['added /actions/2 actions[2]'])
    expect(short_([{ type: 'hangup' }, ...actions])).toEqual(['added /actions/0 actions[0]'])
    expect(short_([{ type: 'http', url: 'two' }, { type: 'wait' }, 1])).toEqual([
      'changed /actions/0/url actions[0].url',
      'added /actions/2 actions[2]',
    ])
    expect(short(['a', 'b', 'c'], ['b', 'c'])).toEqual(['removed /0 [0]'])
  })

  it('null is not absent, and keys are escaped as RFC 6901 says', () => {
    expect(short({ a: null }, {})).toEqual(['removed /a a'])
    expect(short({ 'a/b~': 1 }, { 'a/b~': 2 })).toEqual(['changed /a~1b~0 a/b~'])
    expect(short(1, 2)).toEqual(['changed  '])
  })

  it('many lists with nothing in common take only as long as one', () => {
    const lists = (value: number) =>
      Object.fromEntries(Array.from({ length: 235 }, (_, at) => [`l${at}`, Array.from({ length: 1100 }, () => value)]))
    const before = process.cpuUsage()
    expect(compareValues(lists(1), lists(2))).toHaveLength(235)
    // It used to take 15 s.
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000)
  })

  it('lists beyond the search limit are compared exactly, place by place', () => {
    const list = (from: number, count: number) => Array.from({ length: count }, (_, at) => `${from + at}`)
    const shifted = [{ l: list(0, 400) }, { l: list(1, 400) }] as const
    expect(compareValues(...shifted).map(({ op }) => op)).toEqual(['removed', 'added'])
    // Behind a list that used up the limit without a match.
    const [from, to] = [
      { a: list(0, 1100), ...shifted[0] },
      { a: list(2000, 1100), ...shifted[1] },
    ]
    const differences = compareValues(from, to)
    expect(differences.map(({ path }) => path)).toEqual(['/a', ...list(0, 400).map((at) => `/l/${at}`)])
    expect(carryOut(from, differences)).toEqual(to)
  })

  it('nesting costs no more than the nested values', () => {
    const nest = (inner: JsonValue) => {
      let value = inner
      for (let depth = 0; depth < 60; depth += 1) value = depth % 2 ? [value] : { a: value }
      return value
    }
    const before = process.cpuUsage()
    for (let time = 0; time < 20; time += 1) {
      expect(compareValues(nest('q'.repeat(400_000)), nest('p'.repeat(400_000)))).toHaveLength(1)
    }
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1500)
  })

  it('a part with very many differences is one difference, and the rest is exact', () => {
    const many = (by: number) => Array.from({ length: 20_000 }, (_, index) => index + by / 2)
    expect(short({ x: many(0), y: 1 }, { x: many(1), y: 2 })).toEqual(['changed /x x', 'changed /y y'])
    const keys = (letter: string) => Object.fromEntries(many(0).map((index) => [`${letter}${index}`, 1]))
    expect(short({ x: keys('a') }, { x: keys('b') })).toEqual(['changed /x x'])
    const deep = (leaf_: number): JsonValue => ({
      ['k'.repeat(10_000)]: Object.fromEntries(
        many(0)
          .slice(0, 500)
          .map((index) => [`${index}`, leaf_]),
      ),
    })
    expect(compareValues(deep(1), deep(2))).toHaveLength(1)
  })
})
