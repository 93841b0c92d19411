// A long text in pieces that are shown one after another. Pure.

export interface TextPiece {
  /** The head of the table in whose rows the piece begins; empty without one. */
  head: string
  text: string
}

/** Cuts at the last line that begins within `most` characters, or at `most` without one. */
export function cutPieces(text: string, most: number): TextPiece[] {
  const pieces: TextPiece[] = []
  let before = { start: 0, head: '' }
  for (let start = 0; start < text.length;) {
    const line = text.lastIndexOf('\n', start + most)
    const end = text.length - start <= most ? text.length : line > start ? line + 1 : start + most
    const head = headAt(text, start, most, before)
    pieces.push({ head, text: text.slice(start, end) })
    before = { start, head }
    start = end
  }
  return pieces
}

const isRule = (line: string) => /^\|[\s:|-]*-[\s:|-]*$/.test(line)

/** The first two lines of the table that a place is in. Looks back no further than where the piece before began. */
function headAt(text: string, place: number, most: number, before: { start: number; head: string }): string {
  if (text[place] !== '|' || text[place - 1] !== '\n') return ''
  let start = place
  while (start > before.start && start > 1) {
    const line = text.lastIndexOf('\n', start - 2) + 1
    if (text[line] !== '|') break
    start = line
  }
  if (start <= before.start && before.head !== '') return before.head
  const ruled = text.indexOf('\n', start) + 1
  const end = text.indexOf('\n', ruled) + 1
  const isHead = end > ruled && end <= place && end - start <= most && isRule(text.slice(ruled, end - 1))
  return isHead ? text.slice(start, end) : ''
}
