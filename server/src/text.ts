// Text that PostgreSQL and UTF-8 cannot hold, and nesting that nothing should: found before it can do harm. Pure.
import type { FieldFault } from './errors.ts'

/** How deep JSON of a request may be nested. */
const max_depth = 64

/** Every string, key or nesting in a JSON value that cannot be kept as it is. */
export function findUnsafeText(value: unknown, path: string[] = [], faults: FieldFault[] = []): FieldFault[] {
  if (typeof value === 'string') {
    const message = faultOfText(value)
    if (message) faults.push({ path: path.join('.'), message })
    return faults
  }
  if (typeof value !== 'object' || value === null) return faults
  if (path.length >= max_depth) {
    faults.push({ path: path.slice(0, 8).join('.'), message: `is nested more than ${max_depth} deep` })
    return faults
  }
  for (const [key, entry] of Object.entries(value)) {
    const message = faultOfText(key)
    if (message) faults.push({ path: path.join('.'), message: `a key ${message}` })
    findUnsafeText(entry, [...path, key], faults)
  }
  return faults
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
