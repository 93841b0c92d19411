// Ranks what a search has found in one dataset: vectors exactly, words by their score, then both together. Pure.
import { type Fused, dropEqualTexts, fuse, rankBy } from './fusion.ts'
import { cosine, readVector } from './signs.ts'

export interface RankedRow {
  chunk_id: string
  text_hash: Buffer
  /** Float32, in base64. */
  vector: string | null
  is_by_vector: boolean
  number: number
  position: number
}

export interface RankedChunk<Row> {
  id: string
  text_hash: string
  row: Row
  /** 0 to 1. */
  score: number
  /** Cosine similarity. */
  vector: number | null
  /** Of its words. */
  full_text: number | null
}

/** Below 1, for any score of words. */
const fromWords = (score: number) => score / (score + 5)

export function rankChunks<Row extends RankedRow>(
  rows: readonly Row[],
  words: readonly { generation: number; position: number; score: number }[],
  query_vector: Float32Array | null,
  most: number,
): Fused<RankedChunk<Row>>[] {
  const keyOf = (generation: number, position: number) => `${generation} ${position}`
  const scores = new Map(words.map(({ generation, position, score }) => [keyOf(generation, position), score]))
  const chunks = rows.map((row): RankedChunk<Row> => {
    const full_text = scores.get(keyOf(row.number, row.position)) ?? null
    const vector =
      row.vector && query_vector ? cosine(readVector(Buffer.from(row.vector, 'base64')), query_vector) : null
    // Rounding can pass the bounds.
    const score = vector === null ? fromWords(full_text ?? 0) : Math.min(Math.max(vector, 0), 1)
    return { id: row.chunk_id, text_hash: row.text_hash.toString('hex'), row, score, vector, full_text }
  })
  const near = chunks.filter(({ row, vector }) => row.is_by_vector && vector !== null)
  const matching = chunks.filter(({ full_text }) => full_text !== null)
  const lists = [rankBy(near, ({ vector }) => vector!), rankBy(matching, ({ full_text }) => full_text!)]
  return fuse(lists.map((list) => dropEqualTexts(list).slice(0, most)))
}
