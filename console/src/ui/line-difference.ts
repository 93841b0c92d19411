// Compares two texts by line: removed and added lines, changed words in them, and lines around them for context. Pure.
import { diffLines, diffWordsWithSpace } from 'diff'

/** Unchanged lines shown around a change. */
const context = 2
/** With more edits, the texts are shown one after the other. */
const max_line_edits = 2000
/** With more edits, a line counts as a different line. */
const max_word_edits = 60
/** In a group of changed lines, this many are compared word by word. */
const max_lines_by_word = 200

export interface Piece {
  text: string
  isChanged: boolean
}

/** A line on both sides. A line on one side only has null on the other. */
export interface LinePair {
  before: Piece[] | null
  after: Piece[] | null
  isSame: boolean
}

export type DifferenceRow = LinePair | { skipped: number }

export function compareLines(before: string, after: string): DifferenceRow[] {
  const parts = diffLines(ended(before), ended(after), { maxEditLength: max_line_edits }) ?? [
    { value: ended(before), removed: true, added: false },
    { value: ended(after), removed: false, added: true },
  ]
  const rows: DifferenceRow[] = []
  for (const [index, { value, added, removed }] of parts.entries()) {
    const lines = linesOf(value)
    const next = parts[index + 1]
    if (removed) rows.push(...pairLines(lines, next?.added ? linesOf(next.value) : []))
    else if (!added) rows.push(...shorten(lines, index === 0, index === parts.length - 1))
    else if (!parts[index - 1]?.removed) rows.push(...pairLines([], lines))
  }
  return rows
}

/** A last line without a line break equals one with it. */
function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

const whole = (text: string, isChanged: boolean): Piece[] => [{ text, isChanged }]

function pairLines(gone: string[], come: string[]): LinePair[] {
  return Array.from({ length: Math.max(gone.length, come.length) }, (_none, index) => {
    const [before, after] = [gone[index], come[index]]
    const isBoth = before !== undefined && after !== undefined
    if (isBoth && index < max_lines_by_word) return { ...compareWords(before, after), isSame: false }
    return {
      before: before === undefined ? null : whole(before, false),
      after: after === undefined ? null : whole(after, false),
      isSame: false,
    }
  })
}

/** Marks the words that differ, or none if hardly any are the same. */
function compareWords(before: string, after: string): { before: Piece[]; after: Piece[] } {
  const parts = diffWordsWithSpace(before, after, { maxEditLength: max_word_edits })
  const common = parts?.filter(({ added, removed }) => !added && !removed).map(({ value }) => value.trim().length) ?? []
  const shared = common.reduce((sum, length) => sum + length, 0)
  if (!parts || shared * 3 < Math.max(before.length, after.length)) {
    return { before: whole(before, false), after: whole(after, false) }
  }
  const side = (other: 'added' | 'removed') =>
    parts
      .filter((part) => !part[other])
      .map(({ value, added, removed }): Piece => ({ text: value, isChanged: added || removed }))
  return { before: side('added'), after: side('removed') }
}

function shorten(lines: string[], isFirst: boolean, isLast: boolean): DifferenceRow[] {
  const [head, tail] = [isFirst ? 0 : context, isLast ? 0 : context]
  const kept = (line: string): LinePair => ({ before: whole(line, false), after: whole(line, false), isSame: true })
  if (lines.length <= head + tail + 1) return lines.map(kept)
  const skipped = lines.length - head - tail
  return [...lines.slice(0, head).map(kept), { skipped }, ...lines.slice(lines.length - tail).map(kept)]
}
