import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readMarks } from '../../../test/redaction/measure.ts'
import { withPersonalData, withoutPersonalData } from '../../../test/redaction/texts.ts'
import { redactorOf } from './redaction.ts'

const redactor = redactorOf({
  rules: [
    ...(['email', 'phone', 'credit_card', 'iban', 'ip_address'] as const),
    { name: 'customer', pattern: String.raw`\bKD-\d+\b` },
    { name: 'word_pair', pattern: 'secret \\w+ of (the )?\\w+' },
    { name: 'end', pattern: '!+$' },
  ],
})!

function inPieces(pieces: string[]): string[] {
  const stream = redactor.begin()
  return [...pieces.map((piece) => stream.push(piece)), stream.end()]
}

const texts = [...withPersonalData, ...withoutPersonalData].map((marked) => readMarks(marked).text)
const custom = [
  'KD-123456, KD-7',
  'a secret word of the day and a secret word of none',
  'Wait!!',
  '😀KD-1😀',
  'x KD-12a!',
]

test('each text of the table, cut at every boundary, and into single units, gives the same', () => {
  for (const text of [...texts, ...custom]) {
    const whole = redactor.redactText(text)
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(inPieces([text.slice(0, cut), text.slice(cut)]).join('')).toBe(whole)
    }
    expect(inPieces(text.split('')).join('')).toBe(whole)
  }
})

test('any text in any pieces gives the same', () => {
  const parts = fc.constantFrom(
    ...[
      'ada@example.com',
      '+49 30 ',
      '0171',
      ' 123',
      '4567',
      '4111 1111 ',
      '1111 1111',
      'DE89 3704 0044 ',
      '0532 0130 00',
    ],
    ...[
      ' ',
      '\n',
      '(',
      '-',
      '.',
      ',',
      'call ',
      'order ',
      'KD-',
      '42',
      'secret ',
      'of ',
      '!',
      '😀',
      '\ud83d',
      'x'.repeat(600),
    ],
    ...['192.168.', '1.1', '2001:db8:', ':1', '[email]', '电话'],
  )
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 24 }), fc.array(fc.nat({ max: 40 }), { maxLength: 30 }), (made, sizes) => {
      const text = made.join('')
      const pieces: string[] = []
      let from = 0
      for (const size of sizes) {
        pieces.push(text.slice(from, from + size))
        from += size
      }
      pieces.push(text.slice(from))
      expect(inPieces(pieces).join('')).toBe(redactor.redactText(text))
    }),
    { numRuns: 3000 },
  )
})

test('what is emitted is final, and no more than the current word or number is held back', () => {
  expect(inPieces(['Hello, my ', 'mail is ada@exa', 'mple.com, ', 'bye'])).toEqual([
    'Hello, my ',
    'mail is ',
    '[email], ',
    '',
    'bye',
  ])
  const kinds = redactorOf({ rules: ['email', 'phone', 'credit_card', 'iban', 'ip_address'] })!
  const longest = (text: string, { begin } = kinds) => {
    const stream = begin()
    let [held, most] = [0, 0]
    for (const unit of text) {
      held += unit.length - stream.push(unit).length
      most = Math.max(most, held)
    }
    return most
  }
  expect(longest('The quick brown fox jumps over the lazy dog. '.repeat(20))).toBeLessThanOrEqual(6)
  expect(longest('x'.repeat(5000))).toBeLessThanOrEqual(512)
  expect(longest('1 '.repeat(5000))).toBeLessThanOrEqual(128)
  const pattern = redactorOf({ rules: [{ name: 'x', pattern: 'a.*z' }] })!
  expect(longest('a'.repeat(5000), pattern)).toBeLessThanOrEqual(260)
})
