// Serializers of answers, each made at its first use, and once in a process: a start would make hundreds, which takes a tenth of it.
import fastJsonStringify from 'fast-json-stringify'
import type { FastifySerializerCompiler } from 'fastify'

type Serialize = (value: unknown) => string

const made = new WeakMap<object, Serialize>()

export const compileSerializer: FastifySerializerCompiler<object> = ({ schema }) => {
  return (value: unknown) => {
    const serialize = made.get(schema) ?? fastJsonStringify(schema)
    made.set(schema, serialize)
    return serialize(value)
  }
}
