import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../base/json.ts'
import { TemplateError, checkTemplate, renderTemplate } from './templates.ts'

type Variables = Record<string, JsonValue>

function faultOf(text: string, variables: Variables = {}): string {
  try {
    renderTemplate(text, variables)
  } catch (error) {
    if (error instanceof TemplateError) return error.message
    throw error
  }
  return 'none'
}

describe('rendering', () => {
  test.each<[string, Variables, string]>([
    ['no tags } { % at all\n', {}, 'no tags } { % at all\n'],
    ['Hi {{ custom_metadata.name }}!\n', { custom_metadata: { name: 'Ann' } }, 'Hi Ann!\n'],
    ['{% if a %}yes{% else %}no{% endif %}', { a: true }, 'yes'],
    ['{% for x in list if x > 1 %}{{ loop.index }}{{ x }}{% endfor %}', { list: [1, 2, 3] }, '1223'],
    ['{% for k, v in o|items %}{{ k }}={{ v }};{% endfor %}', { o: { a: 1, b: 'x' } }, 'a=1;b=x;'],
    ['{% set ns = namespace(n=0) %}{% for i in range(5) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}', {}, '10'],
    ['{% macro f(a, b="z") %}<{{ a }}{{ b }}{{ kwargs.c }}>{% endmacro %}{{ f(1) }}{{ f(2, c=3) }}', {}, '<1z><2z3>'],
    ['{% macro f() %}[{{ caller() }}]{% endmacro %}{% call f() %}in{% endcall %}', {}, '[in]'],
    ['{% filter upper %}abc{% endfilter %}{# nothing #}', {}, 'ABC'],
    ['{{ " a "|trim|upper() }}{{ [1, 2]|join(",") }}{{ x|d("y") }}{{ [1, 2]|count }}', {}, 'A1,2y2'],
    ['{{ "2026-01-31" < now }}', { now: '2026-02-01T00:00:00Z' }, 'true'],
    ['{{ {"a": [1, null]}|tojson }}{{ o }}', { o: { b: 'x' } }, '{"a": [1, null]}{"b": "x"}'],
    ['{{ range }}', { range: 'a variable of that name' }, 'a variable of that name'],
    ['{{ namespace }}', { namespace: 'here too' }, 'here too'],
    ['{{ 1 }}\n\n', {}, '1\n\n'],
  ])('%j with %j', (text, variables, output) => {
    expect(checkTemplate(text)).toBeNull()
    expect(renderTemplate(text, variables)).toBe(output)
  })

  test.each([
    '{{ a }}',
    '{{ a.b.c["d"][0].e }}',
    '{{ x[a] }}{{ x[1] }}{{ x.y.z }}',
    '{{ a + 1 }}{{ 1 - a }}{{ a ~ a }}{{ a > 3 }}{{ -a }}{{ a[1:2] }}',
    '{{ a|upper }}{{ a|first }}{{ []|first }}{{ a|items }}{{ a|join(",") }}{{ a|abs }}{{ a|replace("x", "y") }}',
    '{{ a.upper() }}{{ a.b.get("x") }}',
    '{% for i in a %}x{% endfor %}{% for k, v in a|items %}x{% endfor %}',
    '{{ null_value }}{{ null_value.x }}{{ null_value + 1 }}{{ null_value|upper }}',
    '{% if a is defined or a is odd or a in x or x in a or a == 1 %}x{% endif %}',
  ])('undefined and null render empty: %s', (text) => {
    expect(checkTemplate(text)).toBeNull()
    expect(renderTemplate(text, { x: {}, null_value: null })).toBe('')
  })

  test('an undefined part of a text is omitted', () => {
    expect(renderTemplate('{{ "Hi " ~ name ~ "!" }}{{ "a" + name }}{{ name|length }}', {})).toBe('Hi !a0')
  })

  test.each([
    '{{ a.__proto__ }}{{ a.constructor }}{{ a["__proto__"] }}{{ a.toString }}{{ a.hasOwnProperty }}',
    '{{ __proto__ }}{{ constructor }}{{ toString }}{{ this }}{{ globalThis }}{{ process }}{{ require }}',
    '{{ "".constructor }}{{ [].constructor }}{{ (1).constructor }}{{ range.constructor }}{{ "x".__proto__.x }}',
    '{{ a.get("__proto__") }}{{ a.get("constructor") }}{{ a|get("constructor") }}',
    '{{ "__proto__" in a or "constructor" in a or "" }}',
  ])('prototypes are unreachable: %s', (text) => {
    expect(renderTemplate(text, { a: {} }).replace('false', '')).toBe('')
  })

  test('own keys with the names of a prototype are plain data', () => {
    const a = JSON.parse('{"__proto__": "p", "constructor": "c"}') as JsonValue
    expect(renderTemplate('{{ a.__proto__ }}{{ a.constructor }}', { a })).toBe('pc')
    expect(({} as Record<string, unknown>)['p']).toBeUndefined()
  })

  test('functions can be called, but neither printed nor stored', () => {
    const text = '{{ range }}{{ namespace }}{% macro m() %}x{% endmacro %}{{ m }}{{ "x".upper }}{% set f = m %}{{ f }}'
    expect(renderTemplate(text, {})).toBe('')
    expect(renderTemplate('{{ "x".upper() }}{{ range(2)|join }}', {})).toBe('X01')
  })

  test('the output is limited', () => {
    expect(faultOf('x'.repeat(200_001))).toBe('the output exceeds 200000 characters')
    expect(faultOf('{{ a }}', { a: 'x'.repeat(200_001) })).toBe('the output exceeds 200000 characters')
    expect(renderTemplate('{{ a }}', { a: 'x'.repeat(200_000) })).toHaveLength(200_000)
    expect(() => renderTemplate('{{ a }}', { a: 'xx' }, { max_output: 1 })).toThrow(TemplateError)
  })
})

describe('syntax', () => {
  test.each([
    ['{{ a', 'Unexpected end of input'],
    ['{{', 'it ends inside a tag or block'],
    ['{% if a %}', 'it ends inside a tag or block'],
    ['{% if %}{% endif %}', 'Unexpected token: CloseStatement'],
    ['{{ a b }}', 'Expected closing expression token'],
    ['{{ a | xmlattr(10) }}', 'unknown filter: xmlattr'],
    ['{% filter nope %}x{% endfilter %}', 'unknown filter: nope'],
    ['{{ a is divisible }}', 'unknown test: divisible'],
    ['{{ a|constructor }}', 'unknown filter: constructor'],
    ['{% include "/etc/passwd" %}', 'Unknown statement type: include'],
    ['{# open', 'Missing end of comment tag'],
    [`{{ a }}${' '.repeat(501)}`, 'it contains more than 500 white space characters in a row'],
    [`{{ a }}${'x'.repeat(200_000)}`, 'it exceeds 200000 characters'],
    [`{{ ${'('.repeat(90_000)}1${')'.repeat(90_000)} }}`, 'too deeply nested'],
    [`{{ a${'~a'.repeat(90_000)} }}`, 'too deeply nested'],
    [`{{ a${'.a'.repeat(90_000)} }}`, 'too deeply nested'],
    ['{% if a %}'.repeat(15_000), 'too deeply nested'],
  ])('%.60s', (text, message) => {
    expect(checkTemplate(text)).toBe(message)
    expect(faultOf(text)).toBe(message)
  })

  test.each([
    ['{{ "a" * 2 }}', 'Unknown operator "*" between text and whole number'],
    ['{{ a | upper }}', 'Unknown mapping filter: upper'],
    ['{% for x in 5 %}{% endfor %}', 'Expected iterable or object type in for loop: got whole number'],
  ])('%s: kinds of values are named in words', (text, message) => {
    expect(faultOf(text, { a: {} })).toBe(message)
  })

  test('repeated compilation gives the same result or the same fault', () => {
    for (let i = 0; i < 3000; i++) expect(checkTemplate(`{{ a${i} }}`)).toBeNull()
    for (let i = 0; i < 2; i++) expect(checkTemplate('{{ ')).not.toBeNull()
  })
})

test.each([
  '{{ [1] | select(secret) | list }}',
  '{{ [1] | reject(secret) | list }}',
  '{% macro m(a) %}{% endmacro %}{{ m(**{secret: 1}) }}',
])('the fault of %s quotes no value', (template) => {
  const render = () => renderTemplate(template, { secret: 'ada@example.com' })
  expect(render).toThrow(TemplateError)
  expect(render).not.toThrow(/ada/)
})

describe('bounds: no template runs long or grows large', () => {
  const b = 'x'.repeat(60_000)
  const haystack = 'a'.repeat(900_000)
  const needle = `${'a'.repeat(200)}b${'a'.repeat(50_000)}`
  const list = Array.from({ length: 3000 }, (_, index) => `yyyyyyyyyy${(index * 7919) % 3000}`)
  const records = list.map((a) => ({ a }))
  const deep = JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as JsonValue
  // Each contains the next one twice. The innermost is filled first, when the others are not measured again.
  const levels = Array.from({ length: 30 }, (_, index) => index)
  const bush = [
    ...levels.map((level) => `{% set n${level} = namespace(x='y') %}`),
    ...levels.slice(1).map((level) => `{% set a${level} = [n${level}, n${level}] %}`),
    ...levels.slice(1).map((level) => `{% set n${level - 1}.x = a${level} %}`),
    '{{ n0 }}',
  ].join('')
  const loop = (body: string) => `{% for i in range(10000) %}${body}{% endfor %}`

  test.each<[string, string, Variables]>([
    ['a huge range', '{% for i in range(100000000) %}x{% endfor %}', {}],
    ['a range of a string', '{{ range("5") }}', {}],
    ['nested loops', loop(loop(loop('x'))), {}],
    ['nested loops without a body', loop(loop('')), {}],
    [
      'nested loops over a variable',
      `{% for i in list %}${'{% for j in list %}'.repeat(3)}${'{% endfor %}'.repeat(4)}`,
      { list },
    ],
    ['continue in nested loops', loop(loop('{% continue %}')), {}],
    ['multiplied text', '{{ "a" * 1000000000 }}', {}],
    ['doubled text', `{% set n = namespace(s="a") %}${loop('{% set n.s = n.s ~ n.s %}')}`, {}],
    ['doubled text with plus', `{% set n = namespace(s="a") %}${loop('{% set n.s = n.s + n.s %}')}`, {}],
    ['doubled list', `{% set n = namespace(s=["a"]) %}${loop('{% set n.s = n.s + n.s %}')}`, {}],
    ['doubled nesting', `{% set n = namespace(s=["a"]) %}${loop('{% set n.s = [n.s, n.s] %}')}{{ n.s }}`, {}],
    ['nesting', `{% set n = namespace(s=["a"]) %}${loop('{% set n.s = [n.s] %}')}{{ n.s }}`, {}],
    ['a namespace inside itself', '{% set n = namespace() %}{% set n.a = n %}{{ n }}', {}],
    ['a namespace in a list inside itself', '{% set n = namespace() %}{% set n.a = [n, n] %}{{ n }}', {}],
    ['namespaces that are filled after they are combined', bush, {}],
    ['join', '{{ range(10000)|join(b) }}', { b }],
    ['join by keyword', '{{ range(10000)|join(separator=b) }}', { b }],
    ['replace of nothing', '{{ b.replace("", b) }}', { b }],
    ['replace as a filter', '{{ b|replace("x", b) }}', { b }],
    ['replace under another name', '{% set f = b.replace %}{{ f("", b) }}', { b }],
    ['replace by index', '{{ b["replace"]("", b) }}', { b }],
    ['replace with spread arguments', '{{ b.replace(*["", b]) }}', { b }],
    ['replace in a filter block', '{% filter replace("", b) %}{{ b }}{% endfilter %}', { b }],
    ['replace in a call block', '{% set f = b.replace %}{% call f("", b) %}{% endcall %}', { b }],
    ['indent', '{{ b|indent(1000000000, true) }}', { b }],
    ['indent by infinity', '{{ b|indent(1 // 0, true) }}', { b }],
    ['tojson with indent', '{{ [[1]]|tojson(indent=1000000000) }}', {}],
    ['tojson with separators', '{{ range(10000)|tojson(separators=(b, b)) }}', { b }],
    ['a search at its worst', '{{ needle in haystack }}', { needle, haystack }],
    ['a split at its worst', '{{ haystack.split(needle)|length }}', { needle, haystack }],
    ['a replace at its worst', '{{ haystack.replace(needle, "") }}', { needle, haystack }],
    ['a large list printed often', '{{ list }}'.repeat(15_000), { list }],
    ['a large text printed often', '{{ b }}'.repeat(20_000), { b }],
    ['a large text printed in a loop', loop('{{ b }}'), { b }],
    ['recursion', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}', {}],
    ['recursion in two', '{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(40) }}', {}],
    ['a macro defined often', loop(`{% macro f() %}${'{{ 1 }}'.repeat(20_000)}{% endmacro %}`), {}],
    ['undefined names', loop('{{ a }}{{ b }}{{ c }}{{ d }}{{ e }}{{ f }}{{ g }}{{ h }}{{ i }}'.repeat(3)), {}],
    ['methods', loop('{{ b.upper().lower()|length }}'), { b }],
    ['slices', loop('{{ b[0:1] }}'), { b }],
    ['sort', loop('{{ list|sort|first }}'), { list }],
    ['sort by a long attribute', '{{ records|sort(attribute=path)|first }}', { records, path: 'a.'.repeat(30_000) }],
    ['map by a long attribute', loop('{{ records|map(attribute="a.a.a.a.a.a.a.a.a.a")|length }}'), { records }],
    ['unique', loop('{{ list|unique|length }}'), { list }],
    ['values nested deeply', '{{ deep }}', { deep }],
    ['powers', loop('{{ 9.9 ** 300 * 2 }}'), {}],
    ['break outside a loop', '{% break %}', {}],
  ])('%s', (_, text, variables) => {
    const before = process.cpuUsage()
    expect(faultOf(text, variables)).not.toBe('none')
    // Takes about a tenth of that; a hang would take minutes.
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000)
  })

  test('realistic templates stay well within the bounds', () => {
    const orders = Array.from({ length: 500 }, (_, id) => ({ id, items: ['a', 'b'], total: id * 2 }))
    const text = '{% for o in orders %}- {{ o.id }}: {{ o["items"]|join(", ") }} ({{ o.total }})\n{% endfor %}'
    expect(renderTemplate(text, { orders }).split('\n')).toHaveLength(501)
  })
})

test('every text compiles and renders, or throws a TemplateError', () => {
  const pieces = fc.constantFrom(
    ...[
      '{{ ',
      ' }}',
      '{% ',
      ' %}',
      '{#',
      '#}',
      'if ',
      'else',
      'endif',
      'for ',
      ' in ',
      'endfor',
      'set ',
      ' = ',
      'macro ',
    ],
    ...[
      'f',
      '()',
      'endmacro',
      'x',
      '.y',
      '[0]',
      '[',
      ']',
      '(',
      ')',
      '{',
      '}',
      ':',
      ',',
      '|join',
      '|upper',
      ' is ',
      'odd',
    ],
    ...['1', '"s"', ' ~ ', ' + ', ' * ', ' and ', ' not ', 'range(3)', 'text\n', 'loop.index', '*', '**', '-', 'break'],
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), fc.jsonValue(), (parts, x) => {
      const text = parts.join('')
      const fault = checkTemplate(text)
      const outcome = faultOf(text, { x: x as JsonValue })
      if (fault !== null) expect(outcome).toBe(fault)
    }),
    { numRuns: 3000 },
  )
})
