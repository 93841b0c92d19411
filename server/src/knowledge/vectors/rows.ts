// The SQL of vectors of generations: which are complete in a space, and what a dataset's space is.
import { statement } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import type { EmbeddedText, WantedModel } from '../../embeddings/embeddings.ts'
import type { IndexedGeneration } from '../search/index-chunks.ts'

export interface DatasetSpaces extends WantedModel {
  id: string
  name: string
  space_id: string | null
  next_space_id: string | null
  reembedding_status: 'running' | 'failed' | null
  /** That failed since its spaces changed, or a vector was stored. */
  embedding_tries: number
  /** Whether any generation serves. */
  has_chunks: boolean
}

const columns = `d.id, d.name, d.embedding_model, d.embedding_dimension, d.space_id, d.next_space_id, d.reembedding_status,
  d.embedding_tries, exists (select from dataset_sources a where a.dataset_id = d.id and a.serving_generation is not null) as has_chunks`

const readStatement = statement(
  'read_dataset_spaces',
  `select ${columns} from datasets d where d.organization_id = $1 and d.id = $2`,
)

export async function findDatasetSpaces(store: Store, id: string): Promise<DatasetSpaces | undefined> {
  const [dataset] = await store.query<DatasetSpaces>(readStatement, [store.organization_id, id])
  return dataset
}

const lockStatement = statement(
  'lock_dataset_spaces',
  'select id from datasets where organization_id = $1 and id = $2 for no key update',
)

/** Read in a statement after the lock, so that it is what the transaction before has left. */
export async function lockDatasetSpaces(tx: TransactionStore, id: string): Promise<DatasetSpaces | undefined> {
  await tx.query(lockStatement, [tx.organization_id, id])
  return findDatasetSpaces(tx, id)
}

const setStatement = statement(
  'set_dataset_spaces',
  `update datasets set space_id = $3, next_space_id = $4, reembedding_status = $5, reembedding_error = $6, embedding_tries = 0,
     vectors_awaited_at = clock_timestamp() + $7::double precision * interval '1 millisecond'
   where organization_id = $1 and id = $2`,
)

export interface NewSpaces {
  space_id: string | null
  next_space_id: string | null
  status: 'running' | 'failed' | null
  error: string | null
  /** Null: nothing is awaited. */
  look_in_ms: number | null
}

export async function setDatasetSpaces(tx: TransactionStore, id: string, spaces: NewSpaces): Promise<void> {
  const { space_id, next_space_id, status, error, look_in_ms } = spaces
  await tx.query(setStatement, [tx.organization_id, id, space_id, next_space_id, status, error, look_in_ms])
}

const awaitStatement = statement(
  'await_vectors',
  `update datasets set vectors_awaited_at = clock_timestamp() + $3::double precision * interval '1 millisecond'
   where organization_id = $1 and id = $2`,
)

export async function awaitVectors(tx: TransactionStore, id: string, look_in_ms: number | null): Promise<void> {
  await tx.query(awaitStatement, [tx.organization_id, id, look_in_ms])
}

const awaitFirstStatement = statement(
  'await_first_vectors',
  `update datasets set vectors_awaited_at = clock_timestamp() + $3::double precision * interval '1 millisecond'
   where organization_id = $1 and id = $2 and space_id is null and next_space_id is null and vectors_awaited_at is null`,
)

/** Its chunks serve without vectors, because it has no space: from now on a model is looked for. */
export async function awaitFirstVectors(tx: TransactionStore, id: string, look_in_ms: number): Promise<void> {
  await tx.query(awaitFirstStatement, [tx.organization_id, id, look_in_ms])
}

const triesStatement = statement(
  'count_tries_of_embedding',
  `update datasets set embedding_tries = $4 where organization_id = $1 and id = $2 and $3 in (space_id, next_space_id)`,
)

/** Of a space that the dataset still uses. */
export async function countTries(tx: TransactionStore, id: string, space_id: string, tries: number): Promise<void> {
  await tx.query(triesStatement, [tx.organization_id, id, space_id, tries])
}

const textsStatement = statement(
  'read_texts_of_generation',
  `select position, text_hash, content as text from chunks
   where organization_id = $1 and generation_id = $2 and position > $3 order by position limit $4`,
)

export async function readTexts(
  store: Store,
  generation_id: string,
  after_position: number,
  limit: number,
): Promise<EmbeddedText[]> {
  return store.query(textsStatement, [store.organization_id, generation_id, after_position, limit])
}

const progressStatement = statement(
  'read_generation_space',
  `select made_chunks, completed_at is not null as is_complete from generation_spaces
   where organization_id = $1 and generation_id = $2 and space_id = $3`,
)

export async function findProgress(
  store: Store,
  generation_id: string,
  space_id: string,
): Promise<{ made_chunks: number; is_complete: boolean }> {
  const values = [store.organization_id, generation_id, space_id]
  const [found] = await store.query<{ made_chunks: number; is_complete: boolean }>(progressStatement, values)
  return found ?? { made_chunks: 0, is_complete: false }
}

// The shared lock keeps the generation from being detached until this commit: no vector is stored of what is erased.
const holdStatement = statement(
  'hold_generation',
  `select id from generations where organization_id = $1 and id = $2 and state in ('building', 'serving') for share`,
)

/** False: nothing needs its vectors any more. */
export async function holdGeneration(tx: TransactionStore, id: string): Promise<boolean> {
  return (await tx.query(holdStatement, [tx.organization_id, id])).length > 0
}

const holdSpaceStatement = statement(
  'hold_dataset_space',
  'select id from datasets where organization_id = $1 and id = $2 and $3 in (space_id, next_space_id) for share',
)

/** Keeps the dataset's spaces as they are until this commit. False: it does not use this one any more. */
export async function holdSpace(tx: TransactionStore, dataset_id: string, space_id: string): Promise<boolean> {
  return (await tx.query(holdSpaceStatement, [tx.organization_id, dataset_id, space_id])).length > 0
}

export interface GenerationProgress {
  done: number
  made: number
  is_complete?: true
  is_awaited?: true
}

const noteStatement = statement(
  'note_generation_space',
  `insert into generation_spaces (organization_id, generation_id, space_id, done_chunks, made_chunks, completed_at, is_awaited)
   values ($1, $2, $3, $4, $5, case when $6 then clock_timestamp() end, $7)
   on conflict (generation_id, space_id) do update
   set done_chunks = excluded.done_chunks, made_chunks = excluded.made_chunks, is_awaited = excluded.is_awaited,
       completed_at = coalesce(generation_spaces.completed_at, excluded.completed_at)`,
)

export async function noteProgress(
  tx: TransactionStore,
  generation_id: string,
  space_id: string,
  { done, made, is_complete = false as never, is_awaited = false as never }: GenerationProgress,
): Promise<void> {
  await tx.query(noteStatement, [tx.organization_id, generation_id, space_id, done, made, is_complete, is_awaited])
}

const hasStatement = statement(
  'generation_has_vectors',
  `select from generations g join datasets d on d.id = g.dataset_id
   where g.organization_id = $1 and g.id = $2 and (d.space_id is null or exists (
     select from generation_spaces s
     where s.generation_id = g.id and s.space_id = d.space_id and (s.completed_at is not null or s.is_awaited)))`,
)

export async function hasVectors(tx: TransactionStore, generation_id: string): Promise<boolean> {
  return (await tx.query(hasStatement, [tx.organization_id, generation_id])).length > 0
}

export interface ServingGeneration extends IndexedGeneration {
  total_chunks: number
}

const serving = `from dataset_sources a join generations g on g.id = a.serving_generation
   left join generation_spaces s on s.generation_id = g.id and s.space_id = $3
   where a.organization_id = $1 and a.dataset_id = $2`

const lackingStatement = statement(
  'find_generation_without_vectors',
  `select g.id, g.number, g.organization_id, g.dataset_id, g.language, g.total_chunks
   ${serving} and s.completed_at is null order by g.number limit 1`,
)

/** A generation that serves and has not all of its vectors in the space. */
export async function findLacking(
  store: Store,
  dataset_id: string,
  space_id: string,
): Promise<ServingGeneration | undefined> {
  const [found] = await store.query<ServingGeneration>(lackingStatement, [store.organization_id, dataset_id, space_id])
  return found
}

const countStatement = statement(
  'count_reembedded_chunks',
  `select d.id as dataset_id, coalesce(sum(s.done_chunks), 0)::integer as done_chunks,
          coalesce(sum(g.total_chunks), 0)::integer as total_chunks
   from datasets d
   left join dataset_sources a on a.dataset_id = d.id
   left join generations g on g.id = a.serving_generation
   left join generation_spaces s on s.generation_id = g.id and s.space_id = d.next_space_id
   where d.organization_id = $1 and d.id = any($2::uuid[]) and d.next_space_id is not null group by d.id`,
)

export interface ReembeddingCounts {
  dataset_id: string
  done_chunks: number
  total_chunks: number
}

/** Of datasets that are being re-embedded. */
export async function reembeddingCounts(store: Store, dataset_ids: readonly string[]): Promise<ReembeddingCounts[]> {
  return store.query(countStatement, [store.organization_id, dataset_ids])
}

const leftoverStatement = statement(
  'find_leftover_space',
  `select s.space_id from datasets d join dataset_sources a on a.dataset_id = d.id
   join generations g on g.dataset_source_id = a.id join generation_spaces s on s.generation_id = g.id
   where d.organization_id = $1 and d.id = $2
     and s.space_id is distinct from d.space_id and s.space_id is distinct from d.next_space_id limit 1`,
)

/** A space that the dataset does not use any more, although its generations were embedded there. */
export async function findLeftover(store: Store, dataset_id: string): Promise<string | null> {
  const [found] = await store.query<{ space_id: string }>(leftoverStatement, [store.organization_id, dataset_id])
  return found?.space_id ?? null
}

const leavingStatement = statement(
  'begin_leaving_space',
  `with left_spaces as (
     update generation_spaces s set completed_at = null, done_chunks = 0
     from dataset_sources a join generations g on g.dataset_source_id = a.id
     where a.organization_id = $1 and a.dataset_id = $2 and s.generation_id = g.id and s.space_id = $3
       and s.completed_at is not null
   )
   update signed_generations s set signed = 0, indexed = 0, is_complete = false from generations g
   where s.organization_id = $1 and g.number = s.generation and g.dataset_id = $2 and s.space_id = $3 and s.signed > 0`,
)

/** Before a part of it is erased: if the space is chosen again meanwhile, it counts as incomplete and is filled again. */
export async function beginLeaving(tx: TransactionStore, dataset_id: string, space_id: string): Promise<void> {
  await tx.query(leavingStatement, [tx.organization_id, dataset_id, space_id])
}

const dropLeftoverStatement = statement(
  'drop_leftover_space',
  `delete from generation_spaces s using dataset_sources a join generations g on g.dataset_source_id = a.id
   where a.organization_id = $1 and a.dataset_id = $2 and s.generation_id = g.id and s.space_id = $3`,
)

export async function dropLeftover(tx: TransactionStore, dataset_id: string, space_id: string): Promise<void> {
  await tx.query(dropLeftoverStatement, [tx.organization_id, dataset_id, space_id])
}
