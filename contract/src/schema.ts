// Schema helpers that every capability shares: ids, timestamps, nullables, JSON, pages.
import type { Static, TSchema, TUnsafe } from 'typebox'
import { Type } from './type.ts'

const schemaNames = new WeakMap<object, string>()

/** Names a schema; the API reference lists it as a component under that name. */
export function named<T extends TSchema>(name: string, schema: T): T {
  schemaNames.set(schema, name)
  return schema
}

/** The component name of a schema, if it has one. */
export function nameOfSchema(schema: object): string | undefined {
  return schemaNames.get(schema)
}

const shownTypes = new WeakMap<object, string>()

/** Says what a field's value is in TypeScript, where its schema leaves that to the code that checks it. Not in `Optional`, which copies. */
export function shownAs<T extends TSchema>(type: string, schema: T): T {
  shownTypes.set(schema, type)
  return schema
}

/** As `shownAs` says, if it does. */
export function shownTypeOf(schema: object): string | undefined {
  return shownTypes.get(schema)
}

const describing = new WeakMap<object, TSchema>()

/**
 * Says by another schema what a value is, for the reference and the SDK; its own schema leaves it as it is, with all of its keys. Not in
 * `Optional`, which copies.
 */
export function describedBy<T extends TSchema>(by: TSchema, schema: T): T {
  describing.set(schema, by)
  return schema
}

/** The schema that says what it is: another one, or itself. */
export function describingSchemaOf(schema: object): object {
  return describing.get(schema) ?? schema
}

/** The schema's value or null. Optional request fields are nullable too, because many clients send null for "not given". */
export function nullable<T extends TSchema>(schema: T): TUnsafe<Static<T> | null> {
  const { type, enum: listed, const: only, ...rest } = schema as { type?: unknown; enum?: unknown[]; const?: unknown }
  const values = only === undefined ? listed : [only]
  if (schemaNames.has(schema) || typeof type !== 'string') {
    return Type.Unsafe<Static<T> | null>({ anyOf: [schema, { type: 'null' }] })
  }
  const nullableEnum = values ? { enum: [...values, null] } : {}
  return Type.Unsafe<Static<T> | null>({ ...rest, type: [type, 'null'], ...nullableEnum })
}

/** A string from a closed list. */
export function oneOf<const T extends readonly string[]>(values: T, description?: string): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...(description ? { description } : {}) })
}

/** Marks settings that are stored, but have no effect until their capability exists. */
export const without_effect = 'x-without-effect'

/** Adds the mark to the schema. */
export function notYet<T extends TSchema>(schema: T): TUnsafe<Static<T>> {
  return Type.Unsafe<Static<T>>({ ...schema, [without_effect]: true })
}

/** Arbitrary JSON, stored as sent. */
export const JsonObject = Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true })
export const JsonAny = Type.Unsafe<unknown>({})

export const Id = Type.String({ description: 'UUID. Those that the server creates are version 7 and sort by time.' })
export const Timestamp = Type.String({
  format: 'date-time',
  description: 'RFC 3339 in UTC with microseconds, such as 2026-01-31T09:30:00.123456Z.',
})

/** A UUID from the caller. The pattern is needed because the format alone also accepts `urn:uuid:…`. */
export const uuidText = (description?: string) =>
  Type.String({ format: 'uuid', pattern: '^[0-9A-Fa-f-]{36}$', ...(description ? { description } : {}) })

/** A filter on a time; a time without a zone means UTC. */
export const timestampFilter = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

export const Pagination = named(
  'Pagination',
  Type.Object({
    limit: Type.Integer({ description: 'The page size that was used.' }),
    next_cursor: nullable(
      Type.String({ description: 'Send it as `cursor` to get the next page; null on the last page.' }),
    ),
  }),
)

/** One page of a list: its rows and where the next page begins. */
export function pageOf<T extends TSchema>(row: T) {
  return Type.Object({ data: Type.Array(row), pagination: Pagination })
}

/** Query fields of every list with an opaque cursor. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'Page size, 1 to 100.' })),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: '`next_cursor` of the previous page.' })),
}

/** Header of every POST that changes something (T9). */
export const idempotencyHeader = {
  idempotency_key: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^[\\x20-\\x7e]*$',
      description:
        'Makes the call safe to repeat. For 24 hours the same key with the same request returns the first response again, with `Idempotent-Replayed: true`; if the first call is still running, the second one joins it. An error that stored nothing is not kept. A message whose turn failed is tried again without being stored twice. 1 to 255 printable ASCII characters, unique within the organization.',
    }),
  ),
}
