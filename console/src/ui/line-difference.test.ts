import { describe, expect, test } from 'vitest'
import { type DifferenceRow, compareLines } from './line-difference.ts'

/** `-` and `+` before what has gone and come, with the words that differ in brackets. */
const draw = (rows: DifferenceRow[]) =>
  rows.map((row) => {
    if ('skipped' in row) return `… ${row.skipped}`
    const side = (pieces: typeof row.before) =>
      pieces?.map(({ text, isChanged }) => (isChanged ? `[${text}]` : text)).join('') ?? ''
    return row.isSame ? `= ${side(row.before)}` : `- ${side(row.before)} + ${side(row.after)}`
  })
const numbered = (count: number) => Array.from({ length: count }, (_none, index) => `line ${index}`)

describe('compareLines', () => {
  test('sets a line beside what has become of it, with the words that differ', () => {
    expect(draw(compareLines('Be brief.\nAnswer in German.', 'Be brief.\nAnswer in English.'))).toEqual([
      '= Be brief.',
      '- Answer in [German]. + Answer in [English].',
    ])
  })

  test('marks no words where hardly any is the same', () => {
    expect(draw(compareLines('One two.', 'Completely other words here.'))).toEqual([
      '- One two. + Completely other words here.',
    ])
  })

  test('knows lines that have only gone, or only come', () => {
    expect(draw(compareLines('a\nb', 'a'))).toEqual(['= a', '- b + '])
    expect(draw(compareLines('', 'a\nb'))).toEqual(['-  + a', '-  + b'])
    expect(draw(compareLines('a\nb\nc', 'x'))).toEqual(['- a + x', '- b + ', '- c + '])
  })

  test('leaves out what is the same, but for two lines around a change', () => {
    const lines = numbered(12)
    expect(draw(compareLines(lines.join('\n'), lines.with(6, 'other').join('\n')))).toEqual([
      '… 4',
      '= line 4',
      '= line 5',
      '- line 6 + other',
      '= line 7',
      '= line 8',
      '… 3',
    ])
    expect(compareLines('a', 'a\n')).toHaveLength(1)
  })

  test('is over in a moment, whatever the texts are', () => {
    const [before, after] = [numbered(4000), numbered(4000).map((line) => `${line} other`)]
    const rows = compareLines(before.join('\n'), after.join('\n'))
    expect(rows).toHaveLength(4000)
  })
})
