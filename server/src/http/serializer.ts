// Serializers of answers, each made at its first use, and once in a process: a start would make hundreds, which takes a tenth of it.
import fastJsonStringify from 'fast-json-stringify'
import type { FastifySerializerCompiler } from 'fastify'

type Serialize = (value: unknown) => string

const made = new WeakMap<object, Serialize>()

export const compileSerializer: FastifySerializerCompiler<object> = ({ schema }) => {
  let serialize: Serialize | undefined
  return (value: unknown) => (serialize ??= serializerOf(schema))(value)
}

/** The JSON of an answer has the fields of its schema, over HTTP and over MCP. */
export function serializerOf(schema: object): Serialize {
  const found = made.get(schema)
  if (found) return found
  const serialize = fastJsonStringify(withRest(schema) as object)
  made.set(schema, serialize)
  return serialize
}

/**
 * The schema, where a value that matches no alternative is sent as it is: a widget of which redaction has removed an address matches
 * none, and what is stored must not make an answer fail. Nor must it have the fields that later versions have added: a first answer
 * is sent again as it was.
 */
function withRest(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withRest)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).flatMap(([name, part]) =>
    name === 'required' && Array.isArray(part) ? [] : [[name, withRest(part)] as const],
  )
  const copy: { oneOf?: unknown; anyOf?: unknown } = Object.fromEntries(entries)
  if (Array.isArray(copy.oneOf)) return { ...copy, oneOf: [...copy.oneOf, {}] }
  return asNullable(copy) ?? copy
}

/** A schema or null, which needs no validator to tell them apart: making one takes as long as the rest of a serializer. */
function asNullable({ anyOf, ...rest }: { anyOf?: unknown }): object | null {
  if (!Array.isArray(anyOf) || anyOf.length !== 2 || (anyOf[1] as { type?: unknown }).type !== 'null') return null
  if (!Object.hasOwn(anyOf[0] as object, 'type')) return null
  return { ...(anyOf[0] as object), ...rest, nullable: true }
}
