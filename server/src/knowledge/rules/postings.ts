// The packed form of an inverted index: which chunks have a word, how often, how long they are, and in which forms. Pure.

/** Of one word in one chunk. */
export interface Posting {
  position: number
  /** How often, at most 255. */
  times: number
  /** Words of the chunk. */
  length: number
  /** A bit for each form in which it stands there (`formOf`). */
  forms: number
}

const fnv_prime = 0x01000193

function mix(state: number, text: string): number {
  let hash = state
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    hash = Math.imul(hash ^ (unit & 0xff), fnv_prime)
    hash = Math.imul(hash ^ (unit >>> 8), fnv_prime)
  }
  return hash
}

/** Spreads over all bits. */
function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

/** Hashes the words of one dataset, so that no two datasets share a list: 32 bits; two words with the same hash count as one. */
export function wordHashes(dataset_id: string): (word: string) => number {
  const salt = mix(0x811c9dc5, dataset_id)
  return (word) => finish(mix(salt, word))
}

/** One of eight bits. */
export function formOf(word: string): number {
  return 1 << (finish(mix(0x811c9dc5, word)) & 7)
}

/** Positions rise, and none is before `first`. */
export function packPostings(postings: readonly Posting[], first: number): Buffer {
  const bytes: number[] = []
  let before = first
  for (const { position, times, length, forms } of postings) {
    packNumber(bytes, position - before)
    bytes.push(Math.min(times, 255), forms)
    packNumber(bytes, length)
    before = position
  }
  return Buffer.from(bytes)
}

function packNumber(bytes: number[], value: number): void {
  let rest = value
  while (rest > 127) {
    bytes.push((rest & 127) | 128)
    rest >>>= 7
  }
  bytes.push(rest)
}

/** Words of a batch as they are stored: in order, with the postings of each from its place in `begins` to the next. */
export interface WordGroup {
  words: number[]
  /** How many chunks have each. */
  chunks: number[]
  /** One more than words. */
  begins: number[]
  data: Buffer
}

export interface PackedWord {
  word: number
  chunks: number
  data: Buffer
}

/** A row has at most so many words, and no further one after so many bytes: a search reads a whole row for one word. */
const words_of_group = 64
const bytes_of_group = 1200

/** Frequent words, which most searches read, stand together. */
export function groupWords(found: readonly PackedWord[]): WordGroup[] {
  const groups: PackedWord[][] = []
  let bytes = Infinity
  for (const word of found.toSorted((a, b) => b.chunks - a.chunks || a.word - b.word)) {
    if (bytes >= bytes_of_group || groups.at(-1)!.length === words_of_group) {
      groups.push([])
      bytes = 0
    }
    groups.at(-1)!.push(word)
    bytes += word.data.length
  }
  return groups.map(groupOf)
}

function groupOf(some: readonly PackedWord[]): WordGroup {
  const sorted = some.toSorted((a, b) => a.word - b.word)
  const begins = [0]
  for (const { data } of sorted) begins.push(begins.at(-1)! + data.length)
  return {
    words: sorted.map(({ word }) => word),
    chunks: sorted.map(({ chunks }) => chunks),
    begins,
    data: Buffer.concat(sorted.map(({ data }) => data)),
  }
}

/** Calls back for each posting between two places of the bytes, without making an object of it. */
export function readPostings(
  bytes: Uint8Array,
  begin: number,
  end: number,
  first: number,
  found: (position: number, times: number, length: number, forms: number) => void,
): void {
  let at = begin
  let position = first
  const readNumber = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      value |= (byte & 127) << shift
      if (byte < 128) return value
    }
  }
  while (at < end) {
    position += readNumber()
    const times = bytes[at++]!
    const forms = bytes[at++]!
    found(position, times, readNumber(), forms)
  }
}
