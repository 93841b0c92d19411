import { expect, test } from 'vitest'
import { createLocalResults } from './local-results.ts'

test('only those who expect a result receive it', () => {
  const results = createLocalResults<string>()
  using first = results.expect('turn')
  using second = results.expect('turn')
  using other = results.expect('another turn')
  results.tell('turn', 'over')
  expect([first.result, second.result, other.result]).toEqual(['over', 'over', null])
})

test('nothing is kept without a waiter', () => {
  const results = createLocalResults<string>()
  results.tell('turn', 'too early')
  const left = results.expect('turn')
  using stays = results.expect('turn')
  left[Symbol.dispose]()
  left[Symbol.dispose]()
  results.tell('turn', 'over')
  expect([left.result, stays.result]).toEqual([null, 'over'])
})
