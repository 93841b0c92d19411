// The SQL of builds. Every write of a build is fenced by its attachment's wish: a build that is out of date cannot write.
import type { AttachmentStatus, ChunkingStrategy, DatasetLanguage, SourceStatus } from '@parley/contract'
import { statement } from '../../database/database.ts'
import { arraysOf, rowsOf } from '../../database/rows.ts'
import type { TransactionStore } from '../../database/store.ts'
import type { Reason } from '../rules/tries.ts'
import { lockDatasetRows } from './rows.ts'

/** The attachment is gone, or is to be built again: what this build has done does not count. */
export class Outdated extends Error {
  constructor() {
    super('the build is out of date')
  }
}

export interface BuildKey {
  dataset_id: string
  dataset_source_id: string
  wish: number
}

interface LockedAttachment {
  id: string
  dataset_id: string
  source_id: string
  chunking: ChunkingStrategy | null
  wish: number
  status: AttachmentStatus
  tries: number
  serving_generation: string | null
}

const lockStatement = statement(
  'lock_dataset_source',
  `select id, dataset_id, source_id, chunking, wish, status, tries, serving_generation from dataset_sources
   where organization_id = $1 and id = $2 for update`,
)

export async function lockAttachment(tx: TransactionStore, id: string): Promise<LockedAttachment | undefined> {
  const [attachment] = await tx.query<LockedAttachment>(lockStatement, [tx.organization_id, id])
  return attachment
}

/** It was failed from outside, or another node has finished it. */
const isOver = (status: AttachmentStatus) => status === 'ready' || status === 'failed'

/** Locks the dataset, which what is written may refer to, and the attachment for the rest of the transaction. */
export async function lockForBuild(tx: TransactionStore, key: BuildKey): Promise<LockedAttachment> {
  await lockDatasetRows(tx, [key.dataset_id], 'key share')
  const attachment = await lockAttachment(tx, key.dataset_source_id)
  if (attachment?.wish !== key.wish || isOver(attachment.status)) throw new Outdated()
  return attachment
}

/** What a build is made of. */
export interface BuildInput {
  source_name: string
  source_type: 'FILE' | 'URL'
  source_status: SourceStatus
  source_reason: Reason | null
  source_chunking: ChunkingStrategy | null
  revision: number
  dataset_chunking: ChunkingStrategy | null
  dataset_language: DatasetLanguage
  text_blob_id: string | null
  page_starts: number[] | null
  text_language: string | null
}

const inputStatement = statement(
  'find_build_input',
  `select s.name as source_name, s.type as source_type, s.status as source_status, s.revision, s.chunking as source_chunking,
          case when s.reason_code is not null
            then jsonb_build_object('code', s.reason_code, 'message', s.reason) end as source_reason,
          d.chunking as dataset_chunking, d.language as dataset_language,
          c.text_blob_id, c.page_starts, c.language as text_language
   from dataset_sources a
   join sources s on s.id = a.source_id join datasets d on d.id = a.dataset_id
   left join source_contents c on c.source_id = s.id and c.revision = s.revision
   where a.organization_id = $1 and a.id = $2`,
)

/** In a statement after the lock of the attachment, so that it is what the wish is about. */
export async function findBuildInput(tx: TransactionStore, id: string): Promise<BuildInput> {
  const [input] = await tx.query<BuildInput>(inputStatement, [tx.organization_id, id])
  return input!
}

export interface Generation {
  id: string
  number: number
  organization_id: string
  dataset_id: string
  language: string
  total_chunks: number
}

const generationColumns = 'id, number, organization_id, dataset_id, language, total_chunks'

const unfinishedStatement = statement(
  'find_cut_generation',
  `select ${generationColumns} from generations
   where organization_id = $1 and dataset_source_id = $2 and wish = $3 and state = 'building' and cut_at is not null`,
)

const abandonStatement = statement(
  'abandon_generations',
  `update generations set state = 'gone', ended_at = clock_timestamp()
   where organization_id = $1 and dataset_source_id = $2 and state = 'building' and id is distinct from $3::uuid
   returning id`,
)

/** A generation of this wish with all of its chunks is gone on with; others that were begun are given up, which `abandoned` says. */
export async function findUnfinished(
  tx: TransactionStore,
  { dataset_source_id, wish }: Omit<BuildKey, 'dataset_id'>,
): Promise<{ cut: Generation | null; abandoned: boolean }> {
  const { organization_id } = tx
  const [cut] = await tx.query<Generation>(unfinishedStatement, [organization_id, dataset_source_id, wish])
  const gone = await tx.query(abandonStatement, [organization_id, dataset_source_id, cut?.id ?? null])
  return { cut: cut ?? null, abandoned: gone.length > 0 }
}

const beginStatement = statement(
  'begin_build',
  `update dataset_sources set status = $3, tries = tries + 1, next_try_at = null, updated_at = clock_timestamp()
   where organization_id = $1 and id = $2 returning tries`,
)

export async function beginTry(tx: TransactionStore, id: string, status: 'chunking' | 'embedding'): Promise<number> {
  const [begun] = await tx.query<{ tries: number }>(beginStatement, [tx.organization_id, id, status])
  return begun!.tries
}

const touchStatement = statement(
  'touch_build',
  `update dataset_sources set status = coalesce($3, status), tries = case when $4 then 1 else tries end, updated_at = clock_timestamp()
   where organization_id = $1 and id = $2`,
)

/**
 * Shows how far it is; `status` null: it stays. `lasting`: a later try goes on from here, so the tries before do not count any more.
 * Under its lock.
 */
export async function showProgress(
  tx: TransactionStore,
  id: string,
  { status, lasting }: { status: 'chunking' | 'embedding' | null; lasting: boolean },
): Promise<void> {
  await tx.query(touchStatement, [tx.organization_id, id, status, lasting])
}

const pauseStatement = statement(
  'pause_build',
  `update dataset_sources
   set next_try_at = clock_timestamp() + $4::double precision * interval '1 millisecond', updated_at = clock_timestamp()
   where organization_id = $1 and id = $2 and wish = $3 and status not in ('ready', 'failed')`,
)

export async function pauseBuild(tx: TransactionStore, { dataset_source_id, wish }: BuildKey, ms: number) {
  await tx.query(pauseStatement, [tx.organization_id, dataset_source_id, wish, ms])
}

const uncountStatement = statement(
  'uncount_try_of_build',
  'update dataset_sources set tries = greatest(tries - 1, 0) where organization_id = $1 and id = $2 and wish = $3',
)

/** This node stops: another goes on at once. */
export async function uncountTry(tx: TransactionStore, { dataset_source_id, wish }: BuildKey): Promise<void> {
  await tx.query(uncountStatement, [tx.organization_id, dataset_source_id, wish])
}

const quotaLockStatement = statement(
  'lock_chunk_quota',
  `select pg_advisory_xact_lock(hashtextextended('chunks of organization_id ' || $1::text, 0))`,
)

// Makes one row of what has changed since the last count.
const heldStatement = statement(
  'count_held_chunks',
  `with counted as (
     delete from held_chunks where organization_id = $1 returning chunks
   ), total as (
     select coalesce(sum(chunks), 0)::bigint as chunks from counted
   ), kept as (
     insert into held_chunks (organization_id, chunks) select $1, chunks from total where chunks <> 0
   )
   select (total.chunks - coalesce((
     select sum(total_chunks) from generations
     where organization_id = $1 and dataset_source_id = $2 and state in ('building', 'serving')), 0))::bigint as held
   from total`,
)

/** Without those that the build replaces. Builds that begin count one after the other. */
export async function countHeldChunks(tx: TransactionStore, dataset_source_id: string): Promise<number> {
  await tx.query(quotaLockStatement, [tx.organization_id])
  const [row] = await tx.query<{ held: number }>(heldStatement, [tx.organization_id, dataset_source_id])
  return row!.held
}

const insertStatement = statement(
  'insert_generation',
  `insert into generations
     (organization_id, id, dataset_id, source_id, dataset_source_id, revision, wish, chunking, language, total_chunks)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${generationColumns}`,
)

export interface NewGeneration extends BuildKey {
  id: string
  source_id: string
  revision: number
  chunking: ChunkingStrategy
  language: string
  total_chunks: number
}

export async function insertGeneration(tx: TransactionStore, generation: NewGeneration): Promise<Generation> {
  const { id, dataset_id, source_id, dataset_source_id, revision, wish, chunking, language, total_chunks } = generation
  const key = [tx.organization_id, id, dataset_id, source_id, dataset_source_id, revision, wish]
  const values = [JSON.stringify(chunking), language, total_chunks]
  const [inserted] = await tx.query<Generation>(insertStatement, [...key, ...values])
  return inserted!
}

// Anyone who deletes vectors of texts that no chunk has any more takes the same lock alone (erase-rows.ts).
const textsLockStatement = statement(
  'share_texts',
  `select pg_advisory_xact_lock_shared(hashtextextended('texts of organization_id ' || $1::text, 0))`,
)

const chunkColumns =
  'id uuid, position integer, content text, heading_path jsonb, page integer, characters integer, text_hash bytea'

const chunksStatement = statement(
  'insert_chunks',
  `insert into chunks
     (id, organization_id, generation_id, position, content, heading_path, page, url, characters, text_hash)
   select n.id, $8, $9, n.position, n.content, array(select jsonb_array_elements_text(n.heading_path)), n.page, $10,
          n.characters, n.text_hash
   from ${rowsOf('n', chunkColumns)}`,
)

export interface NewChunk {
  id: string
  position: number
  content: string
  heading_path: string[]
  page: number | null
  characters: number
  text_hash: Buffer
}

export async function insertChunks(
  tx: TransactionStore,
  generation_id: string,
  url: string | null,
  chunks: readonly NewChunk[],
): Promise<void> {
  const rows = chunks.map((chunk) => ({ ...chunk, heading_path: JSON.stringify(chunk.heading_path) }))
  const columns = arraysOf(rows, ['id', 'position', 'content', 'heading_path', 'page', 'characters', 'text_hash'])
  await tx.query(textsLockStatement, [tx.organization_id])
  await tx.query(chunksStatement, [...columns, tx.organization_id, generation_id, url])
}

const cutStatement = statement(
  'generation_is_cut',
  'update generations set cut_at = clock_timestamp() where organization_id = $1 and id = $2',
)

export async function markCut(tx: TransactionStore, id: string): Promise<void> {
  await tx.query(cutStatement, [tx.organization_id, id])
}

const doneStatement = statement(
  'count_done_chunks',
  `update generations set processed_chunks = $3, reused_chunks = $4
   where organization_id = $1 and id = $2 and processed_chunks < $3 returning id`,
)

/** Whether they are more than in any try before. */
export async function countDoneChunks(
  tx: TransactionStore,
  id: string,
  { done, reused }: { done: number; reused: number },
): Promise<boolean> {
  return (await tx.query(doneStatement, [tx.organization_id, id, done, reused])).length > 0
}
