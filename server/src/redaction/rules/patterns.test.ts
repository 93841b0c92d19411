import { expect, test } from 'vitest'
import { max_patterns_size, patternFaults } from './patterns.ts'
import { redactorOf } from './redaction.ts'

const redact = (pattern: string, text: string) => redactorOf({ rules: [{ name: 'x', pattern }] })!.redactText(text)

test.for([
  [String.raw`KD-\d{6}`, 'KD-123456, kd-123456 KD-12345', '[x], kd-123456 KD-12345'],
  [String.raw`(?i)kd-\d+`, 'KD-1 kd-22', '[x] [x]'],
  [String.raw`\bACME\b`, 'ACME ACMEs XACME acme ACME', '[x] ACMEs XACME acme [x]'],
  ['^begin|end$', 'begin end begin end', '[x] end begin [x]'],
  ['(?m)^b$', 'b\nab\nb', '[x]\nab\n[x]'],
  ['foo|foobar', 'foobar foo', '[x] [x]'],
  ['a*', 'baac', 'b[x]c'],
  [String.raw`\b`, 'nothing', 'nothing'],
  ['é+', 'caféé é', 'caf[x] [x]'],
  ['😀', 'a😀b', 'a[x]b'],
  [String.raw`[^\s]+@corp`, 'me@corp you', '[x] you'],
  [String.raw`\p{Lu}\d`, 'Ä1 a1 B2', '[x] a1 [x]'],
  ['.', 'ab\nc', '[x]\n[x]'],
  [String.raw`\d\d`, '12345 6', '[x] 6'],
] as const)('%s in %j', ([pattern, text, expected]) => {
  expect(redact(pattern, text)).toBe(expected)
})

test('the first of overlapping matches gives the name; patterns come before the known kinds', () => {
  const rules = [
    { name: 'late', pattern: 'bcd' },
    { name: 'early', pattern: 'abc' },
  ]
  expect(redactorOf({ rules })!.redactText('abcd bcd')).toBe('[early] [late]')
  const own = redactorOf({ rules: ['phone', { name: 'order', pattern: String.raw`0171 \d+` }] })!
  expect(own.redactText('0171 1234567 and 0172 1234567')).toBe('[order] and [phone]')
})

test('faults name the field and the reason', () => {
  const faultsOf = (name: string, pattern: string, left = max_patterns_size) =>
    patternFaults({ name, pattern }, new Set(['taken']), { left }).map(({ field, message }) => `${field} ${message}`)
  expect(faultsOf('order_number', String.raw`\d+`)).toEqual([])
  expect(faultsOf('taken', 'a')).toEqual([expect.stringContaining('name is used by another rule')])
  for (const pattern of ['(', '[a', '*a', String.raw`(a)\1`, '(?=a)', '(?<!a)b', 'a{2,1}', 'a{1,5000}']) {
    expect(faultsOf('a', pattern), pattern).toEqual([expect.stringContaining('pattern is not a regular expression')])
  }
  expect(faultsOf('a', '(a{1,30}){1,30}')).toEqual([expect.stringContaining('pattern exceeds the compiled size')])
})

test('hostile patterns and texts take linear time; what would take too long is withheld', () => {
  const size = 262_144
  const timed = (pattern: string, text: string) => {
    const before = process.cpuUsage()
    const result = redact(pattern, text)
    expect(process.cpuUsage(before).user / 1000, pattern).toBeLessThan(5000)
    return result
  }
  for (const pattern of ['(a+)+$', '(a|aa)+$', '(.*)*x', '([ab]*a){20}c']) timed(pattern, `${'a'.repeat(size)}!`)
  // Of a match that is longer than what is held back, the last part is covered.
  expect(timed('(a+)+$', 'a'.repeat(size)).length).toBe(size - 256 + '[x]'.length)
  expect(timed('[ab]*a[ab]{400}c', 'ab'.repeat(size / 2))).toMatch(/^(ab)+a?\[withheld\]$/)
  expect(timed('(a?){100}a{100}b', 'a'.repeat(size))).toMatch(/^a+\[withheld\]$/)
  // Nothing begins, but beyond ASCII that is a comparison with each pattern.
  const pattern = (at: number) => `[Ā-${String.fromCodePoint(0x2_00 + at)}]b`
  const rules = Array.from({ length: 50 }, (_, at) => ({ name: `r${at}`, pattern: pattern(at) }))
  expect(redactorOf({ rules })!.redactText('漢'.repeat(4 * size))).toMatch(/^漢+\[withheld\]$/)
})
