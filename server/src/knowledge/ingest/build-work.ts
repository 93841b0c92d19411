// Builds a generation of chunks for an attachment: chunks in batches that nobody searches, meanwhile their vectors, then the switch.
// A build that dies while it cuts is begun again; one with all of its chunks goes on with what vectors there are.
import { hash } from 'node:crypto'
import type { KnowledgeFault } from '@parley/contract'
import { type Gate, createGate } from '../../base/gate.ts'
import type { Core } from '../../calls/core.ts'
import { isUnavailable } from '../../database/failures.ts'
import { type RootStore, type TransactionStore, openReservedStore } from '../../database/store.ts'
import { EmbeddingFailed, type EmbeddingFault, giveUpClaims } from '../../embeddings/embeddings.ts'
import { LeaseLost, type Outcome, type WorkItem, type WorkKind, type WorkPort } from '../../work/port.ts'
import { planBuild } from '../rules/build-plan.ts'
import { type Cut, cutText } from '../rules/cut-text.ts'
import { type Failure, type Reason, exhausted, judgeFailure } from '../rules/tries.ts'
import { type IndexedWords, addWords, readWords } from '../search/index-chunks.ts'
import { measureState } from '../metrics.ts'
import type { Knowledge } from '../services.ts'
import { knowledgeSettings } from '../settings.ts'
import { Needless } from '../vectors/fill.ts'
import { giveVectors } from '../vectors/vectors.ts'
import {
  type BuildKey,
  type Generation,
  type NewChunk,
  type NewGeneration,
  Outdated,
  beginTry,
  countDoneChunks,
  countHeldChunks,
  findBuildInput,
  findUnfinished,
  insertChunks,
  insertGeneration,
  lockAttachment,
  lockForBuild,
  markCut,
  pauseBuild,
  showProgress,
  uncountTry,
} from './build-rows.ts'
import { ChunkFeed, type CommitsFirst, putFirst } from './chunk-feed.ts'
import { failAttachment } from './failures.ts'
import { beforeGivingBack, lease_ms, spare_delays_ms } from './leases.ts'
import { build_generation_work, requestErasing } from './requests.ts'
import { switchGeneration } from './switch.ts'

/** In one commit. */
const batch_chunks = 200
/** How long the process may cut text before others get their turn. */
const slice_ms = 20
/** The dataset’s space may change while a build waits for its vectors. */
const max_switch_tries = 5

interface BuildServices extends Rooms {
  /** Batches of chunks at once. */
  storing: Gate
}

interface Rooms {
  core: Core
  room: Knowledge
}

/** A node has four commits of work at once: the others are for what waits less. */
const batches_at_once = 2

export function buildWork(rooms: Rooms): WorkKind {
  const services = { ...rooms, storing: createGate(batches_at_once) }
  return {
    name: build_generation_work,
    lease_ms,
    delays_ms: spare_delays_ms,
    share: { node: 8, organization: 8, owner: 8 },
    run: (item, port) => runBuild(services, item, port),
    giveUp: (tx, { subject }) => failAttachment(tx, services.core.ports, subject, exhausted),
  }
}

interface Build extends BuildKey, Pick<NewGeneration, 'source_id' | 'revision' | 'chunking' | 'language'> {
  url: string | null
  text_blob_id: string
  page_starts: number[] | null
  tries: number
  /** Has all of its chunks already. */
  cut: Generation | null
}

/** Ends the try, for a reason of the source's own. */
class BuildFault extends Error {
  readonly code: KnowledgeFault

  constructor(code: KnowledgeFault, message: string) {
    super(message)
    this.code = code
  }
}

async function runBuild(services: BuildServices, item: WorkItem, port: WorkPort): Promise<Outcome> {
  const { core } = services
  const store = openReservedStore(core.database, item.organization_id!)
  const build = await port.commit((tx) => begin(tx, core, item.subject))
  if (build === null) return { next: 'done' }
  let { tries } = build
  let gotOn = false
  const progresses = () => {
    tries = 1
    gotOn = true
  }
  try {
    const cutting = build.cut ? null : startCutting(services, store, port, { build, progresses })
    const generation = build.cut ?? (await cutting!.generation)
    if (!cutting) await core.ports.reached?.('knowledge.embedding')
    const switching = { build, generation, cutting, progresses }
    await measureState({ core, signal: port.signal, isNeedless, state: 'embedding' }, () =>
      giveVectorsAndSwitch(services, store, port, switching),
    )
    return { next: 'done' }
  } catch (error) {
    if (isNeedless(error)) return { next: 'done' }
    await beforeGivingBack(port, error, (tx) => uncountTry(tx, build))
    return endTry(core, build, failureOf(error, port), { tries, gotOn })
  }
}

const isNeedless = (error: unknown) => error instanceof Outdated || error instanceof Needless

/** Null: there is nothing to build, or not yet. */
async function begin(tx: TransactionStore, { ports }: Core, id: string): Promise<Build | null> {
  const attachment = await lockAttachment(tx, id)
  await giveUpClaims(tx, id)
  if (!attachment) return null
  const input = await findBuildInput(tx, id)
  const plan = planBuild(attachment, input)
  if (plan.next === 'nothing') return null
  if (plan.next === 'fail') {
    await failAttachment(tx, ports, id, plan.reason)
    return null
  }
  const { wish, dataset_id, source_id } = attachment
  const { cut, abandoned } = await findUnfinished(tx, { dataset_source_id: id, wish })
  if (abandoned) requestErasing(tx)
  const tries = await beginTry(tx, id, cut ? 'embedding' : 'chunking')
  const { revision, page_starts } = input
  const url = input.source_type === 'URL' ? input.source_name : null
  const key = { dataset_source_id: id, wish, dataset_id, source_id, revision }
  return { ...key, ...plan.of, page_starts, url, tries, cut }
}

interface Cutting {
  generation: Promise<Generation>
  feed: ChunkFeed
  /** All chunks are stored. */
  over: Promise<void>
  embedding: CommitsFirst
}

/** Goes on by itself: what is stored can be embedded meanwhile. */
function startCutting(
  services: BuildServices,
  store: RootStore,
  port: WorkPort,
  { build, progresses }: Pick<Switching, 'build' | 'progresses'>,
): Cutting {
  const { core } = services
  const feed = new ChunkFeed()
  const embedding = putFirst(port)
  const begun = Promise.withResolvers<Generation>()
  const cut = async () => {
    const cuts = await cutAll(core, store, port.signal, build)
    const generation = await port.commit((tx) => beginGeneration(tx, core, build, cuts.length))
    begun.resolve(generation)
    await storeChunks(services, port, store, { build, generation, cuts, feed, embedding })
  }
  const carryOut = async () => {
    try {
      await measureState({ core, signal: port.signal, isNeedless, state: 'chunking' }, cut)
      progresses()
      await core.ports.reached?.('knowledge.embedding')
      feed.end()
    } catch (error) {
      feed.fail(error)
      begun.reject(error)
      throw error
    }
  }
  const over = carryOut()
  over.catch(() => {}) // reported to who waits for it
  return { generation: begun.promise, feed, over, embedding }
}

interface StoredCuts {
  build: Build
  generation: Generation
  cuts: readonly Cut[]
  feed: ChunkFeed
  embedding: CommitsFirst
}

async function storeChunks(
  { core, storing }: BuildServices,
  port: WorkPort,
  store: RootStore,
  of: StoredCuts,
): Promise<void> {
  const { generation, cuts, embedding } = of
  const { ports } = core
  let writing = Promise.resolve()
  try {
    for (let first = 0; first < cuts.length; first += batch_chunks) {
      port.signal.throwIfAborted()
      const batch = cuts.slice(first, first + batch_chunks).map((cut, index): NewChunk => {
        const text_hash = hash('sha256', cut.content, 'buffer')
        return { ...cut, id: ports.newId(), position: first + index, characters: cut.content.length, text_hash }
      })
      // While the database stores the batch before.
      const words = await readWords(store, generation, batch)
      await writing
      const stored = { batch, words, isLast: first + batch_chunks >= cuts.length }
      writing = storing(async () => {
        await embedding.free()
        await storeBatch(core, port, of, stored)
      })
      writing.catch(() => {}) // reported below
    }
  } finally {
    await writing
  }
}

interface Batch {
  batch: readonly NewChunk[]
  words: IndexedWords
  isLast: boolean
}

async function storeBatch(
  { ports }: Core,
  port: WorkPort,
  { build, generation, feed }: StoredCuts,
  { batch, words, isLast }: Batch,
): Promise<void> {
  await port.commit(async (tx) => {
    await lockForBuild(tx, build)
    await insertChunks(tx, generation.id, build.url, batch)
    await addWords(tx, generation, words)
    if (isLast) await markCut(tx, generation.id)
    const status = isLast ? 'embedding' : 'chunking'
    await showProgress(tx, build.dataset_source_id, { status, lasting: isLast })
  })
  await ports.reached?.('knowledge.chunked')
  feed.add(batch.length)
}

/** All at once, so that it is known how many there are; other work of the process goes on meanwhile. */
async function cutAll(
  core: Core,
  store: RootStore,
  signal: AbortSignal,
  { text_blob_id, page_starts, chunking }: Build,
): Promise<Cut[]> {
  const { chunks_of_source } = core.config.of(knowledgeSettings)
  const pieces = await Array.fromAsync(core.blobs.open(store, text_blob_id))
  const text = Buffer.concat(pieces).toString('utf8')
  const { clock } = core.ports
  const cuts: Cut[] = []
  let since = clock.monotonic()
  for (const cut of cutText(text, page_starts, chunking)) {
    if (cuts.length === chunks_of_source) throw tooManyChunks(chunks_of_source)
    cuts.push(cut)
    if (clock.monotonic() - since < slice_ms) continue
    await new Promise<void>((resolve) => setImmediate(resolve))
    signal.throwIfAborted()
    since = clock.monotonic()
  }
  if (cuts.length === 0) throw new BuildFault('no_text', 'The source has no text.')
  return cuts
}

function tooManyChunks(most: number): BuildFault {
  return new BuildFault(
    'too_many_chunks',
    `The source makes more than ${most} chunks. Choose a larger chunk_size, or split the file.`,
  )
}

async function beginGeneration(tx: TransactionStore, core: Core, build: Build, total: number): Promise<Generation> {
  await lockForBuild(tx, build)
  const most = core.config.of(knowledgeSettings).chunks_of_organization
  if ((await countHeldChunks(tx, build.dataset_source_id)) + total > most) {
    throw new BuildFault(
      'quota_exceeded',
      `The organization would exceed its limit of ${most} chunks. Delete sources, then process this one again.`,
    )
  }
  return insertGeneration(tx, { ...build, id: core.ports.newId(), total_chunks: total })
}

interface Switching {
  build: Build
  generation: Generation
  /** Null: it has all of its chunks. */
  cutting: Cutting | null
  /** A later try goes on from what is stored now. */
  progresses(): void
}

async function giveVectorsAndSwitch(
  { core, room }: BuildServices,
  store: RootStore,
  port: WorkPort,
  { build, generation, cutting, progresses }: Switching,
): Promise<void> {
  const wrote = async (tx: TransactionStore, done: number, reused: number) => {
    await lockForBuild(tx, build)
    if (!(await countDoneChunks(tx, generation.id, { done, reused }))) return
    // A try that dies before all chunks are stored begins with the first one again, however many have vectors.
    const lasting = cutting?.feed.isOver ?? true
    await showProgress(tx, build.dataset_source_id, { status: null, lasting })
    if (lasting) progresses()
  }
  const stored = async (after_position: number) => cutting?.feed.passes(after_position)
  for (let tries = 1; ; tries += 1) {
    try {
      const holder = build.dataset_source_id
      await giveVectors(cutting?.embedding.port ?? port, room, store, { holder, generation, wrote, stored })
    } finally {
      // If the model fails, the next try has all chunks.
      await cutting?.over
    }
    await core.ports.reached?.('knowledge.switching')
    if (await port.commit((tx) => switchGeneration(tx, core.ports, build, generation))) break
    if (tries >= max_switch_tries)
      throw new EmbeddingFailed('failed', 'The embedding model of the dataset keeps changing.')
  }
  await core.ports.reached?.('knowledge.switched')
}

const faultOfEmbedding: Record<EmbeddingFault, KnowledgeFault> = {
  timeout: 'embedding_failed',
  failed: 'embedding_failed',
  not_configured: 'embedding_failed',
  rejected: 'embedding_rejected',
  unauthorized: 'embedding_unauthorized',
  dimension_mismatch: 'dimension_mismatch',
  budget_stopped: 'embedding_failed',
}

function failureOf(error: unknown, port: WorkPort): Failure {
  if (error instanceof LeaseLost || port.signal.aborted || isUnavailable(error)) throw error
  if (error instanceof BuildFault) return { code: error.code, message: error.message, final: true }
  if (error instanceof EmbeddingFailed) {
    const { kind, message, may_pass, retry_after_ms } = error
    // The next try finds that no model can be called, and does without vectors.
    const final = !may_pass && kind !== 'not_configured'
    return { code: faultOfEmbedding[kind], message, final, retry_after_ms }
  }
  port.log.error({ err: error }, 'a build failed')
  return { ...exhausted, final: false }
}

interface Tried {
  tries: number
  /** Chunks or vectors were stored. */
  gotOn: boolean
}

function endTry({ ports }: Core, build: Build, failure: Failure, { tries, gotOn }: Tried): Outcome {
  const after = judgeFailure(failure, tries, ports.random())
  if ('fail' in after) return { next: 'done', write: (tx) => fail(tx, ports, build, after.fail) }
  const { retry_in_ms } = after
  return {
    // A run that got on is no failed try of the work either: a large source may need many.
    next: gotOn ? { again_in_ms: retry_in_ms } : { retry: failure.message, after_ms: retry_in_ms },
    write: (tx) => pauseBuild(tx, build, retry_in_ms),
  }
}

/** Unless it is out of date. */
async function fail(tx: TransactionStore, ports: Core['ports'], build: Build, reason: Reason): Promise<void> {
  const attachment = await lockAttachment(tx, build.dataset_source_id)
  if (attachment?.wish !== build.wish) return
  await failAttachment(tx, ports, attachment.id, reason)
}
