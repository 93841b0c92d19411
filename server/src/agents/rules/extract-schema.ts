// The JSON Schema of the fields that an analysis extracts: what it may contain, and the form in which it is checked and sent to
// models, without references and closed to fields that it does not name. Pure.
import { agentBounds } from '@parley/contract'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import {
  countValues,
  findPatternFault,
  findSchemaFault,
  listPatterns,
  max_pattern_size,
  whyUncheckable,
} from './argument-schemas.ts'
import { isObject } from './config-faults.ts'

export type ReadSchema = { schema: JsonObject } | { fault: string }

const { fields: max_fields, values: max_values } = agentBounds.analysis.extract

export function readExtractSchema(given: JsonObject): ReadSchema {
  if (countValues(given, max_values) > max_values) return { fault: `it has more than ${max_values} values` }
  try {
    const schema = rewrite(given, { root: given, budget: { left: max_values }, within: [] }, true) as JsonObject
    const fault = faultOfRoot(schema) ?? findSchemaFault(schema)
    const why = fault ?? findPatternFault(listPatterns(schema), { left: max_pattern_size }) ?? whyUncheckable(schema)
    return why === null ? { schema } : { fault: why }
  } catch (error) {
    if (error instanceof SchemaFault) return { fault: error.message }
    throw error
  }
}

function faultOfRoot({ type, properties }: JsonObject): string | null {
  if (type !== 'object' || !isObject(properties)) return 'it must have "type": "object" and "properties"'
  const fields = Object.keys(properties).length
  return fields < 1 || fields > max_fields ? `it must have 1 to ${max_fields} properties` : null
}

class SchemaFault extends Error {}

/** Values that may still be written, which bounds how far references multiply, and the references that lead here. */
interface Rewriting {
  root: JsonObject
  budget: { left: number }
  within: readonly string[]
}

const dialects = /^https?:\/\/json-schema\.org\/(draft-07|draft\/2020-12)\/schema#?$/
type Kind = 'schema' | 'list' | 'map' | 'value' | 'dropped'

/** How each keyword is rewritten. Others would have no effect, so they are refused. */
const keywords = new Map<string, Kind>([
  ...names('schema', 'items', 'additionalProperties', 'propertyNames', 'contains', 'not', 'if', 'then', 'else'),
  ...names('list', 'anyOf', 'oneOf', 'allOf'),
  ...names('map', 'properties', 'patternProperties'),
  ...names('dropped', '$schema', '$comment', '$defs', 'definitions'),
  ...names('value', 'type', 'enum', 'const', 'required', 'title', 'description', 'default', 'examples', 'format'),
  ...names('value', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'),
  ...names('value', 'multipleOf', 'minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties', 'nullable'),
  ...names('value', 'deprecated', 'readOnly', 'writeOnly'),
])

function names(kind: Kind, ...list: string[]): [string, Kind][] {
  return list.map((name) => [name, kind])
}

/** Malformed values stay, for the validator to find. `mayClose`: the node alone says which properties an object has. */
function rewrite(node: JsonValue, state: Rewriting, mayClose: boolean): JsonValue {
  state.budget.left -= 1
  if (state.budget.left < 0) throw new SchemaFault(`with its references it has more than ${max_values} values`)
  if (!isObject(node)) return node
  const { $ref, ...rest } = node as JsonObject
  if ($ref !== undefined) {
    const within = [...state.within, String($ref)]
    return rewrite(follow($ref, rest, state), { ...state, within }, mayClose)
  }
  const closes = mayClose && isObject(rest['properties']) && !Object.keys(rest).some((name) => composing.has(name))
  const entries = Object.entries(rest).flatMap(([name, value]): [string, JsonValue][] => {
    const kind = keywords.get(name)
    if (kind === undefined) throw new SchemaFault(`it has ${JSON.stringify(name.slice(0, 60))}, which is not supported`)
    if (kind === 'dropped') return name === '$schema' ? dropDialect(value) : []
    return [[name, rewriteKeyword(name, value, state, mayClose && !isObject(rest['properties']))]]
  })
  return Object.fromEntries(closes ? [...entries, ['additionalProperties', false]] : entries)
}

/** With these, other schemas may add properties. */
const composing = new Set(['additionalProperties', 'patternProperties', 'anyOf', 'oneOf', 'allOf', 'if', 'not'])

function rewriteKeyword(name: string, value: JsonValue, state: Rewriting, isWhole: boolean): JsonValue {
  switch (keywords.get(name)) {
    case 'schema':
      if (Array.isArray(value)) throw new SchemaFault(`it has a list in "${name}", which is not supported`)
      return rewrite(value, state, name === 'items' || name === 'additionalProperties')
    case 'list':
      return Array.isArray(value) ? value.map((entry) => rewrite(entry, state, isWhole && name !== 'allOf')) : value
    case 'map':
      return isObject(value) ? rewriteMap(value as JsonObject, state) : value
    default:
      state.budget.left -= countValues(value, Math.max(0, state.budget.left))
      return value
  }
}

function rewriteMap(map: JsonObject, state: Rewriting): JsonObject {
  if (Object.hasOwn(map, '__proto__')) throw new SchemaFault('a property cannot be called __proto__')
  return Object.fromEntries(Object.entries(map).map(([name, schema]) => [name, rewrite(schema, state, true)]))
}

function dropDialect(value: JsonValue): [] {
  if (typeof value === 'string' && dialects.test(value)) return []
  throw new SchemaFault('"$schema" must be http://json-schema.org/draft-07/schema, or absent')
}

/** What the reference names, with the words that stand beside it. */
function follow(reference: JsonValue, beside: JsonObject, { root, within }: Rewriting): JsonValue {
  if (typeof reference !== 'string' || !/^#(\/[^/]+)+$/.test(reference))
    throw new SchemaFault(`"$ref" must name a part of the schema, such as "#/$defs/address"`)
  if (within.includes(reference)) throw new SchemaFault(`"$ref" ${reference.slice(0, 100)} refers to itself`)
  let found: JsonValue | undefined = root
  for (const part of reference.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    found = isObject(found) && Object.hasOwn(found, name) ? (found as JsonObject)[name] : undefined
  }
  if (!isObject(found)) throw new SchemaFault(`"$ref" ${reference.slice(0, 100)} does not exist`)
  return { ...(found as JsonObject), ...beside }
}
