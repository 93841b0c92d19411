// Signs of vectors that this process keeps, so that searches need not read them again: those of a generation never change. What is kept
// decides nothing: a search takes chunks only of generations that serve in its own state of the database.
import type { Logger } from 'pino'
import type { Clock } from '../../base/ports.ts'
import { statement } from '../../database/database.ts'
import type { RootStore } from '../../database/store.ts'
import { type PackedSigns, bytesOf, unpackSigns } from '../rules/near-signs.ts'

/** What an entry needs beside its signs. */
const entry_bytes = 1024
/**
 * What was used since then does not give way: datasets that have no room together would push each other out at every search. What was
 * not, goes.
 */
const kept_ms = 600_000
/** After there was no room, nothing is read for as long. */
const full_ms = 60_000
/** Read in one statement; a generation of more is read by itself. */
const chunks_at_once = 5000
/** Datasets that wait to be read. */
const most_waiting = 100

/** Generations whose signs were not kept when they were searched. */
export interface Unkept {
  dataset_id: string
  space_id: string
  generations: readonly number[]
  /** They are kept only if as much, that is, all of them fits; null: as many as fit. */
  whole_bytes: number | null
}

interface SignCacheOptions {
  most_bytes: number
  clock: Pick<Clock, 'monotonic'>
  log: Pick<Logger, 'debug'>
}

interface KeptDataset {
  generations: Map<number, PackedSigns>
  /** When a search last found that they serve, by generation. */
  served_at: Map<number, number>
  bytes: number
  used_at: number
}

const none: ReadonlyMap<number, PackedSigns> = new Map()

export class SignCache {
  readonly #options: SignCacheOptions
  /** By dataset and space; the one that was used least recently comes first. */
  readonly #kept = new Map<string, KeptDataset>()
  readonly #waiting = new Map<string, { store: RootStore; unkept: Unkept }>()
  #bytes = 0
  #full_at = -Infinity
  #loading: Promise<void> | null = null

  constructor(options: SignCacheOptions) {
    this.#options = options
  }

  /** By the numbers of their generations; some may serve no more. */
  find(dataset_id: string, space_id: string): ReadonlyMap<number, PackedSigns> {
    this.#dropUnused()
    const key = keyOf(dataset_id, space_id)
    const kept = this.#kept.get(key)
    if (!kept) return none
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    kept.used_at = this.#now()
    return kept.generations
  }

  /**
   * Drops those of a dataset that serve no more. `isWhole`: no filter has excluded any; otherwise those go that were excluded for long,
   * as what was replaced or deleted is.
   */
  retain(dataset_id: string, space_id: string, chosen: ReadonlySet<number>, isWhole: boolean): void {
    const key = keyOf(dataset_id, space_id)
    const kept = this.#kept.get(key)
    if (!kept) return
    const now = this.#now()
    for (const [generation, signs] of kept.generations) {
      if (chosen.has(generation)) kept.served_at.set(generation, now)
      else if (isWhole || now - kept.served_at.get(generation)! >= kept_ms) {
        kept.generations.delete(generation)
        kept.served_at.delete(generation)
        kept.bytes -= costOf(signs)
        this.#bytes -= costOf(signs)
      }
    }
    if (kept.generations.size === 0) this.#kept.delete(key)
  }

  /** Reads them in the background, one dataset after another; what has no room, or not all of its signs, is not kept. */
  load(store: RootStore, unkept: readonly Unkept[]): void {
    const { most_bytes } = this.#options
    if (most_bytes === 0 || this.#now() - this.#full_at < full_ms) return
    for (const one of unkept) {
      const { whole_bytes, generations } = one
      const needed = whole_bytes === null ? 0 : whole_bytes + entry_bytes * generations.length
      if (this.#bytes + needed > most_bytes) continue
      if (this.#waiting.size < most_waiting)
        this.#waiting.set(keyOf(one.dataset_id, one.space_id), { store, unkept: one })
    }
    if (this.#waiting.size > 0) this.#loading ??= this.#loadAll().finally(() => (this.#loading = null))
  }

  /** Once nothing is being read. */
  async settled(): Promise<void> {
    await this.#loading
  }

  async #loadAll(): Promise<void> {
    for (const [key, { store, unkept }] of this.#waiting) {
      this.#waiting.delete(key)
      await this.#loadOne(store, key, unkept).catch((error: unknown) =>
        this.#options.log.debug({ err: error }, 'could not read the signs of a dataset; its searches read them'),
      )
    }
  }

  async #loadOne(store: RootStore, key: string, { space_id, generations }: Unkept): Promise<void> {
    let missing = generations.filter((generation) => !this.#kept.get(key)?.generations.has(generation))
    while (missing.length > 0) {
      const rows = await readSigns(store, space_id, missing)
      if (rows.length === 0) return
      for (const { generation, signs } of rows) if (signs && !this.#keep(key, generation, signs)) return
      const read = new Set(rows.map(({ generation }) => generation))
      missing = missing.filter((generation) => !read.has(generation))
    }
  }

  /** False: there is no room. */
  #keep(key: string, generation: number, signs: PackedSigns): boolean {
    const { most_bytes } = this.#options
    const now = this.#now()
    const cost = costOf(signs)
    this.#dropUnused()
    if (this.#bytes + cost > most_bytes) {
      this.#full_at = now
      return false
    }
    const kept = this.#kept.get(key) ?? { generations: new Map(), served_at: new Map(), bytes: 0, used_at: now }
    this.#kept.set(key, kept)
    kept.generations.set(generation, signs)
    kept.served_at.set(generation, now)
    kept.bytes += cost
    this.#bytes += cost
    return true
  }

  /** Of a dataset that was deleted nothing stays, although it is searched no more. */
  #dropUnused(): void {
    const now = this.#now()
    for (const [oldest, { bytes, used_at }] of this.#kept) {
      if (now - used_at < kept_ms) break
      this.#kept.delete(oldest)
      this.#bytes -= bytes
    }
  }

  #now(): number {
    return this.#options.clock.monotonic()
  }
}

const keyOf = (dataset_id: string, space_id: string) => `${dataset_id} ${space_id}`
const costOf = (signs: PackedSigns) => bytesOf(signs) + entry_bytes

const signsStatement = statement(
  'read_signs',
  `with wanted as (
     select generation, centre, signed, sum(signed) over (order by generation) as total
     from signed_generations
     where organization_id = $1 and space_id = $2 and generation = any($3::bigint[]) and is_complete
   )
   select w.generation, w.centre, w.signed, count(*)::integer as chunks, max(k.position) as last,
     encode(string_agg(substr(varbit_send(k.bits), 5) || float4send(k.length) || float4send(k.along), ''::bytea order by k.position),
       'base64') as signs
   from wanted w join chunk_signs k on k.generation = w.generation and k.centre = w.centre
   where w.total <= $4 or w.total = w.signed group by w.generation, w.centre, w.signed`,
  { replanned: true },
)

interface SignsRow {
  generation: number
  centre: number
  signed: number
  chunks: number
  last: number
  signs: string
}

/** Of the first generations; null where some are missing. */
async function readSigns(
  store: RootStore,
  space_id: string,
  generations: readonly number[],
): Promise<{ generation: number; signs: PackedSigns | null }[]> {
  const values = [store.organization_id, space_id, generations, chunks_at_once]
  const rows = await store.query<SignsRow>(signsStatement, values)
  return rows.map(({ generation, centre, signed, chunks, last, signs }) => {
    const isWhole = chunks === signed && last === chunks - 1
    return { generation, signs: isWhole ? unpackSigns(Buffer.from(signs, 'base64'), chunks, centre) : null }
  })
}
