import { deliveredTypes } from '@parley/contract'
import { expect, test } from 'vitest'
import { covers, families, toggled } from './patterns.ts'

test('every type of event is in one family', () => {
  const all = families.flatMap(({ types }) => types)
  expect(all.toSorted()).toEqual([...deliveredTypes].toSorted())
  for (const { pattern, types } of families) for (const type of types) expect(covers(pattern, type)).toBe(true)
})

test('a family takes the place of its types, and everything that of all', () => {
  const some = ['conversation.ended', 'turn.failed']
  expect(toggled(some, 'conversation.*', true)).toEqual(['conversation.*', 'turn.failed'])
  expect(toggled(some, '*', true)).toEqual(['*'])
  expect(toggled(['conversation.*', 'turn.failed'], 'conversation.*', false)).toEqual(['turn.failed'])
  expect(toggled(['turn.failed'], 'conversation.ended', true)).toEqual(['conversation.ended', 'turn.failed'])
})

test('a pattern that is not among the shown ones stays', () => {
  expect(toggled(['later.event'], 'turn.*', true)).toEqual(['turn.*', 'later.event'])
})
