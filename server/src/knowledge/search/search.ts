// Searches datasets: words and vectors side by side, fused, ordered by the rerank model if there is one. Sees of each attachment one
// complete generation or none.
import type { Degradation, RetrievalMode } from '@parley/contract'
import type { Core } from '../../calls/core.ts'
import { isUnavailable } from '../../database/failures.ts'
import type { RootStore } from '../../database/store.ts'
import { type Pooled, choosePassages, poolOf } from '../rules/choose-passages.ts'
import { cleanText } from '../rules/clean-text.ts'
import { type RankedChunk, rankChunks } from '../rules/rank-chunks.ts'
import type { Knowledge } from '../services.ts'
import type { ChunkRow } from './queries.ts'
import type { Found, FoundPassage, SearchRequest } from './request.ts'
import { type Asked, type Read, PartTimedOut, most_ranked, readSnapshot } from './snapshot.ts'
import { type Prepared, prepareTargets } from './targets.ts'

/** A statement of a search is cancelled after as long. */
const statement_ms = 1000
/** The part of a search's time that the vector of the query can take, so that words still have some. */
const embedding_part = 2 / 3
/** The part of the time left for each statement of a read after which there may be another one: there are two of them. */
const statement_part = 1 / 3
/** What is left for what follows a rerank model. */
const rerank_margin_ms = 20
const rerank_ms = 800
const reranked_texts = 50

type Chunk = RankedChunk<ChunkRow>

/** Never throws for what may fail outside: it says so in `failed` and `degraded`. Throws the signal's reason when it is aborted. */
export async function search(
  core: Core,
  room: Knowledge,
  store: RootStore,
  request: SearchRequest,
  signal: AbortSignal,
): Promise<Found> {
  const monotonic = () => core.ports.clock.monotonic()
  const over = new AbortController()
  // As texts are cleaned before they are cut.
  const [query, vector_query] = [cleanText(request.query), cleanText(request.vector_query)]
  const run: Run = {
    core,
    room,
    store,
    request: { ...request, query, vector_query },
    signal: AbortSignal.any([signal, over.signal]),
    monotonic,
    begun: monotonic(),
    degraded: new Set(),
    took_ms: { embedding: 0, search: 0, rerank: 0, total: 0 },
    mode: request.mode === 'vector' ? 'vector' : 'full_text',
  }
  try {
    signal.throwIfAborted()
    const passages = await within(run, run.request.timeout_ms, searchAll(run))
    return finish(run, passages, null)
  } catch (error) {
    signal.throwIfAborted()
    const isLate = error instanceof TimedOut || error instanceof PartTimedOut
    if (!isLate) core.log.warn({ err: error, component: 'knowledge' }, 'a search failed')
    return finish(run, [], isLate ? 'timed_out' : 'failed')
  } finally {
    // What waits for a place does not take it any more.
    over.abort(new SearchOver())
  }
}

interface Run {
  core: Core
  room: Knowledge
  store: RootStore
  request: SearchRequest
  signal: AbortSignal
  monotonic(): number
  begun: number
  degraded: Set<Degradation>
  took_ms: Found['took_ms']
  mode: RetrievalMode
}

class TimedOut extends Error {
  constructor() {
    super('the search took too long')
  }
}

class SearchOver extends Error {
  constructor() {
    super('the search is over')
  }
}

const timeLeft = ({ request, monotonic, begun }: Run) => request.timeout_ms - (monotonic() - begun)

/** Waits no longer, and not after the signal; what was begun ends by its own bounds. */
async function within<T>({ core, signal }: Run, ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = core.ports.clock.after(Math.max(ms, 1), () => reject(new TimedOut()))
  const abort = () => reject(signal.reason as Error)
  signal.addEventListener('abort', abort)
  work.catch(() => {})
  try {
    return await Promise.race([work, promise])
  } finally {
    stop()
    signal.removeEventListener('abort', abort)
  }
}

function finish(run: Run, passages: FoundPassage[], failed: Found['failed']): Found {
  run.took_ms.total = run.monotonic() - run.begun
  return { passages, mode: run.mode, degraded: [...run.degraded], took_ms: run.took_ms, failed }
}

/** How often the vectors of a dataset may be replaced while it is searched. */
const most_stale = 2

async function searchAll(run: Run): Promise<FoundPassage[]> {
  for (let tries = 1; ; tries += 1) {
    const prepared = await prepare(run)
    const read = await readAll(run, prepared, tries === most_stale)
    if (read.isStale) continue
    const pooled = poolOf(rankAll(run, prepared, read), reranked_texts)
    const scores = await rerank(run, pooled)
    const chosen = choosePassages(pooled, scores, run.request)
    return chosen.map(({ chunk, rerank_score }) => present(chunk, rerank_score))
  }
}

async function prepare(run: Run): Promise<Prepared> {
  const { room, store, request, signal, monotonic, degraded, took_ms } = run
  const embedding_ms = Math.max(1, timeLeft(run) * embedding_part)
  const prepared = await prepareTargets(room, store, request, { signal, embedding_ms, monotonic })
  took_ms.embedding += prepared.embedding_ms
  for (const code of prepared.degraded) degraded.add(code)
  const hasVectors = prepared.targets.some(({ vector }) => vector !== null)
  if (request.mode === 'vector' && !hasVectors && degraded.size === 0) degraded.add('embedding_failed')
  if (request.mode === 'auto') run.mode = hasVectors ? 'hybrid' : 'full_text'
  return prepared
}

/** Looks again where an index gave too few chunks, or the nearest ones were too few different texts. The last try takes vectors as they are. */
async function readAll(run: Run, { targets }: Prepared, isLast: boolean): Promise<Read> {
  const parts = { words: run.request.mode !== 'vector', vectors: targets.some(({ vector }) => vector !== null) }
  const way = run.room.searches.index.kind === 'pgvector' ? 'index' : 'signs'
  const asked: Asked = { targets, source_ids: run.request.source_ids, parts, way }
  const begun = run.monotonic()
  try {
    let { read, answered } = await readParts(run, asked)
    if (read.isStale && isLast) {
      run.degraded.add('vectors_incomplete')
      const without = { ...asked, targets: targets.map((target) => ({ ...target, vector: null })) }
      ;({ read, answered } = await readParts(run, without))
    }
    if ([...read.found.values()].some(({ isShort }) => isShort)) read = await readAgain(run, answered, 'signs', read)
    if (!read.isStale && lacksTexts(read, targets)) read = await readAgain(run, answered, 'thorough', read)
    for (const { is_incomplete } of read.found.values()) if (is_incomplete) run.degraded.add('vectors_incomplete')
    return read
  } finally {
    run.took_ms.search += run.monotonic() - begun
  }
}

/** If one part takes too long, the other one answers: in the time that is kept for it. */
async function readParts(run: Run, asked: Asked): Promise<{ read: Read; answered: Asked }> {
  const { words, vectors } = asked.parts
  try {
    return { read: await readOnce(run, asked, words && vectors ? statement_part : 1), answered: asked }
  } catch (error) {
    if (!(error instanceof PartTimedOut)) {
      if (asked.way !== 'index' || isUnavailable(error) || run.signal.aborted) throw error
      // Its extension was dropped, for example. Signs need none.
      run.core.log.warn(
        { err: error, component: 'knowledge' },
        'an index of vectors cannot be read; signs are read instead',
      )
      return readParts(run, { ...asked, way: 'signs' })
    }
    run.degraded.add(error.part === 'words' ? 'full_text_timeout' : 'vector_timeout')
    if (!words || !vectors) throw error
    const parts = error.part === 'words' ? { words: false, vectors } : { words, vectors: false }
    run.mode = parts.words ? 'full_text' : 'vector'
    const answered = { ...asked, parts }
    return { read: await readOnce(run, answered, 1), answered }
  }
}

/** What was read before stays, if this fails or takes too long. */
async function readAgain(run: Run, asked: Asked, way: Asked['way'], before: Read): Promise<Read> {
  const read = await readOnce(run, { ...asked, way }, statement_part).catch(() => before)
  return read.isStale ? before : read
}

/** `part`: of the time left, for each statement. */
async function readOnce(run: Run, asked: Asked, part: number): Promise<Read> {
  const { room, store, signal } = run
  const { share } = room.searches
  const read = () =>
    store.snapshot(Math.min(statement_ms, timeLeft(run) * part), (tx) => readSnapshot(tx, room.searches, asked))
  const found = await share.within(store.organization_id, read, signal)
  room.searches.signs.load(store, found.unkept)
  return found
}

function lacksTexts({ found }: Read, targets: Asked['targets']): boolean {
  return [...found].some(([place, { rows, words, chunks, isByVectors }]) => {
    const wanted = targets[place - 1]!.top_n
    const different = (some: ChunkRow[]) => new Set(some.map(({ text_hash }) => text_hash.toString('hex'))).size
    if (different(rows) >= wanted) return false
    // Chunks that were not read: of the same words, or less near.
    return words.length > rows.length || (isByVectors && chunks > rows.length)
  })
}

function rankAll(run: Run, { targets }: Prepared, { found }: Read): Pooled<Chunk>[] {
  return [...found].map(([place, { rows, words }]) => {
    const { dataset_id, vector } = targets[place - 1]!
    const { top_n, min_score } = run.request.datasets.find((dataset) => dataset.dataset_id === dataset_id)!
    return { top_n, min_score, ranked: rankChunks(rows, words, vector?.values ?? null, most_ranked) }
  })
}

/** Null: there is no rerank model, it was not asked for, or it failed. */
async function rerank(run: Run, pooled: readonly { chunk: Chunk }[]): Promise<number[] | null> {
  const { room, request, signal, degraded, took_ms, monotonic } = run
  const { reranker } = room.embeddings
  if (!reranker || !request.rerank || pooled.length < 2) return null
  const begun = monotonic()
  const giveUp = new AbortController()
  try {
    const texts = pooled.slice(0, reranked_texts).map(({ chunk }) => chunk.row.content)
    const asked = reranker.rerank(
      run.store.organization_id,
      request.query,
      texts,
      AbortSignal.any([signal, giveUp.signal]),
    )
    return await within(run, Math.min(rerank_ms, timeLeft(run) - rerank_margin_ms), asked)
  } catch {
    signal.throwIfAborted()
    giveUp.abort()
    degraded.add('rerank_failed')
    return null
  } finally {
    took_ms.rerank = monotonic() - begun
  }
}

function present({ row, score, vector, full_text }: Chunk, rerank_score: number | null): FoundPassage {
  const { chunk_id, dataset_id, source_id, dataset_source_id, position, source_name, metadata } = row
  const { heading_path, page, url, content, has_vector } = row
  return {
    chunk_id,
    dataset_id,
    source_id,
    dataset_source_id,
    position,
    source_name,
    metadata,
    heading_path,
    page,
    url,
    content,
    score,
    scores: { vector, full_text, rerank: rerank_score },
    has_vector,
  }
}
