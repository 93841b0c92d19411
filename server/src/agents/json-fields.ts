// The filter on the metadata of agents.
import { parseSentJson } from '../base/read-json.ts'
import { isStorable } from '../base/text.ts'
import { isObject } from './rules/config-faults.ts'

/** The JSON object of a filter, normalized for the database; null if the text is not one. */
export function parseJsonFilter(text: string): string | null {
  try {
    const value = parseSentJson(text)
    // JSON escapes can hide characters that the database cannot store from earlier checks of the text.
    return isObject(value) && isStorable(value) ? JSON.stringify(value) : null
  } catch {
    return null
  }
}
