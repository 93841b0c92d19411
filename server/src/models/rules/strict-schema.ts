// Whether a schema is in the part of JSON Schema that providers enforce strictly: objects are closed, all of their properties are
// required, and no other keywords occur. Pure.
import type { JsonObject, JsonValue } from '../../base/json.ts'

const enforced = new Set([
  'type',
  'title',
  'description',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
])

export function isStrictSchema(schema: JsonObject): boolean {
  if (Object.keys(schema).some((keyword) => !enforced.has(keyword))) return false
  const { type, properties, required, items } = schema
  if (type === 'array') return isSchema(items) && isStrictSchema(items)
  if (type !== 'object') return type !== undefined && properties === undefined && items === undefined
  if (schema['additionalProperties'] !== false || !isSchema(properties) || !Array.isArray(required)) return false
  const named = new Set(required)
  return Object.entries(properties).every(([name, one]) => named.has(name) && isSchema(one) && isStrictSchema(one))
}

function isSchema(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
