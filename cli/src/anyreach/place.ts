// How a list that pages by time is gone over: newest first, everything once. Pure.
import type { Conversation } from '@parley/sdk'

export const page_size = 100

/** Where the list goes on. */
export interface Place {
  /** The newest time that is asked for, with microseconds. It only becomes earlier. */
  before: string
  /** Seen at about that time. */
  ids: string[]
}

/** The newest conversations when the list was begun. */
export interface Mark {
  created_at: string
  ids: string[]
}

export interface Page {
  /** What is new of it. */
  rows: Conversation[]
  /** Null: this page is the last one. */
  next: Place | null
  /** A millisecond with more conversations than a page has rows, so that some of them cannot be listed. */
  crowded: string | null
}

/**
 * The other system's own cursor passes over conversations with the same time as the last of a page. So a page begins at that time, a
 * millisecond later because it may keep no more digits, and leaves out what is known. If a page has nothing new, the next one begins
 * earlier. It goes on until `until`; null: until the end.
 */
export function pageOf(found: Conversation[], place: Place | null, until: Mark | null): Page {
  const known = new Set(place?.ids)
  const fresh = found.filter(({ id }) => !known.has(id))
  const end = until === null ? -Infinity : Date.parse(until.created_at)
  const rows = fresh.filter(({ id, created_at }) => Date.parse(created_at) >= end && !until?.ids.includes(id))
  const last = found.at(-1)
  const edge = last ? Date.parse(last.created_at) : -Infinity
  if (found.length < page_size || edge < end) return { rows, next: null, crowded: null }
  const [later, within, behind] = [`${timeOf(edge + 1)}000Z`, endOf(edge), endOf(edge - 1)] as const
  const bound = place?.before ?? later
  const before = fresh.length > 0 ? earliest(bound, later) : [later, within, behind].find((time) => time < bound)
  if (before === undefined) throw new Error('the list has conversations later than `created_before`')
  const isNear = Date.parse(bound) - Date.parse(before) <= 1
  // All that are near, because the order of equal times may differ from call to call.
  const ids = new Set([...(isNear ? known : []), ...found.map(({ id }) => id)])
  return { rows, next: { before, ids: [...ids] }, crowded: before === behind ? `${timeOf(edge)}Z` : null }
}

/** Of the first page. */
export function markOf([newest, ...others]: Conversation[]): Mark | null {
  if (!newest) return null
  const time = Date.parse(newest.created_at)
  const equal = others.filter(({ created_at }) => Date.parse(created_at) === time)
  return { created_at: newest.created_at, ids: [newest, ...equal].map(({ id }) => id) }
}

const earliest = (a: string, b: string) => (a < b ? a : b)
const timeOf = (ms: number) => new Date(ms).toISOString().slice(0, -1)
/** The last microsecond of a millisecond. */
const endOf = (ms: number) => `${timeOf(ms)}999Z`
