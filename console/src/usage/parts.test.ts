import { expect, test } from 'vitest'
import { type Row, firstParts, partsOf, sumOf } from './parts.ts'

const none = { entries: 0, input_tokens: 0, output_tokens: 0, quantity: 0, cost: '0', unpriced_tokens: 0 }
const row = (day: number, model: string | null, cost: string, lost = '0'): Row => ({
  ...none,
  ...{ from: `2026-03-0${day}T00:00:00.000Z`, to: `2026-03-0${day + 1}T00:00:00.000Z`, model },
  ...{ entries: 2, input_tokens: 10, output_tokens: 1, cost, lost: { ...none, entries: 1, cost: lost } },
})
const starts = [1, 2, 3].map((day) => Date.UTC(2026, 2, day))

test('rows become parts by group, each with every bucket, the most expensive first', () => {
  const parts = partsOf([row(1, 'a/x', '1'), row(3, 'a/x', '2'), row(2, 'b/y', '5', '0.5')], 'model', 'day', starts)
  expect(parts.map(({ key, sums, lost }) => [key, sums.cost, lost.cost])).toEqual([
    ['b/y', 5, 0.5],
    ['a/x', 3, 0],
  ])
  expect(parts[1]!.buckets.map(({ cost }) => cost)).toEqual([1, 0, 2])
  expect(parts[0]!.lostBuckets.map(({ cost }) => cost)).toEqual([0, 0.5, 0])
  expect(partsOf([row(1, 'a/x', '1'), row(1, null, '2')], undefined, 'day', starts)).toMatchObject([
    { key: null, sums: { cost: 3, entries: 4, input_tokens: 20 } },
  ])
})

test('what a chart has no line for becomes one, so that nothing is missing', () => {
  const parts = partsOf(
    ['a', 'b', 'c', 'd', 'e', 'f'].map((model, index) => row(1, model, String(9 - index))),
    'model',
    'day',
    starts,
  )
  const { shown, others } = firstParts(parts, 4)
  expect(shown.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd'])
  expect(others).toMatchObject({ key: 'other', sums: { cost: 9 } })
  expect(sumOf([...shown, others!])).toEqual(sumOf(parts))
  expect(firstParts(parts.slice(0, 5), 4)).toEqual({ shown: parts.slice(0, 5), others: null })
})
