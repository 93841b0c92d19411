// Writes an OpenAPI 3.1 document as 3.0.3, for tools that read no newer one. What 3.0 cannot say is left out, so it permits more.

type Json = Record<string, unknown>

export function toOpenApi303(document: Json): Json {
  const { openapi: _, webhooks: __, info, components, ...rest } = document
  const { summary: ___, license, ...about } = info as Json & { license: Json }
  const { identifier: ____, ...named } = license
  const { schemas, ...others } = components as { schemas: Json }
  return {
    openapi: '3.0.3',
    info: { ...about, license: named },
    ...(findSchemas(rest) as Json),
    components: { schemas: mapValues(schemas, toSchema), ...others },
  }
}

/** Of paths and what they have. */
function findSchemas(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(findSchemas)
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([name, one]) => [
    name,
    name === 'schema' ? toSchema(one) : findSchemas(one),
  ])
  return Object.fromEntries(entries)
}

/** Without a word for them in 3.0. */
const unknown_words: ReadonlySet<string> = new Set([
  ...['$schema', '$id', '$defs', '$comment', 'const', 'examples', 'patternProperties', 'propertyNames', 'prefixItems'],
  ...['contains', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas', 'contentMediaType', 'contentEncoding'],
  ...[
    'unevaluatedProperties',
    'unevaluatedItems',
    'minContains',
    'maxContains',
    'exclusiveMinimum',
    'exclusiveMaximum',
  ],
])

function toSchema(schema: unknown): Json {
  if (!isObject(schema)) return schema === false ? { not: {} } : {}
  const { $ref, ...beside } = schema
  if (typeof $ref === 'string') {
    const kept = toSchema(beside)
    return Object.keys(kept).length === 0 ? { $ref } : { ...kept, allOf: [{ $ref }] }
  }
  return withoutNull({ ...keepWords(schema), ...limitsOf(schema), ...valuesOf(schema) })
}

const of_schemas: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf'])

function keepWords(schema: Json): Json {
  const kept = Object.entries(schema).filter(([name]) => !unknown_words.has(name))
  return Object.fromEntries(
    kept.map(([name, value]): [string, unknown] => {
      if (name === 'properties') return [name, mapValues(value as Json, toSchema)]
      if (of_schemas.has(name)) return [name, (value as unknown[]).map(toSchema)]
      if (name === 'items' || name === 'not') return [name, toSchema(value)]
      if (name === 'additionalProperties' && isObject(value)) return [name, toSchema(value)]
      return [name, value]
    }),
  )
}

function limitsOf({ exclusiveMinimum: least, exclusiveMaximum: most }: Json): Json {
  return {
    ...(typeof least === 'number' ? { minimum: least, exclusiveMinimum: true } : {}),
    ...(typeof most === 'number' ? { maximum: most, exclusiveMaximum: true } : {}),
  }
}

function valuesOf(schema: Json): Json {
  const { const: only, examples, patternProperties, type } = schema
  const patterns = isObject(patternProperties) ? Object.values(patternProperties) : []
  return {
    ...(only === undefined ? {} : { enum: [only], ...(type === undefined ? { type: typeof only } : {}) }),
    ...(Array.isArray(examples) && examples.length > 0 ? { example: examples[0] } : {}),
    ...(patterns.length === 1 ? { additionalProperties: toSchema(patterns[0]) } : {}),
    ...(patterns.length > 1 ? { additionalProperties: true } : {}),
    ...(type === 'array' && schema['items'] === undefined ? { items: {} } : {}),
  }
}

/** Null is no type of its own, but a mark beside one. */
function withoutNull(schema: Json): Json {
  const { type, anyOf, oneOf } = schema
  if (type === 'null') return { ...schema, type: 'string', nullable: true, enum: [null] }
  if (Array.isArray(type)) {
    const types = type.filter((one) => one !== 'null')
    const mark = types.length < type.length ? { nullable: true } : {}
    const { type: _, ...rest } = schema
    if (types.length === 1) return { ...rest, type: types[0], ...mark }
    return { ...rest, anyOf: types.map((one) => ({ type: one, ...(one === 'array' ? { items: {} } : {}), ...mark })) }
  }
  for (const [word, shapes] of Object.entries({ anyOf, oneOf })) {
    if (!Array.isArray(shapes)) continue
    const left = (shapes as Json[]).filter((shape) => !isNull(shape))
    if (left.length === shapes.length) continue
    const { [word]: _, ...rest } = schema
    // A mark needs a type beside it; without one, null is one more shape.
    const marked = left.map((shape) => (shape['type'] === undefined ? shape : { ...shape, nullable: true }))
    if (left.length === 1 && left[0]!['type'] !== undefined) return { ...marked[0], ...rest }
    return { ...rest, [word]: [...marked, ...(left.every(({ type: one }) => one !== undefined) ? [] : [nothing])] }
  }
  return schema
}

const nothing = { type: 'string', nullable: true, enum: [null] }
const isNull = (shape: Json) => shape['nullable'] === true && Array.isArray(shape['enum']) && shape['enum'].length === 1

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const mapValues = (values: Json, map: (value: unknown) => unknown): Json =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]))
