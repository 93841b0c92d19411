// Opaque cursors of lists in keyset order, and the pages that they delimit.
import { invalid } from '../base/errors.ts'
import { isTimestamp } from '../base/validation.ts'

/** The default page size of every list. */
export const default_page_size = 20

/** Base64url of a JSON array of texts: the ordering columns of a page's last row. */
export function encodeCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts), 'utf8').toString('base64url')
}

/** Decodes exactly `count` parts, and refuses anything that `encodeCursor` would not write. */
export function decodeCursor(text: string, count: number): string[] {
  const parts = parseParts(Buffer.from(text, 'base64url').toString('utf8'))
  if (parts?.length !== count || encodeCursor(parts) !== text) throw invalidCursor()
  return parts
}

function parseParts(json: string): string[] | null {
  try {
    const parts: unknown = JSON.parse(json)
    return Array.isArray(parts) && parts.every(isStorableText) ? parts : null
  } catch {
    return null
  }
}

/** PostgreSQL accepts neither NUL nor a lone surrogate. */
function isStorableText(part: unknown): part is string {
  return typeof part === 'string' && part.isWellFormed() && !part.includes('\0')
}

export function invalidCursor() {
  return invalid({ path: 'cursor', message: 'is not a cursor of this list' })
}

/** The place of a row in a list that is ordered by time and then by a key. */
export interface TimePosition {
  time: string
  key: string
}

/** Before the first row of a list that is newest first. Any key will do, because no row has this time. */
export const newest: TimePosition = { time: 'infinity', key: '00000000-0000-0000-0000-000000000000' }

/** The format of `formatTimestamp`. */
const form_of_time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/

/** Reads a cursor of such a list, and refuses times and keys that the database could not compare. */
export function decodeTimeCursor(text: string | undefined, isKey: (key: string) => boolean): TimePosition | null {
  if (text === undefined) return null
  const [time = '', key = ''] = decodeCursor(text, 2)
  if (!form_of_time.test(time) || !isTimestamp(time) || !isKey(key)) throw invalidCursor()
  return { time, key }
}

export interface Page<Row> {
  data: Row[]
  pagination: { limit: number; next_cursor: string | null }
}

/** Makes a page from the rows of a query for `limit + 1` rows. `is_cut`: the query found more rows than it returned. */
export function cutPage<Row>(
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => TimePosition,
  is_cut = false,
): Page<Row> {
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  const position = (is_cut || rows.length > limit) && last !== undefined ? positionOf(last) : null
  return { data, pagination: { limit, next_cursor: position && encodeCursor([position.time, position.key]) } }
}
