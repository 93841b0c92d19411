import { expect, test } from 'vitest'
import { measureCapacity, mayHoldOthersBack, poolsOf } from './shares.ts'

const pools = poolsOf({ node: 8, organization: 4, owner: 4 })
const one = { organization: 'o', owner: 'a', is_failing: false }

test('failing work gets half of the places, and its owners a quarter, but at least one', () => {
  expect(pools).toEqual([
    { is_failing: false, places: 8, of_organization: 4, of_owner: 4 },
    { is_failing: true, places: 4, of_organization: 4, of_owner: 1 },
  ])
  expect(poolsOf({ node: 1, organization: 1, owner: 1 }).map(({ places, of_owner }) => [places, of_owner])).toEqual([
    [1, 1],
    [1, 1],
  ])
})

test('running work counts against its own pool, and owners over both pools', () => {
  const { free, pools: open, busy } = measureCapacity(pools, [one, one, { ...one, is_failing: true }])
  expect([free, open.map((pool) => [pool.free, { ...pool.busy }]), { ...busy }]).toEqual([
    9,
    [
      [6, { o: 2 }],
      [3, { o: 1 }],
    ],
    { a: 3 },
  ])
})

test('a single piece of work blocks no other; one of many may', () => {
  const wide = poolsOf({ node: 64, organization: 32, owner: 32 })
  expect(mayHoldOthersBack(wide, one, [one])).toBe(false)
  expect(
    mayHoldOthersBack(
      wide,
      one,
      Array.from({ length: 8 }, () => one),
    ),
  ).toBe(true)
  const others = Array.from({ length: 15 }, (_, n) => ({ ...one, owner: `b${n}` }))
  expect(mayHoldOthersBack(wide, one, [one, ...others])).toBe(true)
})
