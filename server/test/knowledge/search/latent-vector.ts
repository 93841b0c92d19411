// A stand-in for an embedding model that learns from the texts themselves what goes together: latent semantic analysis of their words
// and trigrams (truncated singular values), beside the hashed words and trigrams. Needs no network, and no list that anybody wrote.
import { corpusVectors, weightsIn } from './corpus-vector.ts'

/** Chosen, as the share of trigrams, by questions that nobody wrote: a sentence, whose answers are the other chunks of its document. */
const most_topics = 50
const trigram_share = 1
const rounds = 25

export function latentVectors(corpus: readonly string[], dimension: number): (text: string) => Float32Array {
  const topics = Math.min(most_topics, corpus.length)
  const hashed = corpusVectors(corpus, dimension - topics, trigram_share)
  const weigh = weightsIn(corpus, trigram_share)
  const places = new Map<string, number>()
  const rows = corpus.map((text) => normalizedRow(weigh(text), places))
  const axes = findAxes(rows, places.size, topics)
  return (text) => {
    const sums = new Float64Array(topics)
    for (const [feature, weight] of weigh(text)) {
      const place = places.get(feature)!
      for (let at = 0; at < topics; at += 1) sums[at]! += weight * axes[at]![place]!
    }
    normalize(sums)
    // Both count as much; a text without any known word has no topics.
    const both = Float64Array.from([...hashed(text), ...sums])
    normalize(both)
    return Float32Array.from(both)
  }
}

interface Row {
  places: number[]
  weights: Float64Array
}

/** Gives each feature a place. */
function normalizedRow(features: ReadonlyMap<string, number>, places: Map<string, number>): Row {
  const weights = Float64Array.from(features.values())
  normalize(weights)
  const own = [...features.keys()].map((feature) => {
    const place = places.get(feature) ?? places.size
    places.set(feature, place)
    return place
  })
  return { places: own, weights }
}

/** The directions in which the rows differ most, by subspace iteration. The same ones every time. */
function findAxes(rows: readonly Row[], size: number, many: number): Float64Array[] {
  let state = 12_345
  const drawNumber = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x7fffffff - 0.5
  }
  let axes = Array.from({ length: many }, () => Float64Array.from({ length: size }, drawNumber))
  makeOrthogonal(axes)
  for (let round = 0; round < rounds; round += 1) {
    axes = axes.map((axis) => {
      const next = new Float64Array(size)
      for (const { places, weights } of rows) {
        let along = 0
        for (let at = 0; at < places.length; at += 1) along += weights[at]! * axis[places[at]!]!
        for (let at = 0; at < places.length; at += 1) next[places[at]!]! += along * weights[at]!
      }
      return next
    })
    makeOrthogonal(axes)
  }
  return axes
}

function makeOrthogonal(axes: readonly Float64Array[]): void {
  for (const [at, axis] of axes.entries()) {
    for (const before of axes.slice(0, at)) {
      let along = 0
      for (let place = 0; place < axis.length; place += 1) along += axis[place]! * before[place]!
      for (let place = 0; place < axis.length; place += 1) axis[place]! -= along * before[place]!
    }
    normalize(axis)
  }
}

function normalize(values: Float64Array): void {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) || 1
  for (let at = 0; at < values.length; at += 1) values[at]! /= length
}
