import { expect, test } from 'vitest'
import { hasKeyword } from './keywords.ts'

test.each([
  ['I want a human.', 'human', true],
  ['A HUMAN, now!', 'human', true],
  ['humane', 'human', false],
  ['superhuman', 'human', false],
  ['human', '', false],
  ['real \n person', 'real person', true],
  ['ｈｕｍａｎ please', 'human', true],
  ['Ich will einen Menschen', 'menschen', true],
  ['人間と話したい', '人間', true],
  ['Die Straße!', 'STRASSE', true],
  ['DIE STRASSE', 'straße', true],
  ['ΟΔΟΣ', 'οδος', true],
  ['ΟΔΟΣ', 'οδοσ', true],
  ['cafe\u0301', 'café', true],
  ['cafeteria café', 'café', true],
  ['what?? agent!!', 'agent', true],
  ['agent_7', 'agent', false],
  ['c++ please', 'c++', true],
  ['a human-like voice', 'human', true],
])('%j has %j: %s', (text, keyword, expected) => {
  expect(hasKeyword(text, ['something else', keyword])).toBe(expected)
})

test('many keywords and a long text take no time', () => {
  const keywords = Array.from({ length: 100 }, () => 'a'.repeat(100))
  expect(hasKeyword('a'.repeat(32_000), keywords)).toBe(false)
})
