// Numbers JSON values, equal values alike: nested values are read once, however often they are compared. Pure.
import type { JsonValue } from '../../base/json.ts'

/** Two values have the same number if they are equal, in any order of keys. */
export function createIdentities(): (value: JsonValue) => number {
  let count = 0
  /** For primitive values; for lists and objects by their contents; and for objects met before. */
  const of_leaves = new Map<JsonValue, number>()
  const of_contents = new Map<string, number>()
  const known = new Map<object, number>()

  function numberIn<K>(numbers: Map<K, number>, key: K): number {
    let number = numbers.get(key)
    if (number === undefined) numbers.set(key, (number = count++))
    return number
  }

  function identify(value: JsonValue): number {
    if (typeof value !== 'object' || value === null) return numberIn(of_leaves, value)
    const found = known.get(value)
    if (found !== undefined) return found
    const number = numberIn(
      of_contents,
      Array.isArray(value)
        ? `[${value.map(identify).join()}]`
        : `{${Object.keys(value)
            .sort()
            .map((key) => `${JSON.stringify(key)}:${identify(value[key]!)}`)
            .join()}}`,
    )
    known.set(value, number)
    return number
  }

  return identify
}
