// Reads what a search needs in one state of the database: a statement for words, another for vectors and for the chunks of both.
import type { Store, TransactionStore } from '../../database/store.ts'
import { bytesOfSigns } from '../rules/near-signs.ts'
import { type FoundWord, type ScoredChunk, scoreWords } from '../rules/word-score.ts'
import type { Centre } from './centres.ts'
import { type FoundBySigns, KeptSigns, nextTurn, signsIn } from './near-chunks.ts'
import { writeVector } from './near-vectors.ts'
import {
  type ChunkRow,
  type WordRow,
  chunksStatement,
  foundChunksStatement,
  indexedChunksStatement,
  stateStatement,
  thoroughChunksStatement,
  wordsStatement,
} from './queries.ts'
import type { QueryWords } from './query-words.ts'
import type { Searches } from './searches.ts'
import type { Unkept } from './sign-cache.ts'

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
  /** What the database had to compare, because the process keeps no signs of it. */
  unkept: Unkept[]
}

/** Chunks that words find, of each dataset, and how many more where texts repeat. */
const most_by_words = { usual: 300, thorough: 20_000 } as const
/** Different texts of each part that are ranked. */
export const most_ranked = 100
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
type Shared = Pick<Searches, 'centres' | 'index' | 'signs'>

/** Of one state of the database, before its first statement. */
type SnapshotStore = Store & Pick<TransactionStore, 'readAtBegin'>

export async function readSnapshot(store: SnapshotStore, shared: Shared, asked: Asked): Promise<Read> {
  const { words, vectors } = asked.parts
  const searches = beginSearches(shared, asked)
  const places = await readWords(store, shared, asked, searches).catch(naming(words ? 'words' : 'vectors'))
  const isStale = asked.targets.some(({ vector }, at) => {
    const place = places.get(at + 1)
    return vector !== null && place !== undefined && place.space_id !== vector.space_id
  })
  if (isStale) return { found: new Map(), isStale, unkept: [] }
  const { kept, unkept } = await searchSigns(shared, asked, places, searches)
  const rows = await readChunks(store, asked, places, kept).catch(naming(vectors ? 'vectors' : 'words'))
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
  return { found, isStale, unkept }
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
  /** Generations that serve and that no filter excludes. */
  chosen: ReadonlySet<number>
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

function queryWords(store: SnapshotStore, known: ReadonlyMap<number, Centre>, asked: Asked): Promise<WordRow[]> {
  const { targets, parts } = asked
  const base = [store.organization_id, ...columnsOf(asked), [...known.keys()], parts.vectors]
  if (!parts.words) return store.readAtBegin<WordRow>(stateStatement, base)
  const words = targets.flatMap((of, at) => of.words.words.map((word) => ({ place: at + 1, ...word })))
  const spelled = targets.flatMap((of, at) => of.words.spelled.map((word) => ({ place: at + 1, ...word })))
  return store.readAtBegin<WordRow>(wordsStatement, [
    ...base,
    words.map(({ place }) => place),
    words.map(({ token }) => token),
    words.map(({ hash }) => hash),
    spelled.map(({ place }) => place),
    spelled.map(({ token }) => token),
    spelled.map(({ text }) => text),
  ])
}

async function readWords(
  store: SnapshotStore,
  { centres, index }: Shared,
  asked: Asked,
  searches: ReadonlyMap<number, KeptSigns>,
): Promise<Map<number, Place>> {
  const { targets, way } = asked
  const known = centres.known()
  const answer = queryWords(store, known, asked)
  answer.catch(() => {}) // reported below
  // Once the statement is sent. Of what a filter leaves, less needs to be compared.
  await nextTurn()
  for (const [place, search] of searches) if (isWhole(asked, place)) await search.expect(known)
  const rows = await answer
  const most = way === 'thorough' ? most_by_words.thorough : most_by_words.usual
  const places = new Map<number, Place>()
  for (const of of Map.groupBy(rows, ({ place }) => place).values()) {
    const { place, space_id, is_incomplete, index_number, chosen_chunks, chosen: packed, ...totals } = of[0]!
    const chosen = readNumbers(packed)
    // Signs that are kept find more than an index, in less time; few others, or few that a filter leaves, are read as quickly.
    const unkept_chunks = (chosen_chunks ?? 0) - (searches.get(place)?.countKept(chosen) ?? 0)
    const isIndexed = way === 'index' && unkept_chunks >= index.least_chunks
    const found = of.flatMap((row) => foundWord(row, targets[place - 1]!.words) ?? [])
    places.set(place, {
      space_id,
      centres: (totals.centres ?? []).map((centre) => centres.keep(centre, known)),
      words: scoreWords(found, { chunks: totals.chunks ?? 0, words: totals.words ?? 0 }, chosen, most),
      chosen,
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

/** By the place of their dataset. */
function beginSearches({ signs }: Shared, { targets, parts, way }: Asked): Map<number, KeptSigns> {
  const searches = new Map<number, KeptSigns>()
  if (!parts.vectors || way === 'thorough') return searches
  for (const [at, { dataset_id, vector, top_n }] of targets.entries()) {
    if (vector === null) continue
    searches.set(at + 1, new KeptSigns(signs.find(dataset_id, vector.space_id), { values: vector.values, top_n }))
  }
  return searches
}

const isWhole = ({ targets, source_ids }: Asked, place: number) =>
  source_ids === null && targets[place - 1]!.filter === null

interface SearchedPlace extends FoundBySigns {
  place: number
}

/** Of datasets whose vectors are in no index that is read, by signs that are kept; of all, what is not kept. */
async function searchSigns(
  { signs }: Shared,
  asked: Asked,
  places: Map<number, Place>,
  searches: ReadonlyMap<number, KeptSigns>,
): Promise<{ kept: SearchedPlace[]; unkept: Unkept[] }> {
  const kept: SearchedPlace[] = []
  const unkept: Unkept[] = []
  for (const [place, search] of searches) {
    const searched = places.get(place)
    if (!searched) continue
    const { centres, chosen, chunks, index_number } = searched
    const { dataset_id, vector } = asked.targets[place - 1]!
    const of = { dataset_id, space_id: vector!.space_id }
    if (index_number === null) {
      const found = await search.search(chosen, centres)
      kept.push({ place, ...found })
      if (found.unkept.length > 0) unkept.push({ ...of, generations: found.unkept, whole_bytes: null })
    } else {
      // All or none of them, as none is of use beside an index.
      const whole_bytes = bytesOfSigns(vector!.values.length, chunks)
      unkept.push({ ...of, generations: [...chosen], whole_bytes })
    }
    signs.retain(dataset_id, vector!.space_id, chosen, isWhole(asked, place))
  }
  return { kept, unkept }
}

async function readChunks(
  store: Store,
  asked: Asked,
  places: Map<number, Place>,
  kept: readonly SearchedPlace[],
): Promise<ChunkRow[]> {
  const { targets, parts, way } = asked
  const hits = [...places].flatMap(([place, { words }]) => words.map((word, rank) => ({ place, rank, ...word })))
  const near = kept.flatMap(({ place, near: found }) => found.map((chunk) => ({ place, ...chunk })))
  const done = new Set(kept.flatMap(({ place, unkept }) => (unkept.length === 0 ? place : [])))
  const near_places = parts.vectors ? [...places.keys()].filter((place) => targets[place - 1]!.vector !== null) : []
  const signs = near_places.flatMap((place) => {
    const { vector, top_n } = targets[place - 1]!
    return done.has(place) ? [] : signsIn(place, places.get(place)!.centres, vector!.values, top_n)
  })
  if (hits.length === 0 && near.length === 0 && signs.length === 0) return []
  const base = [
    store.organization_id,
    ...columnsOf(asked),
    hits.map(({ place }) => place),
    hits.map(({ generation }) => generation),
    hits.map(({ position }) => position),
    hits.map(({ rank }) => rank),
    most_ranked * targets.length,
    near_places,
    near.map(({ place }) => place),
    near.map(({ generation }) => generation),
    near.map(({ position }) => position),
  ]
  if (signs.length === 0) return store.query<ChunkRow>(foundChunksStatement, base)
  const bySigns = [...base, JSON.stringify(signs), kept.flatMap(({ compared }) => compared)]
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
