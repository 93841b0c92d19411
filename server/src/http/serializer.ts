// Serializers of answers, each made at its first use, and once in a process: a start would make hundreds, which takes a tenth of it.
import fastJsonStringify from 'fast-json-stringify'
import type { FastifySerializerCompiler } from 'fastify'

type Serialize = (value: unknown) => string

const made = new WeakMap<object, Serialize>()

export const compileSerializer: FastifySerializerCompiler<object> = ({ schema }) => {
  let serialize: Serialize | undefined
  return (value: unknown) => (serialize ??= serializerOf(schema))(value)
}

function serializerOf(schema: object): Serialize {
  const found = made.get(schema)
  if (found) return found
  const serialize = fastJsonStringify(schema)
  made.set(schema, serialize)
  return serialize
}
