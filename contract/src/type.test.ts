// The same schemas as typebox builds, whose types they have.
import { Type as Typebox } from 'typebox'
import { expect, test } from 'vitest'
import { Type } from './type.ts'

type Builder = Pick<typeof Typebox, keyof typeof Type>

const cases: Record<string, (type: Builder) => object> = {
  'a text': (type) => type.String({ description: 'd', maxLength: 3 }),
  'numbers and others': (type) =>
    type.Object({
      a: type.Integer({ minimum: 1 }),
      b: type.Number(),
      c: type.Boolean(),
      d: type.Null(),
      e: type.Unknown(),
    }),
  'nothing required': (type) => type.Object({ a: type.Optional(type.String()) }),
  'no properties': (type) => type.Object({}),
  'some required, with options': (type) =>
    type.Object(
      { a: type.Optional(type.String()), b: type.String() },
      { additionalProperties: false, description: 'x' },
    ),
  'a list, literals, alternatives': (type) =>
    type.Array(type.Union([type.Literal('a'), type.Literal(true), type.Literal(1)], { description: 'u' }), {
      maxItems: 1,
    }),
  'an unsafe one, optional': (type) => type.Object({ a: type.Optional(type.Unsafe<string>({ type: 'string' })) }),
  'a copy is required again': (type) => type.Object({ a: type.Unsafe<string>({ ...type.Optional(type.String()) }) }),
  records: (type) =>
    type.Array(
      type.Record(type.String(), type.Record(type.String({ pattern: '^a' }), type.Number()), { description: 'r' }),
    ),
  'all optional': (type) =>
    type.Partial(type.Object({ a: type.String(), b: type.Optional(type.String()) }, { description: 'lost' }), {
      description: 'p',
    }),
  'some of them': (type) =>
    type.Pick(type.Object({ a: type.String(), b: type.Optional(type.String()), c: type.String() }), ['a', 'b']),
}

test.for(Object.entries(cases))('%s', ([, build]) => {
  expect(JSON.stringify(build(Type as Builder))).toBe(JSON.stringify(build(Typebox)))
})

test('an optional one is a copy', () => {
  const text = Type.String()
  Type.Optional(text)
  expect(Type.Object({ text })).toMatchObject({ required: ['text'] })
})
