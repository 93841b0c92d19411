// Where a text refers to passages by their numbers. Pure.
export type CitedPiece = { text: string; number?: never } | { text: string; number: number }

/** `[2]` counts only if the reply cites 2: other brackets are what they look like. */
export function splitCitations(text: string, numbers: ReadonlySet<number>): CitedPiece[] {
  const pieces: CitedPiece[] = []
  let start = 0
  for (const { 0: mark, 1: digits, index } of text.matchAll(/\[(\d{1,4})\]/g)) {
    if (!numbers.has(Number(digits))) continue
    if (index > start) pieces.push({ text: text.slice(start, index) })
    pieces.push({ text: mark, number: Number(digits) })
    start = index + mark.length
  }
  if (start < text.length) pieces.push({ text: text.slice(start) })
  return pieces
}
