// How well chunks match words: BM25. Pure.
import { readPostings } from './postings.ts'

/** What a dataset counts. */
export interface Totals {
  chunks: number
  /** Words of all chunks. */
  words: number
}

/** A word of the query, with the chunks that have it. */
export interface FoundWord {
  /** Searched chunks of the dataset that have it. */
  chunks: number
  /** 1; less for a word that only resembles the one asked for. */
  likeness: number
  /** The bit of the form asked for. */
  form: number
  /** Of each batch: generation (8 bytes), position of the first chunk (4), bytes (4), postings. */
  packed: Buffer
}

export interface ScoredChunk {
  generation: number
  position: number
  score: number
}

/** The usual constants of BM25. */
const saturation = 1.2
const length_share = 0.75
/** What a match counts whose form differs from the one asked for. */
const other_form = 0.85

/** Below it positions of one generation; above it its number. */
const positions = 2 ** 20

/** Of the chosen generations, the best in order; those that are as good in the order of generation and position. */
export function scoreWords(
  words: readonly FoundWord[],
  totals: Totals,
  chosen: ReadonlySet<number>,
  most: number,
): ScoredChunk[] {
  const scores = new Map<number, number>()
  const usual_length = totals.words / Math.max(totals.chunks, 1) || 1
  for (const word of words) {
    const rarity = Math.log(1 + (Math.max(totals.chunks - word.chunks, 0) + 0.5) / (word.chunks + 0.5))
    const weight = rarity * (saturation + 1) * word.likeness
    eachBatch(word.packed, (generation, first, begin, end) => {
      if (!chosen.has(generation)) return
      const base = generation * positions
      readPostings(word.packed, begin, end, first, (position, times, length, forms) => {
        const norm = saturation * (1 - length_share + (length_share * length) / usual_length)
        const score = (weight * times) / (times + norm)
        const key = base + position
        scores.set(key, (scores.get(key) ?? 0) + (forms & word.form ? score : score * other_form))
      })
    })
  }
  return bestOf(scores, most)
}

function eachBatch(
  packed: Buffer,
  found: (generation: number, first: number, begin: number, end: number) => void,
): void {
  for (let at = 0; at < packed.length;) {
    const generation = packed.readUInt32BE(at) * 2 ** 32 + packed.readUInt32BE(at + 4)
    const begin = at + 16
    const end = begin + packed.readUInt32BE(at + 12)
    found(generation, packed.readUInt32BE(at + 8), begin, end)
    at = end
  }
}

function bestOf(scores: Map<number, number>, most: number): ScoredChunk[] {
  let least = 0
  if (scores.size > most * 4) {
    // What cannot be among the best is left out before the rest is sorted.
    const all = Float64Array.from(scores.values()).sort()
    least = all[all.length - most]!
  }
  const kept = [...scores].filter(([, score]) => score >= least)
  kept.sort(([a, one], [b, other]) => other - one || a - b)
  return kept.slice(0, most).map(([key, score]) => {
    return { generation: Math.floor(key / positions), position: key % positions, score }
  })
}
