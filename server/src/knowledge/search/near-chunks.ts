// Which chunks may be the nearest to a query's vector: chosen here by signs that the process keeps, of all others by the database.
import {
  type NearChunk,
  type PackedSigns,
  type SignsOf,
  chooseNear,
  compareSigns,
  packBits,
} from '../rules/near-signs.ts'
import { type SignedQuery, signQuery } from '../rules/signs.ts'
import type { Centre } from './centres.ts'
import { preselected } from './queries.ts'

/** Vectors that are compared exactly: at least, and at most where their signs leave it open which are the nearest. */
const candidates_of = (top_n: number) => ({ least: Math.max(200, 20 * top_n), most: Math.max(800, 20 * top_n) })
/** Of these the estimates should miss none. */
const wanted_of = (top_n: number) => Math.max(10, top_n)

/** Compared without a pause, and those of one generation more: about 2 ms. */
const chunks_of_slice = 50_000

/** After what came in meanwhile. */
export const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

async function withPauses<Result>(work: Generator<undefined, Result>): Promise<Result> {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    await nextTurn()
  }
}

interface NearQuery {
  values: Float32Array
  top_n: number
}

export interface FoundBySigns {
  /** Of the generations whose signs are kept. */
  near: NearChunk[]
  compared: number[]
  /** The other ones. */
  unkept: number[]
}

/** From one centre. */
interface SeenQuery {
  query: SignedQuery
  bits: Uint32Array
}

/** The search of one dataset by signs that are kept. */
export class KeptSigns {
  /** By generation. */
  readonly #kept: ReadonlyMap<number, PackedSigns>
  readonly #query: NearQuery
  readonly #seen = new Map<number, SeenQuery>()
  readonly #shown = new Map<PackedSigns, Float32Array>()
  #expected: FoundBySigns | null = null

  constructor(kept: ReadonlyMap<number, PackedSigns>, query: NearQuery) {
    this.#kept = kept
    this.#query = query
  }

  /** As if all that are kept served, and no other: what does, the database finds out meanwhile. */
  async expect(centres: ReadonlyMap<number, Centre>): Promise<void> {
    await this.#compare([...this.#kept.keys()], centres)
    this.#expected = await this.#choose([...this.#kept.keys()], centres)
  }

  /** Chunks of these generations whose signs are kept. */
  countKept(generations: ReadonlySet<number>): number {
    let chunks = 0
    for (const [generation, signs] of this.#kept) if (generations.has(generation)) chunks += signs.chunks
    return chunks
  }

  /** `chosen`: the generations that serve and that no filter excludes. */
  async search(chosen: ReadonlySet<number>, centres: readonly Centre[]): Promise<FoundBySigns> {
    const expected = this.#expected?.compared
    const isAsExpected = expected?.length === chosen.size && expected.every((generation) => chosen.has(generation))
    if (this.#expected && isAsExpected) return { ...this.#expected, unkept: [] }
    const known = new Map(centres.map((centre) => [centre.number, centre]))
    await this.#compare(chosen, known)
    return this.#choose(chosen, known)
  }

  /** In slices, between which the process does other things. */
  async #compare(generations: Iterable<number>, centres: ReadonlyMap<number, Centre>): Promise<void> {
    let compared = 0
    for (const generation of generations) {
      const signs = this.#kept.get(generation)
      const centre = signs && centres.get(signs.centre)
      if (!signs || !centre || this.#shown.has(signs)) continue
      if (compared >= chunks_of_slice) {
        await nextTurn()
        compared = 0
      }
      this.#show(signs, centre)
      compared += signs.chunks
    }
  }

  /** In slices too. */
  async #choose(generations: Iterable<number>, centres: ReadonlyMap<number, Centre>): Promise<FoundBySigns> {
    const { top_n } = this.#query
    const found: SignsOf[] = []
    const unkept: number[] = []
    for (const generation of generations) {
      const signs = this.#kept.get(generation)
      const centre = signs && centres.get(signs.centre)
      if (signs && centre) found.push({ generation, signs, shown: this.#show(signs, centre) })
      else unkept.push(generation)
    }
    const all_chunks = countChunks(found)
    const near: NearChunk[] = []
    for (const [number, of] of Map.groupBy(found, ({ signs }) => signs.centre)) {
      // Each centre's part, and some more: the nearest may be spread unevenly.
      const part = countChunks(of) / Math.max(all_chunks, 1)
      const partOf = (many: number) => Math.min(many, 20 + Math.ceil(1.5 * many * part))
      const { least, most } = candidates_of(top_n)
      const wanted = { least: partOf(least), most: partOf(most), wanted: wanted_of(top_n), preselected }
      near.push(...(await withPauses(chooseNear(of, this.#seenFrom(centres.get(number)!).query, wanted))))
    }
    return { near, compared: found.map(({ generation }) => generation), unkept }
  }

  #show(signs: PackedSigns, centre: Centre): Float32Array {
    const before = this.#shown.get(signs)
    if (before) return before
    const { query, bits } = this.#seenFrom(centre)
    const shown = compareSigns(signs, query, bits)
    this.#shown.set(signs, shown)
    return shown
  }

  #seenFrom({ number, mean }: Centre): SeenQuery {
    const before = this.#seen.get(number)
    if (before) return before
    const query = signQuery(this.#query.values, mean)
    const seen = { query, bits: packBits(query.bits) }
    this.#seen.set(number, seen)
    return seen
  }
}

const countChunks = (of: readonly SignsOf[]) => of.reduce((sum, { signs }) => sum + signs.chunks, 0)

/** The query seen from each centre, as the database compares it. */
export function signsIn(place: number, centres: readonly Centre[], vector: Float32Array, top_n: number) {
  return centres.map(({ number, mean }) => {
    const { planes, ...seen } = signQuery(vector, mean)
    const [plane_1, plane_2, plane_4, plane_8] = planes
    const many = { ...candidates_of(top_n), wanted: wanted_of(top_n) }
    return { place, centre: number, ...many, ...seen, plane_1, plane_2, plane_4, plane_8 }
  })
}
