// Where expressions and prompts begin and end, and what becomes of them.
import jsonata from 'jsonata'
import { describe, expect, test } from 'vitest'
import { fillTemplate, isTrue, mapTexts, readAnswer, readDecision, textOfPrompt, writeText } from './fill.ts'
import { expressionsOf, type Part, readCondition, readTemplate, type Template } from './template.ts'

const read = (source: string): Template => {
  const { read: template, fault } = readTemplate(source)
  if (fault !== null) throw new Error(`${fault.at}: ${fault.message}`)
  return template
}
const faultOf = (source: string) => readTemplate(source).fault
const shown = (parts: readonly Part[]): unknown[] =>
  parts.map((part) => {
    if (part.kind === 'text') return part.text
    return part.kind === 'expression' ? { e: part.expression.text.trim() } : { p: shown(part.parts) }
  })

test.each([
  ['nothing special', ['nothing special']],
  ['a {{ x }} b', ['a ', { e: 'x' }, ' b']],
  ['{{x}}{{y}}', [{ e: 'x' }, { e: 'y' }]],
  ['{{ {"a": {"b": 1}} }}', [{ e: '{"a": {"b": 1}}' }]],
  ['{{ {"a": {"b": 1}}}}', [{ e: '{"a": {"b": 1}}' }]],
  ['{{ "}}" & \'}}\' }}', [{ e: '"}}" & \'}}\'' }]],
  ['{{ "\\"}}" }}', [{ e: '"\\"}}"' }]],
  ['{{ /* }} */ 1 }}', [{ e: '/* }} */ 1' }]],
  ['{{ `a}}b` }}', [{ e: '`a}}b`' }]],
  ['{{ a[x = "}}"] }}', [{ e: 'a[x = "}}"]' }]],
  ['{{ $match(x, /"\\}/) }}', [{ e: '$match(x, /"\\}/)' }]],
  ['{{ a / 2 }} and {{ b / 2 }}', [{ e: 'a / 2' }, ' and ', { e: 'b / 2' }]],
  ['{{ it }}s {it} }} $', [{ e: 'it' }, 's {it} }} $']],
  ['\\{{ x }} \\${ y } \\n', ['{{ x }} ${ y } \\n']],
  ['${ Sum up {{ x }} as {"a": 1}. }!', [{ p: [' Sum up ', { e: 'x' }, ' as {"a": 1}. '] }, '!']],
  ['${ Say \\{{ and }} here }', [{ p: [' Say {{ and }} here '] }]],
])('%s', (source, parts) => {
  expect(shown(read(source).parts)).toEqual(parts)
})

test.each([
  ['{{ x', 0, /no closing }}/],
  ['ab {{ "x }}', 6, /no closing quote/],
  ['{{ /* x }}', 3, /comment/],
  ['{{ }}', 2, /empty/],
  ['{{ (x }}', 0, /no closing }}/],
  ['{{ x) }}', 4, /Nothing is open/],
  ['{{ [x) }}', 5, /Nothing is open/],
  ['{{ ${x} }}', 3, /\$\{ }/],
  ['{{ "${x}" }}', 4, /\$\{ }/],
  ['${ a ${ b } }', 5, /another prompt/],
  ['${ a', 0, /no closing }/],
  ['${ }', 0, /empty/],
  ['{{ $eval("1") }}', 3, /\$eval/],
  ['{{ secrets }}', 3, /one secret/],
  ['{{ $lookup(secrets, "A") }}', 11, /one secret/],
  ['{{ secrets."A" }}', 3, /one secret/],
])('%s is refused at %i', (source, at, message) => {
  expect(faultOf(source)).toEqual({ at, message: expect.stringMatching(message) as string })
})

test('long and deep expressions are refused', () => {
  expect(faultOf(`{{ "${'x'.repeat(10_000)}" }}`)?.message).toMatch(/10000 characters/)
  expect(faultOf(`{{ ${'['.repeat(4900)}1${']'.repeat(4900)} }}`)?.message).toMatch(/200 deep/)
  expect(faultOf('{{'.repeat(100_000))?.message).toMatch(/characters|closing/)
})

test('one expression keeps its type, with space around it too; text around it makes text', () => {
  const fill = (source: string, value: unknown) => {
    const template = read(source)
    return fillTemplate(template, {
      values: new Map(expressionsOf(template).map((expression) => [expression, value])),
      answers: new Map(),
    })
  }
  expect(fill('{{ n }}', 5)).toBe(5)
  expect(fill('  {{ n }}\n', [1])).toEqual([1])
  expect(fill('{{ n }}', undefined)).toBeNull()
  expect(fill('n: {{ n }}', 5)).toBe('n: 5')
  expect(fill('n: {{ n }}.', undefined)).toBe('n: .')
  expect(fill('n: {{ n }}', { a: [1, null] })).toBe('n: {"a":[1,null]}')
  expect(fill('{{ n }}{{ n }}', true)).toBe('truetrue')
  expect(writeText(0.1 + 0.2)).toBe('0.3')
  expect(writeText({ a: 0.1 + 0.2 })).toBe('{"a":0.3}')
})

describe('prompts', () => {
  const template = read('${ Is {{ n }} even? }')
  const prompt = template.whole as Extract<Part, { kind: 'prompt' }>

  test('are filled first, then answered', () => {
    const values = new Map(expressionsOf(template).map((expression) => [expression, 4]))
    expect(textOfPrompt(prompt, values)).toBe(' Is 4 even? ')
    const fill = (answer: string) => fillTemplate(template, { values, answers: new Map([[prompt, answer]]) })
    expect(['4', ' -1.5e3 ', 'true', 'false', 'yes', '04', '', 'NaN', '1e999'].map(fill)).toEqual([
      ...[4, -1500, true, false, 'yes', '04', '', 'NaN', '1e999'],
    ])
    expect(readAnswer('4 apples')).toBe('4 apples')
  })

  test('decide a condition by yes and no', () => {
    expect(['Yes.', 'true', 'NO', '"false"', 'maybe', 'yes and no', ''].map(readDecision)).toEqual([
      ...[true, true, false, false, null, null, null],
    ])
  })
})

test('a value decides as in JSONata', async () => {
  const values = [0, 1, '', 'false', true, false, null, [], [0], [0, 1], [[]], [[1]], [{}], {}, { a: 0 }]
  const expected = await Promise.all(values.map((value) => jsonata('$boolean(value)').evaluate({ value })))
  expect(values.map(isTrue)).toEqual(expected)
})

test('a condition is one expression; bare text is one too', () => {
  expect(readCondition('{{ a = 1 }}').read?.whole?.kind).toBe('expression')
  expect(shown(readCondition('a = 1').read!.parts)).toEqual([{ e: 'a = 1' }])
  expect(readCondition('${ Is it? }').read?.whole?.kind).toBe('prompt')
  for (const source of ['{{ a }} and {{ b }}', 'x {{ a }}', '${ a } b', '']) {
    expect([source, readCondition(source).fault]).toEqual([source, { at: 0, message: expect.any(String) as string }])
  }
})

test('not (x) is read as $not(x), secrets are known by name', () => {
  const [expression] = expressionsOf(
    read('{{ not (a.not) and a.not(b) & `not` & "not (" & not(secrets.A & secrets.`B c`) }}'),
  )
  expect(expression!.text.trim()).toBe('$not (a.not) and a.not(b) & `not` & "not (" & $not(secrets.A & secrets.`B c`)')
  expect(expression!.secrets).toEqual(['A', 'B c'])
})

test('lists and objects are walked, keys are literal', () => {
  const value = JSON.parse('{"a": ["{{x}}", 1, null, {"{{y}}": "z"}], "__proto__": "w"}') as unknown
  const seen: string[] = []
  const mapped = mapTexts(value, (text, path) => {
    seen.push(path.join('.'))
    return text.length
  })
  expect(JSON.stringify(mapped)).toBe('{"a":[5,1,null,{"{{y}}":1}],"__proto__":1}')
  expect(seen).toEqual(['a.0', 'a.3.{{y}}', '__proto__'])
})

test('time grows with the text', () => {
  const time = (source: string) => {
    const began = performance.now()
    readTemplate(source)
    return performance.now() - began
  }
  for (const part of ['{{ x }}', '\\{{', '{', '${ {} }', '$ { }', '{{ "a" & `b` }}', '/* */']) {
    expect(time(part.repeat(20_000))).toBeLessThan(5000)
  }
})
