// The rows of the list, from pages and changes: newest first, each once, none lost. Pure.
import type { Conversation } from '@parley/contract'

/** `fresh` replaces what was known of the same conversations, and adds new ones. */
export function mergeRows(known: readonly Conversation[], fresh: readonly Conversation[]): Conversation[] {
  const rows = new Map(known.map((row) => [row.id, row]))
  for (const row of fresh) {
    const before = rows.get(row.id)
    // An older response changes nothing.
    if (!before || before.updated_at <= row.updated_at) rows.set(row.id, row)
  }
  return [...rows.values()].toSorted(newestFirst)
}

export function withoutRows(known: readonly Conversation[], ids: ReadonlySet<string>): Conversation[] {
  return known.filter(({ id }) => !ids.has(id))
}

/** The order of the API. Times have one format, so they compare as text. */
function newestFirst(a: Conversation, b: Conversation): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? 1 : -1
  return a.id < b.id ? 1 : -1
}

/** The published cursor format: Base64 of the last row's `created_at`. */
export function cursorAfter(row: Pick<Conversation, 'created_at'>): string {
  return btoa(row.created_at).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The known rows that a page should contain but does not: they no longer match the filters, or are deleted. */
export function missingFrom(known: readonly Conversation[], page: readonly Conversation[], isLast: boolean) {
  const present = new Set(page.map(({ id }) => id))
  const first = page[0]?.created_at
  const last = page.at(-1)?.created_at
  if (first === undefined || last === undefined) return isLast ? [...known] : []
  return known.filter(({ id, created_at }) => !present.has(id) && (isLast || created_at >= last))
}
