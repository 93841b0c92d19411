// Reads the results of a conversation's analyses.
import type { Analysis } from '@parley/contract'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import { analysisOfSummary } from '../machine/rows.ts'

const analysesStatement = statement(
  'read_analyses',
  `select result from (
     select 2147483647 as run, coalesce(analysis, case when summary is not null then
       ${analysisOfSummary('analysis_run')} end) as result
     from conversations where id = $1 and organization_id = $2 and deleted_at is null
     union all
     select run, result from earlier_analyses where conversation_id = $1 and organization_id = $2
   ) results where result is not null order by run desc`,
)

/** A summary that was imported, or written by an earlier version, has only these fields. */
type StoredAnalysis = Pick<Analysis, 'run' | 'summary' | 'finished_at'> & Partial<Analysis>

/** Newest first. */
export async function readAnalyses(store: Store, id: string): Promise<Analysis[]> {
  const rows = await store.query<{ result: StoredAnalysis }>(analysesStatement, [id, store.organization_id])
  return rows.map(({ result }) => ({ ...unknown, ...result }))
}

const unknown = {
  outcome: null,
  extracted: null,
  success: null,
  success_reason: null,
  models: [],
  duration_ms: null,
  input_tokens: null,
  output_tokens: null,
}
