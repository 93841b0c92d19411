// Reads what was asked of knowledge bases: of one turn, of a page of turns, and of a dataset. Nobody is shown that of a purged
// conversation. Writes nothing.
import type { DatasetRetrieval, Retrieval, RetrievalOutcome } from '@parley/contract'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import type { TimePosition } from '../../database/cursor.ts'
import { hasContent } from './transcript.ts'

const columns = `r.id, r.kind, r.call_id, r.query, r.retrieval_mode, r.degraded, r.outcome, r.chunks, r.latency_ms`
const order = 'r.created_at, r.id'

const ofTurnStatement = statement(
  'turn_retrievals',
  `select ${columns} from retrievals r
   where r.conversation_id = $1 and r.organization_id = $2 and r.turn_id = $3 and ${hasContent('$1', '$2')}
   order by ${order}`,
)

/** In their order. Only for turns that have some. */
export function readTurnRetrievals(store: Store, conversation_id: string, turn_id: string): Promise<Retrieval[]> {
  return store.query(ofTurnStatement, [conversation_id, store.organization_id, turn_id])
}

/** Around a record, in an answer. */
const frame_bytes = 400
const bytes = `octet_length(r.chunks::text) + coalesce(octet_length(r.query), 0) + ${frame_bytes}`

const ofTurnsStatement = statement(
  'retrievals_of_turns',
  `select * from (
     select r.turn_id, r.created_at, ${columns}, sum(${bytes}) over (order by t.sequence, ${order}) as bytes, t.sequence
     from turns t join retrievals r on r.conversation_id = t.conversation_id and r.turn_id = t.id
     where t.conversation_id = $1 and t.organization_id = $2 and t.id = any($3::uuid[]) and ${hasContent('$1', '$2')}
     order by t.sequence, ${order}
   ) page where sequence = (select min(sequence) from turns where id = any($3) and organization_id = $2) or bytes <= $4
   order by sequence, created_at, id`,
)

/** By turn, as far as they fit into `max_bytes`, but at least those of the first. */
export async function readRetrievalsOfTurns(
  store: Store,
  conversation_id: string,
  turn_ids: string[],
  max_bytes: number,
): Promise<Map<string, Retrieval[]>> {
  const values = [conversation_id, store.organization_id, turn_ids, max_bytes]
  type Row = Retrieval & { turn_id: string; created_at: string; bytes: number; sequence: number }
  const rows = await store.query<Row>(ofTurnsStatement, values)
  const turns = new Map<string, Retrieval[]>()
  for (const { turn_id, created_at: _c, bytes: _b, sequence: _s, ...retrieval } of rows) {
    const own = turns.get(turn_id)
    if (own) own.push(retrieval)
    else turns.set(turn_id, [retrieval])
  }
  return turns
}

export interface RetrievalFilters {
  outcome?: RetrievalOutcome | undefined
  below_score?: number | undefined
  created_after?: string | undefined
  created_before?: string | undefined
}

const ofDatasetStatement = statement(
  'retrievals_of_dataset',
  `with found as (
     select r.id, r.conversation_id, r.turn_id, r.kind, r.call_id, r.query, r.retrieval_mode, r.degraded, d.outcome,
       (select coalesce(jsonb_agg(chunk order by place), '[]') from jsonb_array_elements(r.chunks) with ordinality as c(chunk, place)
        where chunk ->> 'dataset_id' = $2::uuid::text) as chunks,
       d.best_score, r.latency_ms, d.created_at
     from dataset_retrievals d
     join retrievals r on r.conversation_id = d.conversation_id and r.turn_id = d.turn_id and r.id = d.retrieval_id
     join conversations v on v.id = d.conversation_id and v.deleted_at is null and v.content_purged_at is null
     where d.organization_id = $1 and d.dataset_id = $2
       and ($3::text is null or d.outcome = $3)
       and ($4::double precision is null or d.best_score < $4 or (d.best_score is null and d.outcome = 'nothing'))
       and ($5::timestamptz is null or d.created_at >= $5) and ($6::timestamptz is null or d.created_at < $6)
       and ($7::timestamptz is null or (d.created_at, d.retrieval_id) < ($7, $8::uuid))
     order by d.created_at desc, d.retrieval_id desc limit $9
   ), measured as (
     select *, sum(${bytes.replaceAll('r.', '')}) over (order by created_at desc, id desc) as bytes,
       row_number() over (order by created_at desc, id desc) as place, count(*) over () as count
     from found
   )
   select * from measured where place = 1 or bytes <= $10 order by place`,
)

/** Newest first; `is_cut` if not all that were found fit. */
export async function listRetrievalsOfDataset(
  store: Store,
  dataset_id: string,
  { outcome, below_score, created_after, created_before }: RetrievalFilters,
  before: TimePosition | null,
  { limit, max_bytes }: { limit: number; max_bytes: number },
): Promise<{ rows: DatasetRetrieval[]; is_cut: boolean }> {
  const filters = [outcome, below_score, created_after, created_before, before?.time, before?.key]
  const values = [store.organization_id, dataset_id, ...filters.map((value) => value ?? null), limit, max_bytes]
  type Row = DatasetRetrieval & { bytes: number; place: number; count: number }
  const found = await store.query<Row>(ofDatasetStatement, values)
  const rows = found.map(({ bytes: _b, place: _p, count: _c, ...row }) => row)
  return { rows, is_cut: found.length < (found[0]?.count ?? 0) }
}
