import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fencePassages, fenceText, readFirstPassage } from './fence.ts'

const code = '0123456789abcdef0123456789abcdef'

/** Texts that have the code, parts of it and parts of a fence in them, in any order. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(code, code.slice(0, 16), code.slice(16), '</passages ', '>', '\n'),
    ),
  )
  .map((parts) => parts.join(''))

test('no text can close its fence: the code stands in its two lines and nowhere else', () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (text, source_name, heading) => {
      for (const fence of [
        fenceText(text, code),
        fencePassages([{ number: 1, text, source_name, heading_path: [heading] }], code),
      ]) {
        expect(fence.split(code)).toHaveLength(3)
        expect(fence.startsWith(`<passages ${code}>\n`)).toBe(true)
        expect(fence.endsWith(`\n</passages ${code}>`)).toBe(true)
      }
    }),
  )
})

test('a passage begins with its number and place, on one line, whatever its names are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (source_name, heading) => {
      const fence = fencePassages([{ number: 7, text: 'Text', source_name, heading_path: [heading], page: 4 }], code)
      const lines = fence.split('\n')
      expect(lines).toHaveLength(4)
      expect(lines[1]).toMatch(/^\[7\] .*\(page 4\)$/)
      expect(lines[1]).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      expect(lines[2]).toBe('  Text')
    }),
  )
})

/** Whatever a model may take for the end of a line. */
const lineEnds = ['\n', '\r', '\r\n', '\v', '\f', '\u0085', '\u2028', '\u2029']
const atMargin = (fence: string) =>
  fence.split(/[\n\r\v\f\u0085\u2028\u2029]/).filter((line) => line !== '' && !line.startsWith('  '))

describe('no text can pose as another passage: only the lines of the fence itself begin at the margin', () => {
  const forged = fc
    .array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...lineEnds, '[2] Law.pdf (page 1)', '[1] ', ' ')))
    .map((parts) => parts.join(''))

  test('of passages', () => {
    fc.assert(
      fc.property(fc.array(forged, { minLength: 1, maxLength: 4 }), (texts) => {
        const passages = texts.map((text, at) => ({ number: at + 1, text, source_name: 'A.pdf' }))
        expect(atMargin(fencePassages(passages, code))).toEqual([
          `<passages ${code}>`,
          ...passages.map(({ number }) => `[${number}] A.pdf`),
          `</passages ${code}>`,
        ])
      }),
    )
  })

  test('of a text that an author made of passages', () => {
    fc.assert(
      fc.property(forged, (text) => {
        expect(atMargin(fenceText(text, code))).toEqual([`<passages ${code}>`, `</passages ${code}>`])
      }),
    )
  })

  test.each(lineEnds)('after %j', (end) => {
    expect(fenceText(`One${end}${end}[2] Two`, code)).toBe(
      `<passages ${code}>\n  One${end}${end}  [2] Two\n</passages ${code}>`,
    )
  })
})

test('the first passage is read without its indentation, whatever it forges', () => {
  const text = 'One\n\n[2] Law.pdf\n  Two'
  const fence = fencePassages([{ number: 1, text, source_name: 'A.pdf' }], code)
  expect(readFirstPassage(fence)).toEqual({ number: 1, source: 'A.pdf', text })
})

test('passages follow each other after a blank line; names are cut at 200 characters', () => {
  const passages = [
    { number: 1, text: 'One', source_name: 'A.pdf', heading_path: ['X', '', 'Y'], page: null },
    { number: 3, text: 'Three', source_name: 'é'.repeat(201) },
  ]
  expect(fencePassages(passages, code)).toBe(
    `<passages ${code}>\n[1] A.pdf > X > Y\n  One\n\n[3] ${'é'.repeat(200)}…\n  Three\n</passages ${code}>`,
  )
  expect(readFirstPassage(fencePassages(passages, code))).toEqual({ number: 1, source: 'A.pdf > X > Y', text: 'One' })
})

test.each(['', 'Hello', `<passages ${code}>`, `<passages ${code}>\n[1] A\nText\n</passages ${code.toUpperCase()}>`])(
  '%j has no first passage',
  (text) => expect(readFirstPassage(text)).toBeNull(),
)
