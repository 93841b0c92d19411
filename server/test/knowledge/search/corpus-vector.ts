// A stand-in for an embedding model that needs no network: words and trigrams, weighted by how rare they are in a corpus, hashed into
// dimensions. It finds what is misspelt, inflected or compounded; of meaning it knows nothing.
import { createHash } from 'node:crypto'

const words = /[\p{L}\p{N}]+/gu
/** Joined by signs, as codes and names of files are: a feature as a whole too. */
const joined = /[\p{L}\p{N}]+(?:[._\-/:#@+]+[\p{L}\p{N}]+)+/gu
/** What the trigrams of a word count together, beside the word. */
const trigram_share = 2

export function corpusVectors(
  corpus: readonly string[],
  dimension: number,
  share = trigram_share,
): (text: string) => Float32Array {
  const weigh = weightsIn(corpus, share)
  const places = new Map<string, Buffer>()
  const placeOf = (feature: string) => {
    const known = places.get(feature)
    if (known) return known
    const hash = createHash('sha256').update(feature).digest()
    places.set(feature, hash)
    return hash
  }
  return (text) => {
    const vector = new Float32Array(dimension)
    // Never the zero vector.
    vector[0] = 0.001
    for (const [feature, value] of weigh(text)) {
      const hash = placeOf(feature)
      for (let part = 0; part < 4; part += 1) {
        vector[hash.readUInt32LE(part * 4) % dimension]! += hash[16 + part]! % 2 === 0 ? value : -value
      }
    }
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
    return vector.map((value) => value / length)
  }
}

/** What each word and trigram of a text weighs: more, the rarer it is in the corpus; nothing, if the corpus does not have it. */
export function weightsIn(corpus: readonly string[], share: number): (text: string) => Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of corpus)
    for (const feature of featuresOf(text, share).keys()) counts.set(feature, (counts.get(feature) ?? 0) + 1)
  return (text) => {
    const weights = new Map<string, number>()
    for (const [feature, times] of featuresOf(text, share)) {
      const count = counts.get(feature)
      if (count === undefined) continue
      weights.set(feature, Math.min(times, 1 + Math.log(Math.max(times, 1))) * Math.log(1 + corpus.length / count))
    }
    return weights
  }
}

/** How often each word and trigram is in a text. */
function featuresOf(text: string, share: number): Map<string, number> {
  const features = new Map<string, number>()
  const add = (feature: string, weight: number) => features.set(feature, (features.get(feature) ?? 0) + weight)
  for (const [code] of text.toLowerCase().matchAll(joined)) add(code, 1)
  for (const [word] of text.toLowerCase().matchAll(words)) {
    add(word, 1)
    const padded = `^${word}$`
    const each = share / Math.sqrt(padded.length)
    for (let at = 0; at + 3 <= padded.length; at += 1) add(`#${padded.slice(at, at + 3)}`, each)
  }
  return features
}
