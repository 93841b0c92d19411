// The order of keys in files. Pure.
import { Reference } from './references.ts'
import { isObject } from './values.ts'

/** The parts of a JSON Schema that `orderKeys` reads. */
export interface Schema {
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  const?: unknown
}

/** Sorts keys as the schema does; unknown keys follow by name. */
export function orderKeys(value: unknown, known?: Schema): unknown {
  if (value instanceof Reference) return value
  const meant = branchOf(known, value)
  if (Array.isArray(value)) return value.map((entry) => orderKeys(entry, meant?.items))
  if (!isObject(value)) return value
  const properties = new Map(Object.entries(meant?.properties ?? {}))
  const names = [...properties.keys()].filter((name) => Object.hasOwn(value, name))
  const others = Object.keys(value).filter((name) => !properties.has(name))
  const sorted = [...names, ...others.sort()]
  return Object.fromEntries(sorted.map((name) => [name, orderKeys(value[name], properties.get(name))]))
}

/** A union can have a union as a branch. */
function branchOf(schema: Schema | undefined, value: unknown): Schema | undefined {
  return schema?.anyOf
    ? branchOf(
        schema.anyOf.find((branch) => isMeant(branch, value)),
        value,
      )
    : schema
}

function isMeant({ properties, items, anyOf }: Schema, value: unknown): boolean {
  if (Array.isArray(value)) return items !== undefined
  if (!isObject(value)) return false
  if (anyOf) return true
  const kind = properties?.['type']?.const
  return properties !== undefined && (kind === undefined || value['type'] === kind)
}
