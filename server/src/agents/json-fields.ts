// Bounds of the free JSON that agents and versions carry, and the filter that looks into it.
import type { FieldFault } from '../errors.ts'
import { isStorable } from '../text.ts'
import { isObject } from './config-faults.ts'

/** What is wrong with a field of free JSON; absent and null are right. */
export function checkJsonField(path: string, value: unknown, max_bytes: number): FieldFault[] {
  if (Buffer.byteLength(JSON.stringify(value ?? null)) <= max_bytes) return []
  return [{ path, message: `must have at most ${max_bytes} bytes as JSON` }]
}

/** The JSON object of a filter, as text in the form that the database takes; null when it is none. */
export function parseJsonFilter(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text)
    // The escapes of JSON hide from those who looked at the text what the database does not store.
    return isObject(value) && isStorable(value) ? JSON.stringify(value) : null
  } catch {
    return null
  }
}
