// Builds JSON schemas. The types are those of typebox, which checks what the contract says against the code; building the schemas
// themselves is as little as this, while typebox also loads a parser and an engine for types, in 370 files.
import type { Type as Typebox } from 'typebox'

type Schema = Record<string, unknown>

/** Not part of the schema, and lost in a copy by `...`, as in typebox. */
const optional = Symbol('optional')

const isOptional = (schema: object) => optional in schema
/** A copy of it. */
const markOptional = (schema: object): Schema => Object.defineProperty({ ...schema }, optional, { value: true })

const simple =
  (type: string) =>
  (options: Schema = {}): Schema => ({ type, ...options })

function object(properties: Record<string, object>, options: Schema = {}): Schema {
  const required = Object.keys(properties).filter((name) => !isOptional(properties[name]!))
  return { type: 'object', ...(required.length === 0 ? {} : { required }), properties, ...options }
}

const propertiesOf = (schema: Schema) => Object.entries(schema['properties'] as Record<string, object>)

const builders = {
  String: simple('string'),
  Integer: simple('integer'),
  Number: simple('number'),
  Boolean: simple('boolean'),
  Null: simple('null'),
  Unknown: (options: Schema = {}): Schema => ({ ...options }),
  Unsafe: (schema: Schema): Schema => ({ ...schema }),
  Literal: (value: unknown, options: Schema = {}): Schema => ({ type: typeof value, const: value, ...options }),
  Array: (items: object, options: Schema = {}): Schema => ({ type: 'array', items, ...options }),
  Union: (anyOf: object[], options: Schema = {}): Schema => ({ anyOf, ...options }),
  Object: object,
  Optional: markOptional,
  Record: (key: { pattern?: string }, value: object, options: Schema = {}): Schema => ({
    type: 'object',
    patternProperties: { [key.pattern ?? '^.*$']: value },
    ...options,
  }),
  /** Without the other options of the schema. */
  Partial: (schema: Schema, options: Schema = {}): Schema =>
    object(Object.fromEntries(propertiesOf(schema).map(([name, of]) => [name, markOptional(of)])), options),
  Pick: (schema: Schema, names: readonly string[], options: Schema = {}): Schema =>
    object(Object.fromEntries(propertiesOf(schema).filter(([name]) => names.includes(name))), options),
}

export const Type = builders as unknown as Pick<typeof Typebox, keyof typeof builders>
