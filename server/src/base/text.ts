// What PostgreSQL, UTF-8 and JSON cannot hold, and nesting that nothing should: found before it can do harm. Pure.
import { type FieldFault, joinPath, max_faults } from './faults.ts'

/** How deep JSON of a request may be nested. */
const max_depth = 64

/**
 * Strings, keys, numbers and nesting in a JSON value that cannot be kept as they are, at most so many of them. Others write the
 * value: the search ends with the last fault that is told, goes no deeper than the limit, and takes no memory for each part.
 */
export function findUnstorable(value: unknown, most: number = max_faults): FieldFault[] {
  const faults: FieldFault[] = []
  const path: (string | number)[] = []
  const addFault = (message: string | null, segments = path) => {
    if (message !== null && faults.length < most) faults.push({ path: joinPath(segments), message })
  }
  const searchIn = (segment: string | number, entry: unknown) => {
    path.push(segment)
    search(entry)
    path.pop()
  }
  const search = (entry: unknown): void => {
    if (typeof entry === 'string') return addFault(faultOfText(entry))
    if (typeof entry === 'number') return addFault(Number.isFinite(entry) ? null : too_large_a_number)
    if (typeof entry !== 'object' || entry === null) return
    if (path.length >= max_depth) return addFault(`is nested more than ${max_depth} deep`, path.slice(0, 8))
    if (Array.isArray(entry)) {
      for (let index = 0; index < entry.length && faults.length < most; index += 1) searchIn(index, entry[index])
      return
    }
    for (const key in entry) {
      if (faults.length >= most) return
      const message = faultOfText(key)
      if (message !== null) addFault(`a key ${message}`)
      searchIn(key, (entry as Record<string, unknown>)[key])
    }
  }
  search(value)
  return faults
}

/** JSON has no infinity: `1e400` is read as one, and would be written as null. */
const too_large_a_number = `is a number beyond ${Number.MAX_VALUE}, which cannot be kept; send it as text`

export function isStorable(value: unknown): boolean {
  return findUnstorable(value, 1).length === 0
}

/** The first and the last `each` characters around a mark that something is left out; a text that is not longer, as it is. */
export function shorten(text: string, each: number, mark = ' […] '): string {
  return text.length <= 2 * each ? text : `${text.slice(0, each)}${mark}${text.slice(-each)}`.toWellFormed()
}

/** In characters, of which some take two units of a string. */
export function isLongerThan(text: string, characters: number): boolean {
  if (text.length <= characters) return false
  if (text.length > 2 * characters) return true
  let count = 0
  for (const _character of text) count += 1
  return count > characters
}

export function faultOfText(text: string): string | null {
  if (text.includes('\0')) return 'contains a NUL character'
  if (!text.isWellFormed()) return 'contains a lone surrogate'
  return null
}

/** The text with a replacement character for each that cannot be kept. */
export function makeStorable(text: string): string {
  return faultOfText(text) === null ? text : text.replaceAll('\0', '\uFFFD').toWellFormed()
}
