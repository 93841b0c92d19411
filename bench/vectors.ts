// Vectors for measurements: as embedding models make them, that is, around topics, in few directions more than in others, off zero.
import { createHash } from 'node:crypto'
import { randomNumbers } from './knowledge-texts.ts'

/** Of a normal distribution. */
export function normalNumbers(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(random() || 1e-12)) * Math.cos(2 * Math.PI * random())
}

export function normalized(values: Float64Array): Float32Array {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
  return Float32Array.from(values, (value) => value / length)
}

export interface VectorSource {
  /** The same text always has the same vector. */
  of(text: string): Float32Array
  at(seed: number): Float32Array
}

/** A mixture of topics with unequal directions and a mean that is not zero: anisotropic. */
export function randomVectors(dimension: number, seed: number, topics = 200): VectorSource {
  const normal = normalNumbers(randomNumbers(seed))
  const scale = Float64Array.from({ length: dimension }, (_, at) => 1 / (1 + at / 40) ** 0.7)
  const mean = Float64Array.from({ length: dimension }, () => normal() * 0.6)
  const centres = Array.from({ length: topics }, () =>
    Float64Array.from({ length: dimension }, (_, at) => normal() * scale[at]!),
  )
  const at = (of: number) => {
    const random = randomNumbers(of)
    const own = normalNumbers(random)
    const centre = centres[Math.floor(random() * topics)]!
    return normalized(centre.map((value, place) => mean[place]! * 0.5 + value + own() * scale[place]! * 0.8))
  }
  return { at, of: (text) => at(createHash('sha256').update(text).digest().readUInt32LE(0)) }
}
