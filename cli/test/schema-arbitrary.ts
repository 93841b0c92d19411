// Generates values that a JSON Schema of the contract accepts, including unknown keys and unusual texts.
import fc from 'fast-check'

interface Schema {
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  patternProperties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  pattern?: string
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  minimum?: number
  maximum?: number
}

/** No NUL, which the server rejects, and nothing that starts a template. */
const texts = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom(' ', '\n', '\r', '\t', 'a', ':', '#', '- ', '"', "'", '|', '\\', '\u2028', '😀'),
    }),
    fc.lorem({ mode: 'sentences' }),
    fc.constantFrom('null', 'yes', '1', '~', '<<', '__proto__', '---\na', '{{ custom_metadata.name }}'),
  )
  .map((text) => (text.startsWith('{{') ? text : text.replaceAll(/[\0{]/g, '_')))

const values = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) => JSON.parse(JSON.stringify(value).replaceAll(/\\u0000|\{\{|\{%|\{#/g, '_')) as unknown)
const unknownKeys = fc.dictionary(fc.oneof(fc.constantFrom('__proto__', 'constructor', '1'), fc.string()), values, {
  maxKeys: 2,
})

/** Fields that the server checks beyond the schema. */
const judgedElsewhere = new Map<string, fc.Arbitrary<unknown>>([
  ['properties', fc.constantFrom({}, { a: { type: 'string', description: 'A: #1' } })],
  ['condition', fc.constantFrom(null, 'true', "a == 'b: #1' and c")],
])

export function arbitraryOf(schema: object): fc.Arbitrary<unknown> {
  return build(schema as Schema)
}

function build(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(build))
  const types = [schema.type ?? []].flat()
  return types.length === 0 ? values : fc.oneof(...types.map((type) => buildType(type, schema)))
}

function buildType(type: string, schema: Schema): fc.Arbitrary<unknown> {
  const { minimum: min = -1e9, maximum: max = 1e9 } = schema
  switch (type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer({ min, max })
    case 'number':
      return fc.double({ min, max, noNaN: true }).map((value) => value + 0)
    case 'string':
      return buildText(schema)
    case 'array':
      return fc.array(build(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(3, schema.maxItems ?? 3),
      })
    default:
      return buildObject(schema)
  }
}

function buildText({ pattern, minLength = 0, maxLength = 1000 }: Schema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  return texts.map((text) => [...(text.length < minLength ? 'a' : text)].slice(0, maxLength / 2).join(''))
}

/** The server wants exactly one of them. */
const alternatives = ['workflow_id', 'definition']

function buildObject({ properties = {}, patternProperties, required = [] }: Schema): fc.Arbitrary<unknown> {
  const [ofPattern] = Object.values(patternProperties ?? {})
  if (ofPattern) return fc.dictionary(fc.stringMatching(/^[A-Za-z-]{1,9}$/), build(ofPattern), { maxKeys: 3 })
  if (!alternatives.every((name) => Object.hasOwn(properties, name))) return buildFields(properties, required)
  const either = alternatives.map((name) => {
    const others = Object.entries(properties).filter(([key]) => key === name || !alternatives.includes(key))
    return buildFields(Object.fromEntries([...others, [name, withoutNull(properties[name]!)]]), [...required, name])
  })
  return fc.oneof(...either)
}

function withoutNull(schema: Schema): Schema {
  return { ...schema, type: [schema.type ?? []].flat().filter((type) => type !== 'null') }
}

function buildFields(properties: Record<string, Schema>, required: string[]): fc.Arbitrary<unknown> {
  const known = Object.entries(properties).map(([name, schema]): [string, fc.Arbitrary<unknown>] => [
    name,
    judgedElsewhere.get(name) ?? build(schema),
  ])
  const keys = known.map(([name]) => name)
  return fc
    .tuple(
      unknownKeys,
      fc.record(Object.fromEntries(known), { requiredKeys: required.filter((key) => keys.includes(key)) }),
    )
    .map(([more, value]): unknown => JSON.parse(JSON.stringify({ ...omit(more, keys), ...value })))
}

function omit(value: Record<string, unknown>, keys: string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => !keys.includes(key) && key.isWellFormed() && !key.includes('\0')),
  )
}
