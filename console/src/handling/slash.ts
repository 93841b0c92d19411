// The search for canned replies in a text: `/` at its start or after a space, and what follows it up to the cursor. Pure.

export interface Slash {
  /** Where the `/` is. */
  start: number
  /** Where the cursor is. */
  end: number
  search: string
}

const slash = /(?:^|\s)\/([\w-]{0,40})$/u

/** Null if the cursor is not in such a search. A `/` within a word, as in an address, begins no search. */
export function findSlash(text: string, cursor: number): Slash | null {
  const found = slash.exec(text.slice(0, cursor))
  if (found === null) return null
  const search = found[1]!
  return { start: cursor - search.length - 1, end: cursor, search }
}

/** The text with the search replaced, and where the cursor then is. */
export function replaceSlash(text: string, { start, end }: Slash, reply: string): { text: string; cursor: number } {
  return { text: text.slice(0, start) + reply + text.slice(end), cursor: start + reply.length }
}
