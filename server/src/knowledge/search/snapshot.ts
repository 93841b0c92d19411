// Reads what a search needs in one state of the database: a statement for words, another for vectors and for the chunks of both.
import type { Store } from '../../database/store.ts'
import { signQuery } from '../rules/signs.ts'
import { type FoundWord, type ScoredChunk, scoreWords } from '../rules/word-score.ts'
import type { Centre } from './centres.ts'
import { writeVector } from './near-vectors.ts'
import {
  type ChunkRow,
  type WordRow,
  chunksOfWordsStatement,
  chunksStatement,
  indexedChunksStatement,
  stateStatement,
  thoroughChunksStatement,
  wordsStatement,
} from './queries.ts'
import type { QueryWords } from './query-words.ts'
import type { Searches } from './searches.ts'

/** A dataset as it is searched. */
export interface Target {
  dataset_id: string
  filter: Record<string, unknown> | null
  words: QueryWords
  /** Of the query in the dataset's space; Null without one. */
  vector: { space_id: string; values: Float32Array } | null
  /** Chunks at most of the result. */
  top_n: number
}

export interface Asked {
  targets: readonly Target[]
  source_ids: readonly string[] | null
  /** What is looked for; without words vectors alone find chunks. */
  parts: { words: boolean; vectors: boolean }
  /** `thorough`: looks for different texts, because the nearest ones are too few. `index`: reads indexes of pgvector where there are any. */
  way: 'index' | 'signs' | 'thorough'
}

/** What was found in one dataset. */
export interface FoundIn {
  rows: ChunkRow[]
  /** Best first. */
  words: ScoredChunk[]
  /** Searched chunks that no filter excludes. */
  chunks: number
  is_incomplete: boolean
  /** Its vectors were searched. */
  isByVectors: boolean
  /** Its index gave fewer vectors than it was asked for, although there are more. */
  isShort: boolean
}

export interface Read {
  /** By the place of their target; those that are missing do not exist. */
  found: Map<number, FoundIn>
  /** The vectors of a dataset were replaced since the query was embedded. */
  isStale: boolean
}

/** Chunks that words find, of each dataset, and how many more where texts repeat. */
const most_by_words = { usual: 300, thorough: 20_000 } as const
/** Different texts of each part that are ranked. */
export const most_ranked = 100
/** Vectors that are compared exactly: at least, and at most where their signs leave it open which are the nearest. */
const candidates_of = (top_n: number) => ({ least: Math.max(200, 20 * top_n), most: Math.max(800, 20 * top_n) })
/** Of these the estimates should miss none. */
const wanted_of = (top_n: number) => Math.max(10, top_n)
/** An index gives them nearly in their order. */
const indexed_candidates_of = (top_n: number) => Math.max(200, 2 * top_n)

export class PartTimedOut extends Error {
  readonly part: 'words' | 'vectors'

  constructor(part: 'words' | 'vectors', cause: unknown) {
    super(`the search of ${part} took too long`, { cause })
    this.part = part
  }
}

/** What searches share. */
type Shared = Pick<Searches, 'centres' | 'index'>

export async function readSnapshot(store: Store, shared: Shared, asked: Asked): Promise<Read> {
  const { words, vectors } = asked.parts
  const places = await readWords(store, shared, asked).catch(naming(words ? 'words' : 'vectors'))
  const isStale = asked.targets.some(({ vector }, at) => {
    const place = places.get(at + 1)
    return vector !== null && place !== undefined && place.space_id !== vector.space_id
  })
  if (isStale) return { found: new Map(), isStale }
  const rows = await readChunks(store, asked, places).catch(naming(vectors ? 'vectors' : 'words'))
  const found = new Map<number, FoundIn>()
  for (const [place, { words: ranked, chunks, is_incomplete }] of places) {
    const isByVectors = vectors && asked.targets[place - 1]!.vector !== null
    found.set(place, { rows: [], words: ranked, chunks, is_incomplete, isByVectors, isShort: false })
  }
  for (const row of rows) found.get(row.place)?.rows.push(row)
  for (const [place, { chunks, index_number }] of places) {
    const own = found.get(place)!
    const near = own.rows.filter(({ is_by_vector }) => is_by_vector).length
    own.isShort =
      own.isByVectors &&
      index_number !== null &&
      near < Math.min(indexed_candidates_of(asked.targets[place - 1]!.top_n), chunks)
  }
  return { found, isStale }
}

/** A statement that was cancelled says which part took too long. */
function naming(part: 'words' | 'vectors') {
  return (error: unknown): never => {
    throw (error as { code?: unknown } | null)?.code === '57014' ? new PartTimedOut(part, error) : error
  }
}

interface Place {
  space_id: string | null
  centres: Centre[]
  words: ScoredChunk[]
  chunks: number
  is_incomplete: boolean
  /** Of the index that is read. */
  index_number: number | null
}

const columnsOf = ({ targets, source_ids }: Asked) => [
  targets.map(({ dataset_id }) => dataset_id),
  targets.map(({ filter }) => (filter === null ? null : JSON.stringify(filter))),
  source_ids,
]

async function queryWords(store: Store, known: ReadonlyMap<number, Centre>, asked: Asked): Promise<WordRow[]> {
  const { targets, parts } = asked
  const base = [store.organization_id, ...columnsOf(asked), [...known.keys()], parts.vectors]
  if (!parts.words) return store.query<WordRow>(stateStatement, base)
  const words = targets.flatMap((of, at) => of.words.words.map((word) => ({ place: at + 1, ...word })))
  const spelled = targets.flatMap((of, at) => of.words.spelled.map((word) => ({ place: at + 1, ...word })))
  return store.query<WordRow>(wordsStatement, [
    ...base,
    words.map(({ place }) => place),
    words.map(({ token }) => token),
    words.map(({ hash }) => hash),
    spelled.map(({ place }) => place),
    spelled.map(({ token }) => token),
    spelled.map(({ text }) => text),
  ])
}

async function readWords(store: Store, { centres, index }: Shared, asked: Asked): Promise<Map<number, Place>> {
  const { targets, way } = asked
  const known = centres.known()
  const rows = await queryWords(store, known, asked)
  const most = way === 'thorough' ? most_by_words.thorough : most_by_words.usual
  const places = new Map<number, Place>()
  for (const of of Map.groupBy(rows, ({ place }) => place).values()) {
    const { place, space_id, is_incomplete, index_number, chosen_chunks, chosen, ...totals } = of[0]!
    // Of few chunks that a filter leaves, signs are read as quickly.
    const isIndexed = way === 'index' && (chosen_chunks ?? 0) >= index.least_chunks
    const found = of.flatMap((row) => foundWord(row, targets[place - 1]!.words) ?? [])
    places.set(place, {
      space_id,
      centres: (totals.centres ?? []).map((centre) => centres.keep(centre, known)),
      words: scoreWords(found, { chunks: totals.chunks ?? 0, words: totals.words ?? 0 }, readNumbers(chosen), most),
      chunks: chosen_chunks ?? 0,
      is_incomplete,
      index_number: isIndexed ? index_number : null,
    })
  }
  return places
}

function readNumbers(packed: Buffer | null): Set<number> {
  if (packed === null) return new Set()
  const at = Array.from({ length: packed.length / 8 }, (_none, index) => index * 8)
  return new Set(at.map((offset) => Number(packed.readBigInt64BE(offset))))
}

function foundWord({ token, word, word_chunks, likeness, packed }: WordRow, { words }: QueryWords): FoundWord | null {
  if (token === null || packed === null) return null
  // A word that only resembles the one asked for has none of its forms.
  const form = words.find((asked) => asked.token === token && asked.hash === word)?.form ?? 0xff
  return { chunks: word_chunks, likeness, form, packed }
}

async function readChunks(store: Store, asked: Asked, places: Map<number, Place>): Promise<ChunkRow[]> {
  const { targets, parts, way } = asked
  const hits = [...places].flatMap(([place, { words }]) => words.map((word, rank) => ({ place, rank, ...word })))
  const signs = parts.vectors
    ? [...places].flatMap(([place, { centres }]) => signsIn(place, centres, targets[place - 1]!))
    : []
  if (hits.length === 0 && signs.length === 0) return []
  const base = [
    store.organization_id,
    ...columnsOf(asked),
    hits.map(({ place }) => place),
    hits.map(({ generation }) => generation),
    hits.map(({ position }) => position),
    hits.map(({ rank }) => rank),
    most_ranked * targets.length,
  ]
  if (signs.length === 0) return store.query<ChunkRow>(chunksOfWordsStatement, base)
  const bySigns = [...base, JSON.stringify(signs)]
  const indexed = [...places].flatMap(([place, { index_number }]) => nearIn(place, index_number, targets[place - 1]!))
  if (indexed.length === 0)
    return store.query<ChunkRow>(way === 'thorough' ? thoroughChunksStatement : chunksStatement, bySigns)
  return store.query<ChunkRow>(indexedChunksStatement, [
    ...bySigns,
    indexed.map(({ place }) => place),
    indexed.map(({ index_number }) => index_number),
    indexed.map(({ vector }) => vector),
    indexed.map(({ most }) => most),
  ])
}

function nearIn(place: number, index_number: number | null, { vector, top_n }: Target) {
  if (vector === null || index_number === null) return []
  return [{ place, index_number, vector: writeVector(vector.values), most: indexed_candidates_of(top_n) }]
}

function signsIn(place: number, centres: readonly Centre[], { vector, top_n }: Target) {
  if (vector === null) return []
  return centres.map(({ number, mean }) => {
    const { planes, ...seen } = signQuery(vector.values, mean)
    const [plane_1, plane_2, plane_4, plane_8] = planes
    const many = { ...candidates_of(top_n), wanted: wanted_of(top_n) }
    return { place, centre: number, ...many, ...seen, plane_1, plane_2, plane_4, plane_8 }
  })
}
