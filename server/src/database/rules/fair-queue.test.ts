import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FairQueue } from './fair-queue.ts'

interface Sent {
  owner: string
  n: number
  size: number
}

const ownerOf = ({ owner }: Sent) => owner
const sizeOf = ({ size }: Sent) => size
const named = ({ owner, n }: Sent) => `${owner}${n}`

function fill(queue: FairQueue<Sent>, ...sent: [owner: string, ...sizes: number[]][]): void {
  for (const [owner, ...sizes] of sent) for (const [n, size] of sizes.entries()) queue.add({ owner, n, size })
}

const takeNames = (queue: FairQueue<Sent>, with_large = true) => queue.take(with_large)?.requests.map(named)

test('owners take turns, oldest request first, and the next group continues where the last one ended', () => {
  const queue = new FairQueue({ most: 4, ownerOf, sizeOf })
  fill(queue, ['a', 1, 1, 1, 1, 1, 1], ['b', 1], ['c', 1, 1])
  expect(takeNames(queue)).toEqual(['a0', 'b0', 'c0', 'a1'])
  fill(queue, ['d', 1])
  expect(takeNames(queue)).toEqual(['c1', 'a2', 'd0', 'a3'])
  expect(takeNames(queue)).toEqual(['a4', 'a5'])
  expect(queue.take(true)).toBe(null)
})

test('a group has a maximum size; a request that does not fit is first in the next one', () => {
  const queue = new FairQueue({ most: 10, ownerOf, sizeOf, most_size: 10 })
  fill(queue, ['a', 4, 4], ['b', 8, 1], ['c', 3])
  expect(takeNames(queue)).toEqual(['a0', 'c0'])
  expect(takeNames(queue)).toEqual(['b0', 'b1'])
  expect(takeNames(queue)).toEqual(['a1'])
})

test('a request larger than a group forms its own group', () => {
  const queue = new FairQueue({ most: 10, ownerOf, sizeOf, most_size: 10 })
  fill(queue, ['a', 50, 1])
  expect(takeNames(queue)).toEqual(['a0'])
  expect(takeNames(queue)).toEqual(['a1'])
})

test('large requests are grouped only with others of their owner, and only if permitted', () => {
  const queue = new FairQueue({ most: 10, ownerOf, sizeOf, large_size: 5, most_size: 20 })
  fill(queue, ['a', 9, 1, 9, 9], ['b', 1, 9, 1])
  expect(queue.take(true)).toMatchObject({ is_large: true, requests: [{ n: 0 }, { n: 1 }, { n: 2 }] })
  expect(queue.take(false)).toMatchObject({ is_large: false, requests: [{ owner: 'b' }, { owner: 'b' }] })
  expect(queue.take(false)).toBe(null)
  expect(takeNames(queue)).toEqual(['b1'])
  expect(takeNames(queue)).toEqual(['a3'])
})

test('small requests do not wait behind large ones of their owner', () => {
  const queue = new FairQueue({ most: 10, ownerOf, sizeOf, large_size: 5 })
  fill(queue, ['a', 9, 1, 9, 1], ['b', 9, 1])
  expect(takeNames(queue, false)).toEqual(['a1', 'b1', 'a3'])
  expect(queue.take(false)).toBe(null)
})

test('a stream of small requests does not block large ones of their owner', () => {
  const queue = new FairQueue({ most: 2, ownerOf, sizeOf, large_size: 5 })
  fill(queue, ['b', 1, 1, 1, 1, 1, 1], ['a', 1, 9, 1, 1, 1, 1])
  expect(takeNames(queue)).toEqual(['b0', 'a0'])
  expect(takeNames(queue)).toContain('a1')
})

test('the limits of an owner apply to small and large requests together', () => {
  const queue = new FairQueue({ most: 1, ownerOf, sizeOf, large_size: 5, most_waiting: 3, most_waiting_size: 20 })
  const add = (owner: string, size: number) => queue.add({ owner, n: 0, size })
  expect([9, 1, 9, 1].map((size) => add('many', size))).toEqual([true, true, true, false])
  expect([4, 9, 9, 4].map((size) => add('large', size))).toEqual([true, true, false, true])
})

test('an owner at its limit does not affect others', () => {
  const queue = new FairQueue({ most: 10, ownerOf, sizeOf, most_waiting: 3, most_waiting_size: 10 })
  const add = (owner: string, size: number) => queue.add({ owner, n: 0, size })
  expect([1, 1, 1, 1].map((size) => add('many', size))).toEqual([true, true, true, false])
  expect([50, 1].map((size) => add('large', size))).toEqual([true, false])
  expect(add('other', 9)).toBe(true)
  queue.take(true)
  expect([add('many', 1), add('large', 1)]).toEqual([true, true])
})

test('a removed request is not taken, and frees its space', () => {
  const queue = new FairQueue({ most: 10, ownerOf, sizeOf, most_waiting_size: 10 })
  const [first, second] = [
    { owner: 'a', n: 0, size: 6 },
    { owner: 'a', n: 1, size: 6 },
  ]
  expect([queue.add(first), queue.add(second)]).toEqual([true, false])
  queue.remove(first)
  queue.remove(first)
  expect(queue.add(second)).toBe(true)
  expect(takeNames(queue)).toEqual(['a1'])
})

test('every request is taken once, small and large ones each in the order of their owner, in groups within the limits', () => {
  const arbitrary = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(12), fc.boolean()), { maxLength: 40 })
  const bounds = { most: 4, large_size: 8, most_size: 15 }
  fc.assert(
    fc.property(arbitrary, (sent) => {
      const queue = new FairQueue({ ...bounds, ownerOf, sizeOf })
      const added: Sent[] = []
      const taken: Sent[] = []
      const take = (with_large: boolean) => {
        const group = queue.take(with_large)
        if (!group) {
          const left = added.filter((one) => !taken.includes(one))
          expect(left.filter(({ size }) => with_large || size <= bounds.large_size)).toEqual([])
          return false
        }
        const { requests } = group
        const isAnyLarge = requests.some(({ size }) => size > bounds.large_size)
        expect(group.is_large).toBe(isAnyLarge)
        expect(isAnyLarge && !with_large).toBe(false)
        if (isAnyLarge) expect(new Set(requests.map(ownerOf)).size).toBe(1)
        expect(requests.length).toBeLessThanOrEqual(bounds.most)
        expect(requests.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(bounds.most_size)
        taken.push(...requests)
        return true
      }
      for (const [n, [owner, size, takes]] of sent.entries()) {
        added.push({ owner, n, size })
        queue.add(added.at(-1)!)
        if (takes) take(n % 2 === 0)
      }
      while (take(true));
      expect(taken.map(({ n }) => n).toSorted((a, b) => a - b)).toEqual(sent.map((_one, n) => n))
      const lines = Map.groupBy(taken, ({ owner, size }) => `${owner} ${size > bounds.large_size}`)
      for (const line of lines.values()) expect(line).toEqual(line.toSorted((a, b) => a.n - b.n))
    }),
  )
})
