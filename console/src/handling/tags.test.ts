import { expect, test } from 'vitest'
import { areTagsFit, tagsToText, textToTags } from './tags.ts'

test('tags are a line of text and come back from it as the server stores them', () => {
  expect(textToTags(' VIP,refund ,, vip, Two words ')).toEqual(['vip', 'refund', 'two words'])
  expect(textToTags(' , ')).toEqual([])
  expect(textToTags(tagsToText(['a', 'b c']))).toEqual(['a', 'b c'])
})

test('too many, or too long a one, are not sent', () => {
  const many = (count: number) => Array.from({ length: count }, (_none, index) => `t${index}`)
  expect([areTagsFit(many(20)), areTagsFit(many(21))]).toEqual([true, false])
  expect([areTagsFit(['x'.repeat(40)]), areTagsFit(['x'.repeat(41)])]).toEqual([true, false])
})
