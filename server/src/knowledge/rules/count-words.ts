// Counts the words of a batch of chunks, and packs where they are. Each word is looked up once for the batch, not for each chunk. Pure.
import { cutWords } from './cut-words.ts'
import { type PackedWord, type Posting, formOf, packPostings } from './postings.ts'

export interface IndexedChunk {
  position: number
  content: string
  heading_path: readonly string[]
}

/** What a word of a heading counts. */
const heading_weight = 2

interface CountedWord {
  has_stem: boolean
  places: Place[]
}

/** A chunk by its place in the batch, and how often it has the word. */
interface Place {
  chunk: number
  times: number
}

export interface StoredWord extends PackedWord {
  /** Its stem. */
  text: string
}

export class WordCount {
  /** Words of the chunks, headings twice. */
  length = 0
  readonly #words = new Map<string, CountedWord>()
  readonly #chunks: { position: number; length: number }[] = []

  /** In order of their positions. */
  add({ position, content, heading_path }: IndexedChunk): void {
    const before = this.length
    this.#count(content, 1)
    for (const heading of heading_path) this.#count(heading, heading_weight)
    this.#chunks.push({ position, length: this.length - before })
  }

  #count(text: string, weight: number): void {
    const chunk = this.#chunks.length
    for (const { text: word, has_stem } of cutWords(text)) {
      this.length += weight
      const counted = this.#words.get(word)
      if (!counted) {
        this.#words.set(word, { has_stem, places: [{ chunk, times: weight }] })
        continue
      }
      const last = counted.places.at(-1)!
      if (last.chunk === chunk) last.times += weight
      else counted.places.push({ chunk, times: weight })
    }
  }

  /** Those that have a stem. */
  get spoken(): string[] {
    return [...this.#words].flatMap(([text, { has_stem }]) => (has_stem ? text : []))
  }

  /** One for each hash, with its places from the first chunk on. */
  pack(stemOf: (text: string) => string, hash: (stem: string) => number): StoredWord[] {
    const first = this.#chunks[0]?.position ?? 0
    const found = new Map<number, { text: string; postings: Posting[] }>()
    for (const [text, { places }] of this.#words) {
      const stem = stemOf(text)
      const word = hash(stem)
      const postings = this.#postingsOf(places, formOf(text))
      const known = found.get(word)
      if (known) known.postings = merge(known.postings, postings)
      else found.set(word, { text: stem, postings })
    }
    return [...found].map(([word, { text, postings }]) => ({
      word,
      text,
      chunks: postings.length,
      data: packPostings(postings, first),
    }))
  }

  #postingsOf(places: readonly Place[], forms: number): Posting[] {
    return places.map(({ chunk, times }) => {
      const { position, length } = this.#chunks[chunk]!
      return { position, times, length, forms }
    })
  }
}

/** Words with the same stem in one chunk are one posting, in several forms. */
function merge(one: readonly Posting[], other: readonly Posting[]): Posting[] {
  const merged: Posting[] = []
  for (const posting of [...one, ...other].toSorted((a, b) => a.position - b.position)) {
    const last = merged.at(-1)
    if (last?.position === posting.position) {
      last.times += posting.times
      last.forms |= posting.forms
    } else merged.push(posting)
  }
  return merged
}
