// Bounds of the free JSON that agents and versions carry, and the filter that looks into it.
import type { FieldFault } from '../errors.ts'
import { isObject } from './config-faults.ts'

/** Beyond what anybody writes, and within what the database stores. */
export const max_depth = 100

export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > max_depth) return true
    level = level.flatMap((entry) => (typeof entry === 'object' && entry !== null ? Object.values(entry) : []))
  }
  return false
}

/** What is wrong with a field of free JSON; absent and null are right. */
export function checkJsonField(path: string, value: unknown, max_bytes: number): FieldFault[] {
  if (isTooDeep(value)) return [{ path, message: `must not be nested more than ${max_depth} levels deep` }]
  if (Buffer.byteLength(JSON.stringify(value ?? null)) <= max_bytes) return []
  return [{ path, message: `must have at most ${max_bytes} bytes as JSON` }]
}

/** How JSON.stringify writes what PostgreSQL does not store: NUL and lone surrogates. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/

/** The JSON object of a filter, as text in the form that the database takes; null when it is none. */
export function parseJsonFilter(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text)
    const json = JSON.stringify(value)
    return isObject(value) && !isTooDeep(value) && !unstorable.test(json) ? json : null
  } catch {
    return null
  }
}
