// Cuts a text into chunks, lazily and in linear time: at a number of characters, or by its structure. Pure.
import type { ChunkingStrategy } from '@parley/contract'
import { findCut, findOverlap, skipSpace, trimEnd } from './boundaries.ts'
import { type Piece, cutByStructure } from './cut-by-structure.ts'
import { HeadingPath } from './heading-path.ts'
import { readBlocks } from './read-blocks.ts'

export interface Cut {
  content: string
  /** The headings above it and at its start, outermost first. */
  heading_path: string[]
  /** Of its first character, from 1; null without pages. */
  page: number | null
}

/**
 * In order. Nothing of the text is lost but white space at the edges. `page_starts` and sizes count UTF-16 units, so that a character
 * outside the basic plane takes two.
 */
export function* cutText(
  text: string,
  page_starts: readonly number[] | null,
  strategy: ChunkingStrategy,
): Generator<Cut> {
  const pieces = strategy.method === 'fixed_size' ? cutFixed(text, strategy) : cutByStructure(text, strategy)
  const starts = page_starts ?? []
  let page = 0
  for (const { content, heading_path, at } of pieces) {
    while (page < starts.length && starts[page]! <= at) page += 1
    yield { content, heading_path, page: page_starts && Math.max(1, page) }
  }
}

function* cutFixed(text: string, { chunk_size, chunk_overlap }: ChunkingStrategy): Generator<Piece> {
  const path = new HeadingPath()
  const headings = readBlocks(text)
  let next = headings.next()
  for (let start = skipSpace(text, 0); start < text.length;) {
    for (; !next.done && next.value.start <= start; next = headings.next()) path.pass(next.value)
    const limit = start + chunk_size
    const end = limit >= text.length ? text.length : findCut(text, start, limit)
    const content = text.slice(start, trimEnd(text, start, end))
    if (content !== '') yield { content, heading_path: path.titles, at: start }
    if (end === text.length) return
    const repeated = findOverlap(text, start, end, chunk_overlap)
    start = skipSpace(text, repeated > start ? repeated : end)
  }
}
