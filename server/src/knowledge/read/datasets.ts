// Datasets as they are read: with how they are searched, their counts and the agents that use them.
import type { ChunkingStrategy, Dataset, DatasetLanguage } from '@parley/contract'
import { type Fragment, sql } from '../../database/fragments.ts'
import { findAgentsNaming } from '../../agents/agents.ts'
import { notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import { type TimePosition, newest } from '../../database/cursor.ts'
import { statement } from '../../database/database.ts'
import type { RootStore, Store } from '../../database/store.ts'
import type { DescribedModel } from '../../embeddings/embeddings.ts'
import { effectiveChunking } from '../rules/chunking.ts'
import type { Knowledge } from '../services.ts'
import { reembeddingCounts } from '../vectors/vectors.ts'

export interface DatasetRecord {
  id: string
  organization_id: string
  name: string
  description: string | null
  /** As asked. */
  embedding_model: string | null
  embedding_dimension: number | null
  language: DatasetLanguage
  chunking: ChunkingStrategy | null
  space_id: string | null
  next_space_id: string | null
  reembedding_status: 'running' | 'failed' | null
  reembedding_error: string | null
  created_at: string
  updated_at: string
}

export const datasetColumns = `id, organization_id, name, description, embedding_model, embedding_dimension, language, chunking,
  space_id, next_space_id, reembedding_status, reembedding_error, created_at, updated_at`

const oneStatement = statement(
  'find_dataset',
  `select ${datasetColumns} from datasets where organization_id = $1 and id = $2`,
)

export async function findDataset(store: Store, dataset_id: string): Promise<DatasetRecord | null> {
  if (!isUuid(dataset_id)) return null
  const [dataset] = await store.query<DatasetRecord>(oneStatement, [store.organization_id, dataset_id])
  return dataset ?? null
}

export async function requireDataset(store: Store, dataset_id: string): Promise<DatasetRecord> {
  const dataset = await findDataset(store, dataset_id)
  if (!dataset) throw notFound('Dataset')
  return dataset
}

export interface DatasetFilters {
  name?: string
  created_after?: string
  created_before?: string
  updated_after?: string
  updated_before?: string
}

/** Newest first. */
export function listDatasetRows(
  store: Store,
  { name, created_after, created_before, updated_after, updated_before }: DatasetFilters,
  after: TimePosition | null,
  limit: number,
): Promise<DatasetRecord[]> {
  const { time, key } = after ?? newest
  const conditions: Fragment[] = [
    sql`organization_id = ${store.organization_id}`,
    sql`(created_at, id) < (${time}::timestamptz, ${key}::uuid)`,
  ]
  if (name !== undefined) conditions.push(sql`strpos(lower(name), lower(${name})) > 0`)
  if (created_after !== undefined) conditions.push(sql`created_at >= ${created_after}::timestamptz`)
  if (created_before !== undefined) conditions.push(sql`created_at < ${created_before}::timestamptz`)
  if (updated_after !== undefined) conditions.push(sql`updated_at >= ${updated_after}::timestamptz`)
  if (updated_before !== undefined) conditions.push(sql`updated_at < ${updated_before}::timestamptz`)
  return store.execute(sql<DatasetRecord>`
    select ${sql.raw(datasetColumns)} from datasets where ${sql.join(conditions, sql` and `)}
    order by created_at desc, id desc limit ${limit}`)
}

const countStatement = statement(
  'count_dataset_sources',
  `select a.dataset_id, count(*) as sources, count(*) filter (where a.status = 'ready') as ready,
          count(*) filter (where a.status not in ('ready', 'failed')) as in_progress,
          count(*) filter (where a.status = 'failed') as failed, coalesce(sum(g.total_chunks), 0)::bigint as chunks
   from dataset_sources a left join generations g on g.id = a.serving_generation
   where a.organization_id = $1 and a.dataset_id = any($2::uuid[]) group by a.dataset_id`,
)

const none: Dataset['counts'] = { sources: 0, ready: 0, in_progress: 0, failed: 0, chunks: 0 }

async function countSources(store: Store, ids: readonly string[]): Promise<Map<string, Dataset['counts']>> {
  const rows = await store.query<Dataset['counts'] & { dataset_id: string }>(countStatement, [
    store.organization_id,
    ids,
  ])
  return new Map(rows.map(({ dataset_id, ...counts }) => [dataset_id, counts]))
}

type Searched = Pick<
  Dataset,
  | 'embedding_provider'
  | 'embedding_model'
  | 'embedding_dimension'
  | 'retrieval_mode'
  | 'retrieval_reason'
  | 'reembedding'
>

/** How searches find chunks now; in the order of the datasets. */
async function describeVectors(
  { embeddings }: Knowledge,
  store: RootStore,
  datasets: readonly DatasetRecord[],
  sources: ReadonlyMap<string, Dataset['counts']>,
): Promise<Searched[]> {
  const hasChunks = ({ id }: DatasetRecord) => (sources.get(id)?.chunks ?? 0) > 0
  const models = await embeddings.describeAll(
    store,
    datasets.map((dataset) => ({ ...dataset, has_chunks: hasChunks(dataset) })),
  )
  const running = datasets.filter(({ next_space_id }) => next_space_id !== null).map(({ id }) => id)
  const rows = running.length === 0 ? [] : await reembeddingCounts(store, running)
  const counts = new Map(rows.map((row) => [row.dataset_id, row]))
  const describe = async (dataset: DatasetRecord, index: number): Promise<Searched> => {
    const { provider, model, dimension, reason, uncallable } = models[index]!
    const { next_space_id, reembedding_status, reembedding_error } = dataset
    const next = next_space_id === null ? null : await embeddings.findSpace(store, next_space_id)
    const { done_chunks = 0, total_chunks = 0 } = counts.get(dataset.id) ?? {}
    const begun = next && {
      ...{ embedding_model: next.model, embedding_dimension: next.dimension ?? next.asked_dimension },
      ...{ status: reembedding_status!, done_chunks, total_chunks, error: reembedding_error },
    }
    const reembedding = begun ?? (uncallable && describeRefused(dataset, uncallable, sources.get(dataset.id) ?? none))
    return {
      ...{ embedding_provider: provider, embedding_model: model, embedding_dimension: dimension, reembedding },
      retrieval_mode: reason === null ? 'hybrid' : 'full_text',
      retrieval_reason: reason,
    }
  }
  return Promise.all(datasets.map(describe))
}

/** A re-embedding that cannot begin before its model can be called. */
function describeRefused(
  { embedding_model: named }: DatasetRecord,
  { model, dimension }: NonNullable<DescribedModel['uncallable']>,
  { chunks }: Dataset['counts'],
): NonNullable<Dataset['reembedding']> {
  const error = `The embedding model ${named} cannot be called. Set the key of its provider, or choose another model.`
  const counts = { done_chunks: 0, total_chunks: chunks }
  return { embedding_model: model, embedding_dimension: dimension, status: 'failed', ...counts, error }
}

export async function presentDatasets(
  room: Knowledge,
  store: RootStore,
  records: readonly DatasetRecord[],
): Promise<Dataset[]> {
  const ids = records.map(({ id }) => id)
  const counts = await countSources(store, ids)
  const agents = await findAgentsNaming(store, ids)
  const vectors = await describeVectors(room, store, records, counts)
  return records.map(
    ({ id, organization_id, name, description, language, chunking, created_at, updated_at }, index) => ({
      ...{ id, organization_id, name, description, language },
      ...vectors[index]!,
      chunking_strategy: effectiveChunking(chunking),
      counts: counts.get(id) ?? none,
      agents: agents.get(id) ?? [],
      ...{ created_at, updated_at },
    }),
  )
}

export async function presentDataset(room: Knowledge, store: RootStore, record: DatasetRecord): Promise<Dataset> {
  const [dataset] = await presentDatasets(room, store, [record])
  return dataset!
}
