// Rewriting before parsing takes linear time, and the estimated number of tokens is close to the real one.
import { tokenize } from '@huggingface/jinja'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { estimateTokens, tokenizeAll } from './syntax.ts'

test.each<[string, string]>([
  ['with, never closed', '{% with a=1 %}'.repeat(100_000)],
  ['with', '{% with a=1 %}{% endwith %}'.repeat(40_000)],
])('%s, repeated many times', (_what, text) => {
  const before = process.cpuUsage()
  expect(tokenizeAll(text).length).toBeGreaterThan(100_000)
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(4000)
})

const literal = fc.constantFrom(
  '1',
  '"a"',
  "'}}'",
  '"\\""',
  '{"a": {"b": 1}}',
  '[1, 2.5]',
  'a.b',
  'a is divisibleby 3',
  '-1',
)
const piece = fc.oneof(
  fc.constantFrom(
    'text, "quoted',
    "it's",
    ' ',
    '\n',
    '{',
    '{# a "comment" {{ #}',
    '%}',
    '{% endif %}',
    '{% raw %}{{ a }}{% endraw %}',
  ),
  literal.map((one) => `{{ ${one} }}`),
  literal.map((one) => `{%- if ${one} == a -%}`),
  fc.array(literal, { maxLength: 5 }).map((some) => `{{- f(${some.join(', ')})|join("") -}}`),
)

test('the token estimate is never too low, and not much too high', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join(' ')
      const within = tokenizeAll(text).filter(({ type }) => type !== 'Text' && type !== 'Comment')
      const estimated = estimateTokens(text, 10_000)
      // Some tests become filters with a few more tokens.
      expect(estimated).toBeGreaterThanOrEqual(within.length / 1.5)
      expect(estimated).toBeLessThanOrEqual(3 * within.length + 10 * pieces.length)
      expect(estimateTokens(text, 3)).toBeLessThanOrEqual(Math.min(estimated, 5))
    }),
    { numRuns: 2000 },
  )
})

const space = ' '.repeat(200_000)
/** Inside raw blocks. Elsewhere no template can have this much white space in a row. */
test.each([
  `{% raw -%}${space}{%- endraw %}`,
  `{% raw %}a${space}{%- endraw -%}${space}{%-${space}raw%}{% endraw${space}%}`,
  `{% raw %}${' {%- '.repeat(40_000)}{% endraw %}`,
])('much white space, case %#', (text) => {
  const before = process.cpuUsage()
  expect(tokenizeAll(text).length).toBeGreaterThan(0)
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000)
})

test.each([
  ['{% raw %}a{% endraw -%}\n{%- raw %}{{ b }}{% endraw %}', 'a{{ b }}'],
  ['x{% raw -%} {%- endraw %}y', 'xy'],
  ['x{% raw -%}\n{%- endraw %}{% raw %}{{ b }}{% endraw %}', 'x{{ b }}'],
  ['x{% raw -%}{%- endraw -%} {%- raw -%} \n {%- endraw -%} y', 'xy'],
])('white space between two tags that trim it: %j', (text, shown) => {
  const tokens = tokenizeAll(text)
  expect([tokens.map(({ type }) => type), tokens.map(({ value }) => value).join('')]).toEqual([['Text'], shown])
})

/** The simplest correct version. It takes quadratic time for much white space. */
function tokenizeSlowly(text: string) {
  const raw: string[] = []
  const block = /(?:\s*\{%-|\{%\+?)\s*raw\s*(?:-%\}\s*|%\})([^]*?)(?:\s*\{%-|\{%\+?)\s*endraw\s*(?:-%\}\s*|%\})/g
  const left = text.replace(block, (_whole, inner) => `\ufdd2${raw.push(inner) - 1}\ufdd3`)
  if (/\{%[-+]?\s*raw\s*-?%\}/.test(left)) throw new Error('raw without endraw')
  const restore = (value: string) => value.replace(/\ufdd2(\d+)\ufdd3/g, (_whole, n) => raw[Number(n)]!)
  return (tokenize(left) as ReturnType<typeof tokenizeAll>).map(({ type, value }) => ({
    type,
    value: type === 'Text' ? restore(value) : value,
  }))
}

test('raw blocks end correctly, whatever surrounds them', () => {
  const part = fc.constantFrom('{%', '{%-', '-', '%}', '-%}', ' ', '\n', 'raw', 'endraw', 'x', '+')
  const tag = fc
    .tuple(
      fc.constantFrom('{%', '{%-', '{%+', '{%- '),
      fc.constantFrom('raw', ' endraw', 'raw '),
      fc.constantFrom('%}', '-%}', ' -%}'),
    )
    .map((parts) => parts.join(''))
  let blocks = 0
  fc.assert(
    fc.property(fc.array(fc.oneof(part, tag), { maxLength: 12 }), (parts) => {
      const text = parts.join('')
      const outcome = (run: () => unknown) => {
        try {
          return run()
        } catch {
          return 'refused'
        }
      }
      const tokens = outcome(() => tokenizeAll(text))
      if (tokens !== 'refused' && text.includes('endraw')) blocks += 1
      expect(tokens).toEqual(outcome(() => tokenizeSlowly(text)))
    }),
    { numRuns: 5000 },
  )
  expect(blocks).toBeGreaterThan(500)
})
