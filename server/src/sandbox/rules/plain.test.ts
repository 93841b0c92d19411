// Plain expressions give JSONata's results, and never keep the server busy.
import fc from 'fast-check'
import jsonata from 'jsonata'
import { describe, expect, test } from 'vitest'
import { readExpression } from './expression.ts'
import { evaluatePlain, newFuel, readPlain } from './plain.ts'

const mebibyte = 2 ** 20
const tokensOf = (source: string) => {
  const { read, fault } = readExpression(source)
  if (fault !== null) throw new Error(fault.message)
  return read
}
const evaluate = (source: string, data: object, fuel = newFuel()) =>
  evaluatePlain(tokensOf(source), data, fuel, mebibyte)

const data = {
  n: 5,
  text: 'five',
  nothing: null,
  empty: [],
  list: [1, 2, 3],
  nested: [[1, 2], [3], []],
  items: [
    { id: 'a', price: 10, tags: ['x', 'y'], deep: [{ v: 1 }, { v: 2 }] },
    { id: 'b', price: 20.5, tags: [], deep: { v: 3 } },
    { id: 'c', tags: 'x', deep: [] },
  ],
  object: { a: 1, b: { c: [true, false] } },
}

test.each([
  ['n', 5],
  ['missing', undefined],
  ['items.id', ['a', 'b', 'c']],
  ['items[price > 10].id', 'b'],
  ['items[-1].id', 'c'],
  ['items.tags[0]', ['x', 'x']],
  ['list[$ >= 2]', [2, 3]],
  ['n & "-" & list', '5-[1,2,3]'],
  ['not (missing)', undefined],
  ['n in [1, 5]', true],
  ['missing ?? "none"', 'none'],
  ['empty ?: "none"', 'none'],
  ['n > 4 ? "many" : "few"', 'many'],
  ['-n + 2 * 3', 1],
  ['object.b', { c: [true, false] }],
])('%s', async (source, value) => {
  expect(evaluate(source, data)).toEqual({ value })
  // The very result of JSONata.
  expect(JSON.stringify(await jsonata(tokensOf(source).text).evaluate(data))).toBe(JSON.stringify(value))
})

test.each([
  '$sum(list)',
  '$$.n',
  'n.$',
  'list[]',
  '*',
  '**.v',
  'items.{"a": 1}',
  '[1..3]',
  '($x := 1)',
  '/a/',
  'n ~> $f',
  'items^(id)',
  'items@$i',
  '(items).id',
  '[1][0]',
  '"a".b',
  '%',
  'n n',
  '',
  '1 +',
])('%s is not plain', (source) => {
  const { read } = readExpression(source)
  expect(read === null ? null : readPlain(read.tokens)).toBeNull()
})

describe('with any expression and data', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd')
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constantFrom<unknown>(0, 1, 2, -1, 0.1, 1.5, '', 'a', '1', true, false, null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 3 }),
    ),
  })).value
  const expression = fc.letrec<{ any: string; path: string; step: string; filter: string }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      { weight: 4, arbitrary: tie('path') },
      fc.constantFrom('0', '1', '-1', '2.5', '""', '"a"', 'true', 'false', 'null'),
      fc
        .tuple(tie('any'), fc.constantFrom(...'+ - * / % = != < <= > >= & and or in ?: ??'.split(' ')), tie('any'))
        .map((parts) => parts.join(' ')),
      tie('any').map((inner) => `(${inner})`),
      tie('any').map((inner) => `-${inner}`),
      tie('any').map((inner) => `$not(${inner})`),
      tie('any').map((inner) => `$exists(${inner})`),
      fc.array(tie('any'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
      fc.tuple(tie('any'), tie('any'), tie('any')).map(([one, two, three]) => `${one} ? ${two} : ${three}`),
      fc.tuple(tie('any'), tie('any')).map(([one, two]) => `${one} ? ${two}`),
    ),
    path: fc.array(tie('step'), { minLength: 1, maxLength: 3 }).map((steps) => steps.join('.')),
    step: fc.tuple(name, fc.array(tie('filter'), { maxLength: 2 })).map(([step, filters]) => step + filters.join('')),
    filter: fc.oneof(
      fc.constantFrom('[0]', '[1]', '[-1]', '[1.5]', '[$]', '[$ = 1]', '[true]', '[[0, 1]]'),
      tie('any').map((inner) => `[${inner}]`),
    ),
  })).any

  test('the result is that of JSONata, where there is one', async () => {
    let compared = 0
    const property = fc.asyncProperty(
      expression,
      fc.record({ a: value, b: value, c: value, d: value }),
      async (source, root) => {
        const { read } = readExpression(source)
        const plain = read && evaluatePlain(read, root, newFuel(), mebibyte)
        if (!plain) return
        compared += 1
        const expected: unknown = await jsonata(read.text).evaluate(structuredClone(root))
        expect(JSON.stringify(plain.value)).toBe(JSON.stringify(expected))
      },
    )
    await fc.assert(property, { numRuns: 700 })
    expect(compared).toBeGreaterThan(300)
  })
})

describe('what would take long is left to the sandbox', () => {
  const many = Array.from({ length: 100_000 }, (_, at) => ({ id: at, tags: [at, at] }))
  const long = 'x'.repeat(900_000)
  const deep = JSON.parse(`${'['.repeat(5000)}1${']'.repeat(5000)}`) as unknown
  const big = { many, long, deep, same: [long, long] }
  test.each([
    'many[id = 5]',
    'many[many[id = 5]]',
    'many.tags[tags.tags[tags]]',
    Array.from({ length: 60 }, () => 'long').join(' & '),
    Array.from({ length: 60 }, () => 'many').join(' & '),
    Array.from({ length: 60 }, () => 'same[0] = same[1]').join(' and '),
    Array.from({ length: 60 }, () => 'same[0] <= same[1]').join(' and '),
    'many = many.id',
    'long in many.id',
    'deep.a',
    'deep',
    'deep & ""',
    'deep ? 1 : 2',
    'many',
    'same',
    'many.many',
    `${'('.repeat(40)}many${' ?: many)'.repeat(40)}`,
    `many${'[0]'.repeat(3000)}`,
  ])('%.40s', (source) => {
    const fuel = newFuel()
    evaluate('many', big, newFuel())
    const began = performance.now()
    evaluate(source, big, fuel)
    // A few milliseconds on a quiet machine; without a bound the slowest of them takes hours.
    expect(performance.now() - began).toBeLessThan(2000)
    expect(evaluate(`${source}`, big, fuel)).toSatisfy((plain) => plain === null || source === 'long in many.id')
  })

  test('a step has fuel for all of its expressions together', () => {
    const fuel = newFuel()
    const list = { list: Array.from({ length: 1000 }, (_, at) => at) }
    const times = Array.from({ length: 500 }, () => evaluate('list[$ > 5]', list, fuel)).filter(Boolean).length
    expect(times).toBeGreaterThan(3)
    expect(times).toBeLessThan(100)
  })
})

test.each(['__proto__', 'constructor', 'toString', 'a.constructor', 'text.length', 'list.length', 'a.__proto__.b'])(
  '%s is no name of anything',
  (source) => expect(evaluate(source, { a: {}, text: 'x', list: [1] })).toEqual({ value: undefined }),
)

test('what calls itself a function of JSONata is left to JSONata', () => {
  for (const mark of ['_jsonata_function', '_jsonata_lambda']) {
    for (const source of ['f.a', 'f & ""', 'f ? 1 : 2', '[f.a]']) {
      expect(evaluate(source, { f: { [mark]: true, a: 1 } })).toBeNull()
    }
  }
})
