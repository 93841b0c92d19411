import fc from 'fast-check'
import { expect, test } from 'vitest'
import { choosePassages, poolOf } from './choose-passages.ts'
import { fuse, rankBy } from './fusion.ts'
import { type RankedRow, rankChunks } from './rank-chunks.ts'

const written = (values: number[]) => Buffer.from(Float32Array.from(values).buffer).toString('base64')
const ranked = (id: string, text_hash = id, full_text: number | null = null) => ({ id, text_hash, full_text })

test('what both lists have comes first, equal texts count once', () => {
  const fused = fuse([
    [ranked('b'), ranked('a'), ranked('copy', 'a')],
    [ranked('c'), ranked('a')],
  ])
  expect(fused.map(({ item }) => item.id)).toEqual(['a', 'b', 'c'])
  expect(fused[0]!.fused).toBeCloseTo(2 / 62)
  expect(fused[1]!.fused).toBeCloseTo(1 / 61)
})

test('of what only one list has, at the same rank, words go first; then texts decide, not ids', () => {
  const near = [ranked('id 1', 'a'), ranked('id 2', 'b')]
  const matching = [ranked('id 3', 'd', 7), ranked('id 4', 'c', 7)]
  expect(fuse([near, matching]).map(({ item }) => item.text_hash)).toEqual(['d', 'a', 'c', 'b'])
  const renamed = (list: typeof near) => list.map((item) => ({ ...item, id: `id ${9 - Number(item.id.slice(3))}` }))
  expect(fuse([near, matching].map(renamed)).map(({ item }) => item.text_hash)).toEqual(['d', 'a', 'c', 'b'])
  expect(rankBy(matching, ({ full_text }) => full_text ?? 0).map(({ id }) => id)).toEqual(['id 4', 'id 3'])
  // The words of an equal text count too, whichever of them is answered.
  const copies = [ranked('id 1', 'a'), ranked('id 2', 'b')]
  const scored = [ranked('id 3', 'b', 7), ranked('id 4', 'a', 6)]
  expect(fuse([copies, scored]).map(({ item }) => item.text_hash)).toEqual(['b', 'a'])
  const candidates = [near, matching].map((list) => ({ top_n: 5, min_score: null, ranked: fuse([list]) }))
  const pooled = poolOf(
    candidates.map((of) => ({ ...of, ranked: of.ranked.map((one) => ({ ...one, item: { ...one.item, score: 1 } })) })),
    50,
  )
  expect(pooled.map(({ chunk }) => chunk.text_hash)).toEqual(['d', 'a', 'c', 'b'])
})

test('the order does not depend on the order of what was found', () => {
  const rowOf = (name: string, seed: number): RankedRow => ({
    chunk_id: name,
    text_hash: Buffer.from(name),
    vector: written([Math.cos(seed), Math.sin(seed)]),
    is_by_vector: true,
    number: 1,
    position: seed,
  })
  const rows = Array.from({ length: 8 }, (_, at) => rowOf(`chunk${at}`, at % 4))
  const words = rows.slice(0, 4).map(({ position }) => ({ generation: 1, position, score: 3 }))
  const order = (some: RankedRow[]) =>
    rankChunks(some, words, Float32Array.from([1, 0]), 100).map(({ item }) => item.id)
  const expected = order(rows)
  expect(expected).toHaveLength(8)
  fc.assert(
    fc.property(fc.shuffledSubarray(rows, { minLength: 8 }), (some) => {
      expect(order(some)).toEqual(expected)
    }),
  )
})

test('a score is the cosine of what has a vector, else that of its words', () => {
  const vector = written([0.6, 0.8])
  const row = (position: number, more: Partial<RankedRow>): RankedRow => ({
    chunk_id: String(position),
    text_hash: Buffer.from([position]),
    vector: null,
    is_by_vector: false,
    number: 1,
    position,
    ...more,
  })
  const rows = [
    row(0, { vector, is_by_vector: true }),
    row(1, { vector }),
    row(2, {}),
    row(3, { vector: written([-1, 0]), is_by_vector: true }),
  ]
  const words = [1, 2].map((position) => ({ generation: 1, position, score: 5 }))
  const found = Object.fromEntries(
    rankChunks(rows, words, Float32Array.from([1, 0]), 100).map(({ item }) => [item.id, item]),
  )
  expect(found['0']).toMatchObject({ full_text: null })
  expect(found['0']!.score).toBeCloseTo(0.6)
  expect(found['1']).toMatchObject({ full_text: 5 })
  expect(found['1']!.score).toBeCloseTo(0.6)
  expect(found['2']).toMatchObject({ full_text: 5, vector: null, score: 0.5 })
  expect(found['3']).toMatchObject({ score: 0, vector: -1 })
})

const candidate = (id: string, score: number, fused: number) => ({ item: { ...ranked(id), score }, fused, words: 0 })

test('datasets are merged by fused rank, each with its own bounds', () => {
  const pool = poolOf(
    [
      {
        top_n: 2,
        min_score: null,
        ranked: [candidate('a', 0.9, 0.03), candidate('b', 0.8, 0.02), candidate('c', 0.7, 0.01)],
      },
      {
        top_n: 2,
        min_score: 0.5,
        ranked: [candidate('d', 0.4, 0.04), candidate('e', 0.6, 0.025), candidate('a', 0.9, 0.02)],
      },
    ],
    50,
  )
  const ids = (scores: number[] | null, results = 10) =>
    choosePassages(pool, scores, { results }).map(({ chunk }) => chunk.id)
  expect(ids(null)).toEqual(['a', 'e', 'b'])
  expect(ids(null, 2)).toEqual(['a', 'e'])
  // In the order of the pool: a, e, b, c. What the model puts first may replace what was above.
  expect(ids([0.1, 0.2, 0.3, 0.9])).toEqual(['c', 'b', 'e'])
})
