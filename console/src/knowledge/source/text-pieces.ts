// A long text in pieces that are shown one after another. Pure.

/** Cuts at the last line that begins within `most` characters, or at `most` without one. */
export function cutPieces(text: string, most: number): string[] {
  const pieces: string[] = []
  for (let start = 0; start < text.length;) {
    const line = text.lastIndexOf('\n', start + most)
    const end = text.length - start <= most ? text.length : line > start ? line + 1 : start + most
    pieces.push(text.slice(start, end))
    start = end
  }
  return pieces
}
