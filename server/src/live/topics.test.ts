import { expect, test } from 'vitest'
import { topic } from './topics.ts'

test('a name is declared once, and is one word', () => {
  topic<string>('declared_twice')
  expect(() => topic<string>('declared_twice')).toThrow('two topics are named declared_twice')
  for (const name of ['', 'two words', 'Large']) expect(() => topic<string>(name)).toThrow('one word')
})
