// Prepares a search: which datasets there are, the words of the query in their languages, its vector in each of their spaces.
import type { Degradation } from '@parley/contract'
import { EmbeddingFailed } from '../../embeddings/embeddings.ts'
import type { RootStore } from '../../database/store.ts'
import type { Knowledge } from '../services.ts'
import { targetsStatement } from './queries.ts'
import { type LanguageShare, type QueryWords, readQueryWords } from './query-words.ts'
import type { SearchRequest } from './request.ts'
import type { Target } from './snapshot.ts'

interface DatasetRow {
  dataset_id: string
  space_id: string | null
  languages: LanguageShare[]
}

export interface Prepared {
  targets: Target[]
  degraded: Degradation[]
  embedding_ms: number
}

interface Bounds {
  signal: AbortSignal
  /** For the vectors of the query. */
  embedding_ms: number
  monotonic(): number
}

const no_words: QueryWords = { words: [], spelled: [] }

export async function prepareTargets(
  room: Knowledge,
  store: RootStore,
  request: SearchRequest,
  bounds: Bounds,
): Promise<Prepared> {
  const ids = request.datasets.map(({ dataset_id }) => dataset_id)
  const rows = await store.query<DatasetRow>(targetsStatement, [store.organization_id, ids])
  const datasets = new Map(rows.map((row) => [row.dataset_id, row]))
  const present = request.datasets.filter(({ dataset_id }) => datasets.has(dataset_id))
  const wantsVectors = request.mode !== 'full_text' && request.vector_query.trim() !== ''
  const spaces = new Set(rows.flatMap(({ space_id }) => (wantsVectors ? (space_id ?? []) : [])))
  const [vectors, words] = await Promise.all([
    embedInSpaces(room, store, request.vector_query, [...spaces], bounds),
    readWords(
      store,
      request,
      present.map(({ dataset_id }) => datasets.get(dataset_id)!),
    ),
  ])
  const targets = present.map(({ dataset_id, filter, top_n }, at): Target => {
    const { space_id } = datasets.get(dataset_id)!
    const values = space_id === null ? undefined : vectors.found.get(space_id)
    const vector = values && space_id !== null ? { space_id, values } : null
    return { dataset_id, filter, top_n, words: words[at]!, vector }
  })
  const missing: Degradation[] = present.length < request.datasets.length ? ['dataset_missing'] : []
  return {
    targets,
    degraded: [...missing, ...vectors.degraded],
    embedding_ms: vectors.took_ms,
  }
}

async function readWords(
  store: RootStore,
  { mode, query }: SearchRequest,
  datasets: readonly DatasetRow[],
): Promise<QueryWords[]> {
  return mode === 'vector' ? datasets.map(() => no_words) : readQueryWords(store, query, datasets)
}

async function embedInSpaces(
  { embeddings }: Knowledge,
  store: RootStore,
  query: string,
  space_ids: readonly string[],
  { signal, embedding_ms, monotonic }: Bounds,
): Promise<{ found: Map<string, Float32Array>; degraded: Degradation[]; took_ms: number }> {
  const begun = monotonic()
  const found = new Map<string, Float32Array>()
  const degraded = new Set<Degradation>()
  const embed = async (id: string) => {
    try {
      const space = await embeddings.findSpace(store, id)
      if (!space) return
      found.set(id, await embeddings.embedQuery(store, space, query, { signal, timeout_ms: embedding_ms }))
    } catch (error) {
      signal.throwIfAborted()
      const isLate = error instanceof EmbeddingFailed && error.kind === 'timeout'
      degraded.add(isLate ? 'embedding_timeout' : 'embedding_failed')
    }
  }
  await Promise.all(space_ids.map(embed))
  return { found, degraded: [...degraded], took_ms: space_ids.length === 0 ? 0 : monotonic() - begun }
}
