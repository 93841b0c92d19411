// Small schema vocabulary shared by every capability: ids, timestamps, nullables, JSON, pages.
import { Type, type Static, type TSchema, type TUnsafe } from 'typebox'

const schemaNames = new WeakMap<object, string>()

/** Gives a schema a name, under which the API reference lists it as a component. */
export function named<T extends TSchema>(name: string, schema: T): T {
  schemaNames.set(schema, name)
  return schema
}

/** The component name of a schema, when it has one. */
export function nameOfSchema(schema: object): string | undefined {
  return schemaNames.get(schema)
}

/** The schema's value or null. Optional request fields are nullable too: many clients send null for "not given". */
export function nullable<T extends TSchema>(schema: T): TUnsafe<Static<T> | null> {
  const { type, enum: values, ...rest } = schema as { type?: unknown; enum?: unknown[] }
  if (schemaNames.has(schema) || typeof type !== 'string') {
    return Type.Unsafe<Static<T> | null>({ anyOf: [schema, { type: 'null' }] })
  }
  const nullableEnum = values ? { enum: [...values, null] } : {}
  return Type.Unsafe<Static<T> | null>({ ...rest, type: [type, 'null'], ...nullableEnum })
}

/** A string out of a closed list. */
export function oneOf<const T extends readonly string[]>(values: T, description?: string): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...(description ? { description } : {}) })
}

/** Free JSON, kept as it was sent. */
export const JsonObject = Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true })
export const JsonAny = Type.Unsafe<unknown>({})

export const Id = Type.String({ description: 'UUID; those that the server makes are version 7, ordered by time.' })
export const Timestamp = Type.String({
  format: 'date-time',
  description: 'RFC 3339 in UTC with microseconds, as in 2026-01-31T09:30:00.123456Z.',
})

/** A UUID that a caller gives; the format alone would take `urn:uuid:…` too. */
export const uuidText = (description?: string) =>
  Type.String({ format: 'uuid', pattern: '^[0-9A-Fa-f-]{36}$', ...(description ? { description } : {}) })

/** Filter on a time; a time without a zone is read as UTC. */
export const timestampFilter = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

export const Pagination = named(
  'Pagination',
  Type.Object({
    limit: Type.Integer({ description: 'The page size that was used.' }),
    next_cursor: nullable(
      Type.String({ description: 'Send it as `cursor` for the next page; null on the last page.' }),
    ),
  }),
)

/** One page of a list: rows and where the next page begins. */
export function pageOf<T extends TSchema>(row: T) {
  return Type.Object({ data: Type.Array(row), pagination: Pagination })
}

/** Query fields of every list with an opaque cursor. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'Page size, 1 to 100.' })),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: '`next_cursor` of the page before.' })),
}

/** Header of every call that changes something by POST (T9). */
export const idempotencyHeader = {
  idempotency_key: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^[\\x20-\\x7e]*$',
      description:
        'Makes the call safe to repeat: for 24 hours the same key with the same request gets the first answer again, with `Idempotent-Replayed: true`; while the first still runs, the second joins it. A refusal that stored nothing is not kept, and a message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, one namespace for each organization.',
    }),
  ),
}
