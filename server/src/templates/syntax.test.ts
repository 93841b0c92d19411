// What is rewritten before a template is parsed takes time by its length, and what is counted before that is about what there is.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { estimateTokens, tokenizeAll } from './syntax.ts'

test.each<[string, string]>([
  ['with, which nobody closes', '{% with a=1 %}'.repeat(100_000)],
  ['with', '{% with a=1 %}{% endwith %}'.repeat(40_000)],
])('%s, many times over', (_what, text) => {
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

test('tokens are estimated to be no fewer than they are, nor many more', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join(' ')
      const within = tokenizeAll(text).filter(({ type }) => type !== 'Text' && type !== 'Comment')
      const estimated = estimateTokens(text, 10_000)
      // Some tests become filters of some more tokens.
      expect(estimated).toBeGreaterThanOrEqual(within.length / 1.5)
      expect(estimated).toBeLessThanOrEqual(3 * within.length + 10 * pieces.length)
      expect(estimateTokens(text, 3)).toBeLessThanOrEqual(Math.min(estimated, 5))
    }),
    { numRuns: 2000 },
  )
})
