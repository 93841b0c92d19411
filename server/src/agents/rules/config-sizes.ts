// What of a configuration is too long to be looked into: the number of its lists' entries and of its templates is judged first, so
// that judging the rest takes little time whatever it is.
import type { FieldFault } from '../../base/errors.ts'
import { type Schema, describeLength, findMeantBranch, isObject } from './config-faults.ts'

/** The configuration with every list emptied that is longer than its schema allows, and a fault for each. */
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
