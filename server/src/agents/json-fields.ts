// The filter that looks into the free JSON of agents.
import { isStorable } from '../base/text.ts'
import { isObject } from './rules/config-faults.ts'

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
