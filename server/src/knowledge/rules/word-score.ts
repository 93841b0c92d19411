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

/** Scores of one generation, by position; those of 64 positions stand together. */
type Pages = (Float64Array | undefined)[]
const page_bits = 6
const page_size = 1 << page_bits

/** Of the chosen generations, the best in order; those that are as good in the order of generation and position. */
export function scoreWords(
  words: readonly FoundWord[],
  totals: Totals,
  chosen: ReadonlySet<number>,
  most: number,
): ScoredChunk[] {
  const scores = new Map<number, Pages>()
  const usual_length = totals.words / Math.max(totals.chunks, 1) || 1
  const least_norm = saturation * (1 - length_share)
  const norm_of_word = (saturation * length_share) / usual_length
  for (const word of words) {
    const rarity = Math.log(1 + (Math.max(totals.chunks - word.chunks, 0) + 0.5) / (word.chunks + 0.5))
    const weight = rarity * (saturation + 1) * word.likeness
    eachBatch(word.packed, (generation, first, begin, end) => {
      if (!chosen.has(generation)) return
      let pages = scores.get(generation)
      if (!pages) scores.set(generation, (pages = []))
      readPostings(word.packed, begin, end, first, (position, times, length, forms) => {
        const page = (pages[position >> page_bits] ??= new Float64Array(page_size))
        const score = (weight * times) / (times + least_norm + norm_of_word * length)
        page[position & (page_size - 1)]! += forms & word.form ? score : score * other_form
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

/** Keeps few at a time: what cannot be among the best is never sorted. */
function bestOf(scores: ReadonlyMap<number, Pages>, most: number): ScoredChunk[] {
  const better = (a: ScoredChunk, b: ScoredChunk) =>
    b.score - a.score || a.generation - b.generation || a.position - b.position
  let kept: ScoredChunk[] = []
  let least = 0
  for (const [generation, pages] of scores) {
    for (const [page, of] of pages.entries()) {
      if (of === undefined) continue
      for (let at = 0; at < page_size; at += 1) {
        const score = of[at]!
        // Chunks without any of the words have no score.
        if (score === 0 || score < least) continue
        kept.push({ generation, position: page * page_size + at, score })
        if (kept.length < most * 4) continue
        kept = kept.toSorted(better).slice(0, most)
        least = kept.at(-1)!.score
      }
    }
  }
  return kept.toSorted(better).slice(0, most)
}
