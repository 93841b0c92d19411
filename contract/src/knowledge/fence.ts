// How passages are put before a model, and before a person who wants to see what it gets. Pure.

/** What is shown of a passage. */
export interface FencedPassage {
  /** As citations name it: `[1]`. */
  number: number
  source_name: string
  /** The headings above it, outermost first. */
  heading_path: readonly string[]
  page: number | null
  content: string
}

/** The line above a passage: `[n] source > headings (page)`. */
export function renderPassageTitle({
  number,
  source_name,
  heading_path,
  page,
}: Omit<FencedPassage, 'content'>): string {
  const place = [source_name, ...heading_path].map(toOneLine).join(' > ')
  return `[${number}] ${place}${page === null ? '' : ` (page ${page})`}`
}

/**
 * Passages in a fence. `boundary` must be random and new each turn: a text that cannot know it cannot close the fence.
 */
export function renderFence(passages: readonly FencedPassage[], boundary: string): string {
  const texts = passages.map((passage) => `${renderPassageTitle(passage)}\n${passage.content}`)
  return [`<passages ${boundary}>`, ...texts, `</passages ${boundary}>`].join('\n\n')
}

/** Names and headings are written by others: none may look like another passage. */
function toOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
