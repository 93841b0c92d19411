// Vectors of texts without a model: words and their trigrams are hashed into dimensions, so that similar texts are near each other.
import { createHash } from 'node:crypto'

const words = /[\p{L}\p{N}]+/gu

/** How much a word counts, and each of its trigrams: these bring misspelt and inflected words near. */
const weights = { word: 1, trigram: 0.35 }

/** Of length 1. The same text always has the same vector. */
export function hashedVector(text: string, dimension: number): number[] {
  const vector = new Float64Array(dimension)
  // Never the zero vector.
  add(vector, ' ', 0.05)
  for (const [word] of text.toLowerCase().matchAll(words)) {
    add(vector, word, weights.word)
    const padded = `^${word}$`
    for (let at = 0; at + 3 <= padded.length; at += 1) add(vector, padded.slice(at, at + 3), weights.trigram)
  }
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return Array.from(vector, (value) => value / length)
}

/** What a feature adds: four places with signs, by its hash. */
const known = new Map<string, Buffer>()

function add(vector: Float64Array, feature: string, weight: number): void {
  let hash = known.get(feature)
  if (!hash) {
    hash = createHash('sha256').update(feature).digest()
    if (known.size < 100_000) known.set(feature, hash)
  }
  for (let part = 0; part < 4; part += 1) {
    const at = hash.readUInt32LE(part * 4) % vector.length
    vector[at]! += hash[16 + part]! % 2 === 0 ? weight : -weight
  }
}

/** The share of the query's words that the text has, from 0 to 1. */
export function wordOverlap(query: string, text: string): number {
  const asked = new Set(Array.from(query.toLowerCase().matchAll(words), ([word]) => word))
  const there = new Set(Array.from(text.toLowerCase().matchAll(words), ([word]) => word))
  return asked.size === 0 ? 0 : [...asked].filter((word) => there.has(word)).length / asked.size
}
