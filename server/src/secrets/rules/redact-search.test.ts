// Compares redaction with a search at each place separately, and tests what it does when the search reaches its limit.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedactor, withheld } from './redact.ts'
import { createTrace, viewsOf } from './traces.ts'

const wordOf = (letters: readonly string[], minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...letters), minLength, maxLength })

const named = (values: readonly string[]) => new Map(values.map((value, at) => [`S${at}`, value]))

/** The longest secret that covers a character owns it; adjacent characters of a secret become one marker. */
function redactNaively(text: string, values: readonly string[]): string {
  const sorted = [...named(values)].toSorted((a, b) => b[1].length - a[1].length)
  const owners = text.split('').map((_, place) =>
    sorted.find(([, value]) => {
      const starts = Array.from({ length: value.length }, (_start, back) => place - back)
      return starts.some((start) => start >= 0 && text.startsWith(value, start))
    }),
  )
  return owners
    .map((owner, place) =>
      owner === undefined ? text[place] : owner === owners[place - 1] ? '' : `[secret ${owner[0]}]`,
    )
    .join('')
}

test('a plain text is redacted like with a search at each place', () => {
  const values = fc.array(wordOf(['a', 'b'], 4, 9), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(values, wordOf(['a', 'b', 'x'], 0, 60), (given, text) => {
      expect(createRedactor(named(given)).redactText(text)).toBe(redactNaively(text, given))
    }),
    { numRuns: 2000 },
  )
})

function hasTrace(text: string, values: readonly string[]): boolean {
  const traces = values.map((value) => createTrace(value, ''))
  return viewsOf(text).some((view) =>
    traces.some(
      ({ wholes, needles }) =>
        wholes.some((whole) => view.folded.includes(whole)) || needles.some((needle) => view.text.includes(needle)),
    ),
  )
}

const written: ((text: string) => string)[] = [
  (text) => text,
  encodeURIComponent,
  (text) => JSON.stringify(text).slice(1, -1),
  (text) =>
    text
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  (text) =>
    text
      .split('')
      .map((unit) => `&#${unit.charCodeAt(0)};`)
      .join(''),
  (text) => Buffer.from(text).toString('base64'),
  (text) => text.toUpperCase(),
]

test.each([
  [['a', 'b', '\\', '"']],
  [['a', '%', '4', '1', '+', ' ']],
  [['a', '&', '#', ';', '9', '7']],
  [['İ', 'i', 'ü', 'Σ', '/']],
])('nothing of %j can be found in any form after redaction', (letters) => {
  const form = fc.nat(written.length - 1)
  const piece = fc.record({ before: wordOf(letters, 0, 6), at: fc.nat(3), forms: fc.tuple(form, form) })
  const values = fc.array(wordOf(letters, 4, 9), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(values, fc.array(piece, { minLength: 1, maxLength: 5 }), (given, pieces) => {
      const text = pieces
        .map(({ before, at, forms: [one, two] }) => before + written[two]!(written[one]!(given[at % given.length]!)))
        .join('')
      const left = createRedactor(named(given)).redactText(text)
      expect(left === text).toBe(!hasTrace(text, given))
      expect(hasTrace(left.replaceAll(/\[secret S\d\]/g, '\ufffe'), given)).toBe(false)
    }),
    { numRuns: 400 },
  )
})

describe('a text that exceeds the limit of a search', () => {
  // Every part of a repetitive text is a secret, and every level of decoding is another text.
  const period = 'abcdefghijklmnopqrst'
  const stretches = Array.from({ length: 200 }, (_, at) => period.repeat(3).slice(at % 20, (at % 20) + 4 + at / 20))
  const redactor = createRedactor(named(stretches))
  const text = `${period.repeat(40_000)}${'\\'.repeat(64)}"`

  test('is withheld, with a notice', () => {
    expect(redactor.redactText(text)).toBe(withheld)
    expect(redactor.redactValue({ said: text, more: [1, 'abcdefgh'] })).toBe(withheld)
  })

  test('has the notice also if its end was cut off', () => {
    expect(redactor.redactCut(text, true)).toBe(withheld)
  })

  test('does not affect the next one', () => {
    expect(redactor.redactText('an abcdefgh')).toBe('an [secret S80]')
  })
})

test('the end of a cut text is omitted if it may be half a secret', () => {
  const { redactCut, margin_bytes } = createRedactor(named(['a-secret']))
  const text = `${'a-secret, '.repeat(3)}${'.'.repeat(margin_bytes)}a-sec`
  expect(redactCut(text, false)).toBe(`${'[secret S0], '.repeat(3)}${'.'.repeat(margin_bytes)}a-sec`)
  expect(redactCut(text, true)).toBe(`${'[secret S0], '.repeat(3)}.....`)
})

test('decoding many bytes that are not characters costs only once for each', () => {
  const { redactText } = createRedactor(named(['abcd', 'bcde']))
  const before = process.cpuUsage()
  expect(redactText('%ff%61%62%63%64'.repeat(20_000))).toBe('[secret S0]')
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000)
})

test('text that may become a secret is held back letter by letter', () => {
  const { beginningAtEnd } = createRedactor(named(['abababc', 'babx', 'a'.repeat(8000)]))
  expect(['', 'x', 'xab', 'ababa', 'abababc', 'abab', 'xbab'].map(beginningAtEnd)).toEqual([0, 0, 2, 5, 0, 4, 3])
  expect(beginningAtEnd('a'.repeat(9000))).toBe(7999)
})
