// Configurations for property tests, generated from the schema that validates them, and places where faults can be put.
import { AgentConfig, fieldTypesWithOptions } from '@parley/contract'
import fc from 'fast-check'

interface JsonSchema {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  patternProperties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  pattern?: string
  minLength?: number
  maxLength?: number
  minItems?: number
  minimum?: number
  maximum?: number
}

const root = JSON.parse(JSON.stringify(AgentConfig)) as JsonSchema

/** What the schema cannot express about a field: conditions and patterns are expressions, `properties` are schemas. */
function specialArbitrary(key: string, schema: JsonSchema): fc.Arbitrary<unknown> | undefined {
  const { items, type } = schema
  const isTexts = items?.type === 'string'
  if (key === 'condition') return fc.constantFrom('x == 1', 'not found', "order.status in [200, 'late']", '', ' ', null)
  if (key === 'properties') return fc.constantFrom({}, { a: { type: 'string' } }, { a: { type: 'integer' }, b: {} })
  if (key === 'extract') return fc.constantFrom(null, { type: 'object', properties: { a: { type: 'string' } } })
  if (key === 'required' && isTexts) return fc.constantFrom([], null)
  if (key === 'options' && isTexts) return fc.array(word(), { minLength: 1, maxLength: 3 })
  if (key === 'pattern') return fc.constantFrom('a', '[a-z]{2}-\\d+', '\\bb\\b')
  const isAnything = type === undefined && !schema.anyOf && !schema.enum && schema.const === undefined
  if (isAnything) return fc.oneof(word(), fc.dictionary(word(), word(), { maxKeys: 2 }))
  return undefined
}

/** Text that is not part of a template. */
function word(): fc.Arbitrary<string> {
  return fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).map((text) => text.replaceAll(/[{%#}]/g, '_'))
}

/** JSON whose texts are not templates. */
function plainJson(): fc.Arbitrary<unknown> {
  const leaf = fc.oneof(word(), fc.boolean(), fc.integer(), fc.constant(null))
  return fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.dictionary(word(), leaf, { maxKeys: 3 }))
}

function arbitraryOf(schema: JsonSchema, key = ''): fc.Arbitrary<unknown> {
  const special = specialArbitrary(key, schema)
  if (special) return special
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((branch) => arbitraryOf(branch)))
  return fc.oneof(...[schema.type ?? []].flat().map((type) => typedArbitrary(schema, type)))
}

function typedArbitrary(schema: JsonSchema, type: string): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -1000, max: schema.maximum ?? 1000 })
    case 'number':
      return fc.double({ min: schema.minimum ?? -1000, max: schema.maximum ?? 1000, noNaN: true })
    case 'string':
      return schema.pattern ? fc.stringMatching(new RegExp(schema.pattern)) : word()
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 2 })
    default:
      return objectArbitrary(schema)
  }
}

function objectArbitrary({ properties, patternProperties, required = [] }: JsonSchema): fc.Arbitrary<unknown> {
  if (patternProperties) return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), word(), { maxKeys: 2 })
  if (!properties) return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), plainJson(), { maxKeys: 2 })
  const fields = Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, arbitraryOf(schema, key)]))
  return fc.record(fields, { requiredKeys: required, noNullPrototype: true })
}

/** Makes names unique where required, gives choice fields some options, and keeps to the rules between fields. */
function makeDistinct(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry, index) => withOwnName(withReference(makeDistinct(entry)), index))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      key.endsWith('_conversation_workflow') ? withReference(makeDistinct(entry), 'workflow') : makeDistinct(entry),
    ]),
  )
}

/** Exactly one workflow, some dataset, and stars without a number of their own. */
function withReference(entry: unknown, kind = (entry as { type?: unknown } | null)?.type): unknown {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry
  const { workflow_id, definition, dataset_id, ...rest } = entry as Config
  if (kind === 'workflow') return { ...rest, ...(definition ? { definition } : { workflow_id: workflow_id ?? 'w' }) }
  if (kind === 'knowledge_base') return { ...rest, dataset_id: dataset_id ?? 'd' }
  return kind === 'rating' || kind === 'number' ? { ...entry, min: null, max: null } : entry
}

function withOwnName(entry: unknown, index: number): unknown {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry
  const own = Object.entries(entry).map(([key, value]) => {
    const isName = (key === 'name' || key === 'id') && typeof value === 'string'
    const isChoice = key === 'type' && (fieldTypesWithOptions as readonly unknown[]).includes(value)
    return [key, isName ? `${value.slice(0, 20)}_${index}` : isChoice ? 'text' : value]
  })
  return Object.fromEntries(own)
}

export type Config = Record<string, unknown>

/** Any valid configuration with known keys only. */
export const validConfig = arbitraryOf(root).map((config) => makeDistinct(config) as Config)

/** A field of a configuration with a type, so that a value of another type is a fault at this path. */
export interface Place {
  path: string
  spoil(): void
}

/** Every such field of the configuration, none within another. */
export function findPlaces(config: Config): Place[] {
  const places: Place[] = []
  collect(config, root, 'config', places)
  return places
}

function collect(value: unknown, schema: JsonSchema, path: string, places: Place[]): void {
  for (const [key, entry] of Object.entries(value as object) as [string, unknown][]) {
    const field = schema.properties?.[key] ?? (Array.isArray(value) ? schema.items : undefined)
    // The type selects the branch of a union, and a body may be anything.
    if (!field || key === 'type' || (field.type ?? field.anyOf) === undefined) continue
    const at = `${path}.${key}`
    const branch = branchOf(field, entry)
    if (typeof entry === 'object' && entry !== null && branch && (branch.properties || branch.items))
      collect(entry, branch, at, places)
    else places.push({ path: at, spoil: () => void ((value as Config)[key] = spoiled(field)) })
  }
}

function branchOf(schema: JsonSchema, value: unknown): JsonSchema | undefined {
  if (!schema.anyOf) return schema
  const kind = (value as { type?: unknown } | null)?.type
  return schema.anyOf.find(({ type, properties }) => {
    const { const: only, enum: some } = properties?.['type'] ?? {}
    return type === 'object' && (only ?? some) !== undefined ? only === kind || some?.includes(kind) : type === 'object'
  })
}

/** A value of a type that the field does not have. */
function spoiled({ type, anyOf }: JsonSchema): unknown {
  const types = new Set([type ?? [], ...(anyOf ?? []).map((branch) => branch.type ?? [])].flat())
  return types.has('boolean') ? 'no' : true
}
