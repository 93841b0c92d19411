// Finds lists of a configuration that are too long to validate. The number of entries and templates is checked first, which bounds
// the time of all other checks.
import type { FieldFault } from '../../base/errors.ts'
import { type Schema, describeLength, findMeantBranch, isObject } from './config-faults.ts'

/** The configuration without the lists that are longer than their schema permits, and a fault for each of them. */
export function emptyLongLists(config: Record<string, unknown>, schema: Schema, prefix: string) {
  const faults: FieldFault[] = []
  const empty = (value: unknown, given: Schema, path: string): unknown => {
    const known = given.anyOf ? findMeantBranch(given, value) : given
    if (Array.isArray(value)) return emptyList(value, given, path)
    if (!isObject(value) || !known?.properties) return value
    const emptied = Object.entries(value).map(([key, entry]): [string, unknown] => {
      const field = Object.hasOwn(known.properties!, key) ? known.properties![key]! : undefined
      return [key, field ? empty(entry, field, `${path}.${key}`) : entry]
    })
    return Object.fromEntries(emptied)
  }
  const emptyList = (list: unknown[], given: Schema, path: string): unknown => {
    const { items, maxItems } = given.anyOf?.find((branch) => branch.items) ?? given
    if (maxItems !== undefined && list.length > maxItems) {
      faults.push({ path, message: describeLength(maxItems) })
      return null
    }
    return items ? list.map((entry, index) => empty(entry, items, `${path}.${index}`)) : list
  }
  return { config: empty(config, schema, prefix) as Record<string, unknown>, faults }
}
