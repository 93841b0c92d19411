// Finds values that PostgreSQL, UTF-8 or JSON cannot represent, and excessive nesting. Pure.
import { type FieldFault, joinPath, max_faults } from './faults.ts'

/** The deepest nesting of JSON in a request. */
const max_depth = 64

/**
 * The strings, keys, numbers and nesting in a JSON value that cannot be stored, up to a limit. The value comes from clients: the
 * search stops at the last fault that is reported, goes no deeper than the limit, and allocates nothing for each part.
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
    if (typeof entry === 'number') return addFault(faultOfNumber(entry))
    if (typeof entry !== 'object' || entry === null) return
    if (path.length >= max_depth) return addFault(`is nested more than ${max_depth} levels deep`, path.slice(0, 8))
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

/** JSON has neither of the two: `parseSentJson` returns them for numbers that a double cannot hold. */
function faultOfNumber(number: number): string | null {
  if (Number.isFinite(number)) return null
  return Number.isNaN(number)
    ? 'is a number with more digits than can be stored; send it as a string'
    : `is a number beyond ${Number.MAX_VALUE}, which cannot be stored; send it as a string`
}

export function isStorable(value: unknown): boolean {
  return findUnstorable(value, 1).length === 0
}

/** The first and last `each` characters around a mark for the omitted part. Returns a shorter text unchanged. */
export function shorten(text: string, each: number, mark = ' […] '): string {
  return text.length <= 2 * each ? text : `${text.slice(0, each)}${mark}${text.slice(-each)}`.toWellFormed()
}

/** In characters. Some take two UTF-16 units. */
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

/** Replaces each character that cannot be stored. */
export function makeStorable(text: string): string {
  return faultOfText(text) === null ? text : text.replaceAll('\0', '\uFFFD').toWellFormed()
}
