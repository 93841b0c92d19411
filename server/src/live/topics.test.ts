import { expect, test } from 'vitest'
import { topic } from './topics.ts'

test('a name is declared once, and is one word', () => {
  topic<string>('declared_twice')
  expect(() => topic<string>('declared_twice')).toThrow('two topics are named declared_twice')
  for (const name of ['', 'two words', 'Large']) expect(() => topic<string>(name)).toThrow('one word')
})

test('P8: the next version of a payload is another topic, beside the first', () => {
  const codec = { encode: String, decode: Number }
  expect(topic<number>('versioned', codec).name).toBe('versioned')
  expect(topic<number>('versioned', codec, 2).name).toBe('versioned.2')
  expect(() => topic<number>('versioned', codec, 2)).toThrow('two topics are named versioned.2')
})
