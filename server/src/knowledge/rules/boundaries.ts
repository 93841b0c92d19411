// Where a text can be cut: at white space if possible, never within what readers see as one character. Pure.

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** A grapheme longer than this is cut between code points: only a hostile text has one. */
const max_grapheme = 64

/** The first position from `from` on that is not white space; else the text's end. */
export function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && isSpace(text, at)) at += 1
  return at
}

/** The end of what is not white space in a range. */
export function trimEnd(text: string, start: number, end: number): number {
  let at = end
  while (at > start && isSpace(text, at - 1)) at -= 1
  return at
}

/** The edges of graphemes of a range that begins at one. Looks at the range only when it must. */
export class Edges {
  readonly #text: string
  readonly #start: number
  readonly #end: number
  #segments: Intl.Segments | null = null

  constructor(text: string, start: number, end: number) {
    this.#text = text
    this.#start = start
    this.#end = Math.min(text.length, end + 3)
  }

  /** The nearest edge that is not after `at`, or a code point's where a grapheme is too long. */
  before(at: number): number {
    if (at <= this.#start || at >= this.#text.length) return at
    const [left, right] = [this.#text.charCodeAt(at - 1), this.#text.charCodeAt(at)]
    if (left < 0x80 && right < 0x80 && !(left === 13 && right === 10)) return at
    this.#segments ??= segmenter.segment(this.#text.slice(this.#start, this.#end))
    const edge = this.#start + (this.#segments.containing(at - this.#start)?.index ?? 0)
    return at - edge > max_grapheme || edge === this.#start ? codePointBefore(this.#text, at, this.#start) : edge
  }

  isEdge(at: number): boolean {
    return this.before(at) === at
  }
}

/**
 * Where a piece that begins at `start` ends, at most at `limit`: before the last white space of its last tenth, else at the last edge of a
 * grapheme. `preferred` looks for a better place first.
 */
export function findCut(
  text: string,
  start: number,
  limit: number,
  preferred?: (text: string, start: number, limit: number) => number | null,
): number {
  const edges = new Edges(text, start, limit)
  const better = preferred?.(text, start, limit) ?? null
  if (better !== null && better > start && edges.isEdge(better)) return better
  const tenth = limit - Math.floor((limit - start) / 10)
  for (let at = limit; at >= tenth && at > start; at -= 1) {
    if (isSpace(text, at) && edges.isEdge(at) && edges.isEdge(at + 1)) return at
  }
  return Math.max(edges.before(limit), codePointAfter(text, start))
}

/** Where the repetition of `overlap` characters before `end` begins: after white space in its first tenth, else at an edge. */
export function findOverlap(text: string, start: number, end: number, overlap: number): number {
  if (overlap <= 0) return end
  const from = Math.max(start, end - overlap)
  const tenth = from + Math.floor(overlap / 10)
  const edges = new Edges(text, start, end)
  for (let at = from; at < tenth; at += 1) if (isSpace(text, at) && edges.isEdge(at + 1)) return skipSpace(text, at)
  let at = from
  while (at < end && !edges.isEdge(at)) at += 1
  return at
}

/** After the last line, else the last sentence, that ends in the second half. */
export function endOfSentence(text: string, start: number, limit: number): number | null {
  const half = start + Math.floor((limit - start) / 2)
  const line = text.slice(half, limit + 1).lastIndexOf('\n')
  if (line > 0) return half + line
  for (let at = limit; at > half; at -= 1) {
    const mark = text[at - 1]!
    if ('。！？'.includes(mark) || ('.!?…'.includes(mark) && isSpace(text, at))) return at
  }
  return null
}

/** A cut text without half a character at its end. */
export function cutTo(text: string, most: number): string {
  return text.length > most ? text.slice(0, codePointBefore(text, most, 0)) : text
}

export function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code < 0x80) return code === 32 || (code >= 9 && code <= 13)
  return code >= 0xa0 && /\s/.test(text[at]!)
}

const isLow = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xdc00
const isHigh = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xd800
const splitsPair = (text: string, at: number) => at > 0 && at < text.length && isLow(text, at) && isHigh(text, at - 1)

function codePointBefore(text: string, at: number, start: number): number {
  return splitsPair(text, at) && at - 1 > start ? at - 1 : at
}

function codePointAfter(text: string, start: number): number {
  return splitsPair(text, start + 1) ? start + 2 : start + 1
}
