// Puts the vectors of large datasets into indexes of pgvector, one for each dataset and space, in the background: what is not in an
// index yet is found by its signs.
import type { Core } from '../../calls/core.ts'
import { type Executor, statement } from '../../database/database.ts'
import { type TransactionStore, openReservedStore } from '../../database/store.ts'
import { addWork } from '../../work/add.ts'
import { everyMinute } from '../../work/every-minute.ts'
import type { Outcome, WorkItem, WorkKind, WorkPort } from '../../work/port.ts'
import { readVector } from '../rules/signs.ts'
import type { VectorIndex } from './vector-index.ts'

export const index_vectors_work = 'index_vectors'

/** Of pgvector, for half precision. A space of more is searched by signs. */
const most_dimensions = 4000
/** Of one minute. */
const most_datasets = 500
/** In one commit: each costs some milliseconds. */
const chunks_at_once = 100
/** Of one run; another follows at once, after other organizations. */
const most_commits = 200

// Large datasets whose index is missing or lacks vectors, indexes that no search uses, and those that have gone with their extension.
const findStatement = statement(
  'find_vector_indexes',
  `select organization_id, dataset_id from (
     select b.organization_id, b.dataset_id from (
       select organization_id, dataset_id from searched_generations group by organization_id, dataset_id having sum(chunks) >= $1
     ) b join datasets d on d.id = b.dataset_id join embedding_spaces e on e.id = d.space_id and e.dimension <= $2
     where not exists (select from vector_indexes i where i.dataset_id = b.dataset_id and i.space_id = d.space_id)
       or exists (
         select from searched_generations s
         join signed_generations g on g.generation = s.number and g.space_id = d.space_id and g.is_complete and g.indexed < g.signed
         where s.dataset_id = b.dataset_id)
     union
     select i.organization_id, i.dataset_id from vector_indexes i left join datasets d on d.id = i.dataset_id
     where d.space_id is distinct from i.space_id or not exists (
       select from pg_attribute a
       where a.attrelid = to_regclass('near_vectors_' || i.number) and a.attname = 'vector' and not a.attisdropped)
   ) found limit $3`,
  { replanned: true },
)

interface FoundDataset {
  organization_id: string
  dataset_id: string
}

/** Each minute, on one node. */
export function findIndexesWork({ database }: Pick<Core, 'database'>, index: VectorIndex): WorkKind {
  return everyMinute('find_vector_indexes', async (signal) => {
    if (index.kind !== 'pgvector') return
    for (const { organization_id, dataset_id } of await findDatasets(database, index)) {
      signal.throwIfAborted()
      await openReservedStore(database, organization_id).transaction(async (tx) => {
        await tx.query(datasetStatement, [organization_id, dataset_id])
        addWork(tx, index_vectors_work, { organization_id, owner: dataset_id, subject: dataset_id })
      })
    }
  })
}

export function findDatasets(database: Executor, { least_chunks }: VectorIndex): Promise<FoundDataset[]> {
  return database.query<FoundDataset>(findStatement, [least_chunks, most_dimensions, most_datasets])
}

export function indexVectorsWork(index: VectorIndex): WorkKind {
  return {
    name: index_vectors_work,
    lease_ms: 30_000,
    delays_ms: [5000, 15_000, 60_000],
    share: { node: 1, organization: 1, owner: 1 },
    run: (item, port) => indexDataset(index, item, port),
    giveUp: null,
  }
}

async function indexDataset(index: VectorIndex, { subject }: WorkItem, port: WorkPort): Promise<Outcome> {
  if (index.kind !== 'pgvector') return { next: 'done' }
  const space_id = await port.commit((tx) => prepareIndex(tx, index, subject))
  if (space_id === null) return { next: 'done' }
  for (let commits = 0; commits < most_commits; commits += 1) {
    port.signal.throwIfAborted()
    if (!(await port.commit((tx) => indexSome(tx, subject, space_id)))) return { next: 'done' }
  }
  return { next: { again_in_ms: 0 } }
}

const datasetStatement = statement(
  'read_dataset_to_index',
  `select d.space_id, e.dimension,
     (select coalesce(sum(chunks), 0)::integer from searched_generations s where s.dataset_id = d.id) as chunks
   from datasets d left join embedding_spaces e on e.id = d.space_id where d.organization_id = $1 and d.id = $2`,
)

interface DatasetToIndex {
  space_id: string | null
  dimension: number | null
  chunks: number
}

const dropStatement = statement(
  'drop_unused_vector_indexes',
  `select drop_vector_index(number) from vector_indexes
   where organization_id = $1 and dataset_id = $2 and space_id is distinct from $3`,
)

const makeStatement = statement(
  'make_vector_index',
  `select make_vector_index(organization_id, id, space_id, $4) from datasets
   where organization_id = $1 and id = $2 and space_id = $3`,
)

/** Drops indexes of spaces that the dataset has left. The space whose vectors are to be in its index; null: it needs none. */
export async function prepareIndex(
  tx: TransactionStore,
  { least_chunks }: VectorIndex,
  dataset_id: string,
): Promise<string | null> {
  const of = [tx.organization_id, dataset_id]
  const [dataset] = await tx.query<DatasetToIndex>(datasetStatement, of)
  const { space_id, dimension, chunks } = dataset ?? { space_id: null, dimension: null, chunks: 0 }
  await tx.query(dropStatement, [...of, space_id])
  if (space_id === null || dimension === null || dimension > most_dimensions) return null
  if (chunks < least_chunks && !(await findIndex(tx, dataset_id, space_id))) return null
  await tx.query(makeStatement, [...of, space_id, dimension])
  return space_id
}

const indexStatement = statement(
  'read_vector_index',
  'select number from vector_indexes where organization_id = $1 and dataset_id = $2 and space_id = $3 for share',
)

/** Nobody drops it before the end of the transaction. */
async function findIndex(tx: TransactionStore, dataset_id: string, space_id: string): Promise<number | null> {
  const [index] = await tx.query<{ number: number }>(indexStatement, [tx.organization_id, dataset_id, space_id])
  return index?.number ?? null
}

const nextStatement = statement(
  'next_generation_to_index',
  `select s.number, s.generation_id, g.indexed, g.signed from searched_generations s
   join signed_generations g on g.generation = s.number and g.space_id = $3
   where s.organization_id = $1 and s.dataset_id = $2 and g.is_complete and g.indexed < g.signed
   order by s.number limit 1`,
  { replanned: true },
)

interface GenerationToIndex {
  number: number
  generation_id: string
  indexed: number
  signed: number
}

// No generation is erased before the commit, so that nothing of it is added afterwards.
const holdStatement = statement(
  'hold_generation_to_index',
  `select from generations where organization_id = $1 and number = $2 and state in ('building', 'serving') for share`,
)

const vectorsStatement = statement(
  'read_vectors_to_index',
  `select c.position, v.vector
   from chunks c join vectors v on v.space_id = $3 and v.text_hash = c.text_hash and v.organization_id = c.organization_id
   where c.organization_id = $1 and c.generation_id = $2 and c.position >= $4 and c.position < $5 order by c.position`,
)

const addStatement = statement(
  'add_near_vectors',
  `with added as materialized (select add_near_vectors($4, $2, $5, $6))
   update signed_generations set indexed = $7 where organization_id = $1 and generation = $2 and space_id = $3
     and exists (select from added)`,
)

/** The next vectors of the dataset. False: its index has all. */
export async function indexSome(tx: TransactionStore, dataset_id: string, space_id: string): Promise<boolean> {
  const { organization_id } = tx
  const number = await findIndex(tx, dataset_id, space_id)
  if (number === null) return false
  const [next] = await tx.query<GenerationToIndex>(nextStatement, [organization_id, dataset_id, space_id])
  if (!next) return false
  // One that was detached meanwhile is not met again.
  if ((await tx.query(holdStatement, [organization_id, next.number])).length === 0) return true
  const end = Math.min(next.indexed + chunks_at_once, next.signed)
  const range = [next.generation_id, space_id, next.indexed, end]
  const rows = await tx.query<{ position: number; vector: Buffer }>(vectorsStatement, [organization_id, ...range])
  const positions = rows.map(({ position }) => position)
  const vectors = rows.map(({ vector }) => writeVector(readVector(vector)))
  await tx.query(addStatement, [organization_id, next.number, space_id, number, positions, vectors, end])
  return true
}

/** As pgvector reads it. Half of the precision needs no more digits. */
export function writeVector(vector: Float32Array): string {
  return `[${Array.from(vector, (value) => value.toPrecision(5)).join(',')}]`
}

const eraseStatement = statement(
  'erase_near_vectors',
  `select erase_near_vectors(i.number, $2, $4) as erased from (
     select number from vector_indexes where organization_id = $1 and dataset_id = $3 for share
   ) i`,
)

/** Of a generation, in every space, whatever the setting is now. At most `most` of each; says whether some are left. */
export async function eraseNearVectors(
  tx: TransactionStore,
  { number, dataset_id }: { number: number; dataset_id: string },
  most: number,
): Promise<boolean> {
  const values = [tx.organization_id, number, dataset_id, most]
  const counts = await tx.query<{ erased: number }>(eraseStatement, values)
  return counts.some(({ erased }) => erased === most)
}
