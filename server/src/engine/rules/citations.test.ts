import type { RetrievedChunk } from '@parley/contract'
import { expect, test } from 'vitest'
import { findCitations } from './citations.ts'

const chunk = (number: number): RetrievedChunk => ({
  ...{
    number,
    chunk_id: `chunk ${number}`,
    dataset_id: 'd',
    source_id: `source ${number}`,
    source_name: `${number}.pdf`,
  },
  ...{ url: null, page: number, score: 1, shown: true },
})
const shown = new Map([1, 2, 30].map((number) => [number, chunk(number)]))

test.each<[string, number[]]>([
  ['', []],
  ['Yes [1].', [1]],
  ['Yes [2][1], and [2] again.', [1, 2]],
  ['Yes [30, 1].', [1, 30]],
  ['Yes [1,2 ,  30].', [1, 2, 30]],
  ['Yes [3] and [9999999].', []],
  ['Yes [1.], (1), [a1], [ 1 ], [-1], [٢].', []],
  ['A link [1](https://example.com) counts.', [1]],
])('%j cites %j', (text, numbers) => {
  expect(findCitations(text, shown).map(({ number }) => number)).toEqual(numbers)
})

test('a citation says where the passage stands', () => {
  expect(findCitations('[30]', shown)).toEqual([
    { number: 30, chunk_id: 'chunk 30', source_id: 'source 30', source_name: '30.pdf', url: null, page: 30 },
  ])
})
