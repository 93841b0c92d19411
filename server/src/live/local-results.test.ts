import { expect, test } from 'vitest'
import { createEndings } from './local-results.ts'

test('everyone who expects an ending is told it, and nobody else', () => {
  const endings = createEndings<string>()
  using first = endings.expect('turn')
  using second = endings.expect('turn')
  using other = endings.expect('another turn')
  endings.tell('turn', 'over')
  expect([first.ending, second.ending, other.ending]).toEqual(['over', 'over', null])
})

test('nothing is kept for who does not wait (any more)', () => {
  const endings = createEndings<string>()
  endings.tell('turn', 'too early')
  const left = endings.expect('turn')
  using stays = endings.expect('turn')
  left[Symbol.dispose]()
  left[Symbol.dispose]()
  endings.tell('turn', 'over')
  expect([left.ending, stays.ending]).toEqual([null, 'over'])
})
