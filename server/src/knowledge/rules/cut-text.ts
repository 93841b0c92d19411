// Cuts a text into chunks. Pure.
import type { ChunkingStrategy } from '@parley/contract'

export interface Cut {
  content: string
  /** The headings above it, outermost first. */
  heading_path: string[]
  /** From 1; null without pages. */
  page: number | null
}

/** In order, lazily. No grapheme is split; nothing of the text is lost but white space at the edges. */
export function* cutText(
  _text: string,
  _page_starts: readonly number[] | null,
  _strategy: ChunkingStrategy,
): Generator<Cut> {
  throw new Error('not built')
}
