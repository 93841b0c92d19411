// Chooses by their signs, in memory, which vectors may be the nearest: as the statement `search_chunks` does in the database
// (search/queries.ts). Pure.
import type { SignedQuery } from './signs.ts'

/** Of one generation, by position. */
export interface PackedSigns {
  /** The mean that they are seen from. */
  centre: number
  chunks: number
  /** 32 signs in a number, `words` for each chunk. */
  bits: Uint32Array
  words: number
  /** See `SignedVector`. */
  lengths: Float32Array
  alongs: Float32Array
}

export const bytesOf = ({ bits, lengths, alongs }: PackedSigns) =>
  bits.byteLength + lengths.byteLength + alongs.byteLength

const bytes_of_numbers = 8

/** As many as are kept of so many chunks. */
export const bytesOfSigns = (dimension: number, chunks: number) =>
  chunks * (Math.ceil(dimension / 32) * 4 + bytes_of_numbers)

/** `rows`: of each chunk its signs, its length and its product (float32, big-endian), one after another. */
export function unpackSigns(rows: Buffer, chunks: number, centre: number): PackedSigns {
  const size = rows.length / Math.max(chunks, 1)
  const sign_bytes = Math.max(size - bytes_of_numbers, 0)
  const words = Math.ceil(sign_bytes / 4)
  const bits = new Uint32Array(words * chunks)
  const bytes = new Uint8Array(bits.buffer)
  const lengths = new Float32Array(chunks)
  const alongs = new Float32Array(chunks)
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    const begin = chunk * size
    bytes.set(rows.subarray(begin, begin + sign_bytes), chunk * words * 4)
    lengths[chunk] = rows.readFloatBE(begin + sign_bytes)
    alongs[chunk] = rows.readFloatBE(begin + sign_bytes + 4)
  }
  return { centre, chunks, bits, words, lengths, alongs }
}

/** A bit string as PostgreSQL sends it: the first bit is the highest of the first byte. */
export function packBits(text: string): Uint32Array {
  const bits = new Uint32Array(Math.ceil(text.length / 32))
  const bytes = new Uint8Array(bits.buffer)
  for (let at = 0; at < text.length; at += 1) if (text[at] === '1') bytes[at >> 3]! |= 0x80 >> (at & 7)
  return bits
}

/** Signs of a generation, and how near they alone show each chunk to be (`compareSigns`). */
export interface SignsOf {
  generation: number
  signs: PackedSigns
  shown: Float32Array
}

export interface NearChunk {
  generation: number
  position: number
}

/** How many are wanted: `least` in any case, up to `most` where estimates leave it open which are the `wanted` nearest. */
interface Wanted {
  least: number
  most: number
  wanted: number
  /** How many the signs alone choose, for each that is estimated well. */
  preselected: number
}

/** `query`: the signs of the query, packed. */
export function compareSigns(
  { chunks, bits, words, lengths, alongs }: PackedSigns,
  { of_none, of_each }: SignedQuery,
  query: Uint32Array,
): Float32Array {
  const shown = new Float32Array(chunks)
  for (let chunk = 0, at = 0; chunk < chunks; chunk += 1) {
    let differing = 0
    for (let word = 0; word < words; word += 1, at += 1) differing += countBits(bits[at]! ^ query[word]!)
    shown[chunk] = alongs[chunk]! + lengths[chunk]! * (of_none + of_each * differing)
  }
  return shown
}

/** All of the same centre, from which the query is seen. Best first. Of many it pauses between slices. */
export function* chooseNear(of: readonly SignsOf[], query: SignedQuery, wanted: Wanted): Pausing<NearChunk[]> {
  const shown = new Float32Array(of.reduce((sum, { signs }) => sum + signs.chunks, 0))
  let first = 0
  for (const one of of) {
    shown.set(one.shown, first)
    first += one.signs.chunks
  }
  const chosen = findPlaces(of, yield* largestOf(shown, wanted.preselected * wanted.most))
  const planes = query.planes.map(packBits)
  const estimates = Float32Array.from(chosen, ({ signs, position }) => estimate(signs, position, query, planes))
  const largest = yield* largestOf(estimates, wanted.most)
  const best = largest.toSorted((a, b) => estimates[b]! - estimates[a]! || a - b)
  best.length = Math.min(best.length, wanted.most)
  const last = best[wanted.wanted - 1]
  const length = last === undefined ? 0 : chosen[last]!.signs.lengths[chosen[last]!.position]!
  const bound = last === undefined ? Infinity : estimates[last]! - query.of_doubt * length
  return best
    .filter((at, nth) => nth < wanted.least || estimates[at]! >= bound)
    .map((at) => ({ generation: chosen[at]!.generation, position: chosen[at]!.position }))
}

interface Placed extends NearChunk {
  signs: PackedSigns
}

/** `places`: in order, counted over all generations. */
function findPlaces(of: readonly SignsOf[], places: readonly number[]): Placed[] {
  let [own, begin] = [0, 0]
  return places.map((place) => {
    while (place >= begin + of[own]!.signs.chunks) begin += of[own++]!.signs.chunks
    const { generation, signs } = of[own]!
    return { generation, signs, position: place - begin }
  })
}

/** See `SignedQuery`. */
function estimate(
  { bits, words, lengths, alongs }: PackedSigns,
  position: number,
  { base, of_all, of_sign, of_step }: SignedQuery,
  planes: readonly Uint32Array[],
): number {
  const [plane_1, plane_2, plane_4, plane_8] = planes as [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  let [signs, steps] = [0, 0]
  for (let word = 0, at = position * words; word < words; word += 1, at += 1) {
    const own = bits[at]!
    signs += countBits(own)
    steps += countBits(own & plane_1[word]!) + 2 * countBits(own & plane_2[word]!)
    steps += 4 * countBits(own & plane_4[word]!) + 8 * countBits(own & plane_8[word]!)
  }
  return base + alongs[position]! + lengths[position]! * (of_all + of_sign * signs + of_step * steps)
}

function countBits(value: number): number {
  let bits = value - ((value >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

const steps_of_values = 2048

/** Looked at without a pause, some four times each. */
const values_of_slice = 100_000

/** Takes no result of a pause. */
type Pausing<Result> = Generator<undefined, Result>

/** For values that are few, or where nobody else waits. */
export function withoutPauses<Result>(work: Pausing<Result>): Result {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

/** Where slices begin and end. */
function slicesOf({ length }: Float32Array): [begin: number, end: number][] {
  const many = Math.ceil(length / values_of_slice)
  return Array.from({ length: many }, (_none, at) => [
    at * values_of_slice,
    Math.min((at + 1) * values_of_slice, length),
  ])
}

/**
 * The places of the `many` largest values, and of at most as many more that are about as large, in order; of equal values the first
 * ones. What is no finite number is left out. Sorting all would take longer than comparing.
 */
export function* largestOf(values: Float32Array, many: number): Pausing<number[]> {
  const counts = new Uint32Array(steps_of_values)
  let [least, most] = yield* rangeOf(values, () => true)
  // How many are larger than `most`.
  let above = 0
  while (most > least) {
    const [low, high, scale] = [least, most, (steps_of_values - 1) / (most - least)]
    counts.fill(0)
    for (const [begin, end] of slicesOf(values)) {
      if (begin > 0) yield
      for (let place = begin; place < end; place += 1) {
        const value = values[place]!
        if (value >= low && value <= high) counts[Math.trunc((value - low) * scale)]! += 1
      }
    }
    let step = steps_of_values - 1
    for (; above + counts[step]! < many && step > 0; step -= 1) above += counts[step]!
    const isIn = (value: number) => value >= low && value <= high && Math.trunc((value - low) * scale) === step
    ;[least, most] = yield* rangeOf(values, isIn)
    // Else this step has too many values to take all, and is divided into steps again.
    if (above + counts[step]! <= 2 * many) break
  }
  return yield* placesFrom(values, { least, most, most_of_these: 2 * many - above })
}

function* rangeOf(values: Float32Array, isIn: (value: number) => boolean): Pausing<[least: number, most: number]> {
  let [least, most] = [Infinity, -Infinity]
  for (const [begin, end] of slicesOf(values)) {
    if (begin > 0) yield
    for (let place = begin; place < end; place += 1) {
      const value = values[place]!
      if (!Number.isFinite(value) || !isIn(value)) continue
      if (value < least) least = value
      if (value > most) most = value
    }
  }
  return [least, most]
}

/** `most_of_these`: of those from `least` to `most`; all that are larger. */
function* placesFrom(
  values: Float32Array,
  of: { least: number; most: number; most_of_these: number },
): Pausing<number[]> {
  const places: number[] = []
  let left = of.most_of_these
  for (const [begin, end] of slicesOf(values)) {
    if (begin > 0) yield
    for (let place = begin; place < end; place += 1) {
      const value = values[place]!
      if (!(value >= of.least) || value === Infinity) continue
      if (value > of.most) places.push(place)
      else if (left > 0) {
        places.push(place)
        left -= 1
      }
    }
  }
  return places
}
