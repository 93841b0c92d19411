// Parts of a file that are done, as ranges of bytes that end with a line. Pure.

export interface LineRange {
  from: number
  to: number
  lines: number
}

/** Adds a range to sorted ones; neighbours become one. */
export function addRange(ranges: readonly LineRange[], added: LineRange): LineRange[] {
  const merged: LineRange[] = []
  for (const range of [...ranges, added].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last?.to === range.from)
      merged[merged.length - 1] = { from: last.from, to: range.to, lines: last.lines + range.lines }
    else merged.push(range)
  }
  return merged
}

export function rangeAt(ranges: readonly LineRange[], from: number): LineRange | undefined {
  return ranges.find((range) => range.from === from)
}
