import { Type } from './type.ts'
import { expect, test } from 'vitest'
import { nullable, oneOf } from './schema.ts'

test('a nullable schema accepts null, also where it lists its values', () => {
  expect(nullable(Type.Literal(true))).toEqual({ type: ['boolean', 'null'], enum: [true, null] })
  expect(nullable(oneOf(['a', 'b']))).toEqual({ type: ['string', 'null'], enum: ['a', 'b', null] })
  expect(nullable(Type.String({ maxLength: 3 }))).toEqual({ type: ['string', 'null'], maxLength: 3 })
})
