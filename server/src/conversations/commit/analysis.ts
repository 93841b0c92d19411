// Writes the analysis of conversations: that it is queued, that it runs, and its outcome, once.
import { type Analysis, earlier_analyses } from '@parley/contract'
import { statement } from '../../database/database.ts'
import { noChange } from '../machine/change.ts'
import type { RootStore, Store, TransactionStore } from '../../database/store.ts'
import { AppError, notFound } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { addAnalysis } from './analysis-work.ts'
import { planOf } from '../machine/plan.ts'
import { lockWithin, underLock } from './commit.ts'
import type { Committer } from './committer.ts'
import { isActive } from '../machine/conversation.ts'
import { type ConversationRecord, analysisOfSummary } from '../machine/rows.ts'
import { findConversation } from '../read/conversation.ts'
import { writeChanges } from './write-changes.ts'

/** What a run found. */
export type AnalysisResult = Omit<Analysis, 'run' | 'finished_at'>

/** A run that failed in part has a result with the rest. */
export type AnalysisOutcome =
  | { status: 'done'; result: AnalysisResult }
  | { status: 'skipped'; reason: string }
  | { status: 'failed'; reason: string; result: AnalysisResult | null }

const beginAnalysisStatement = statement(
  'begin_analysis',
  `update conversations set analysis_status = 'running', analysis_due_at = null
   where id = $1 and organization_id = $2 and analysis_status in ('queued', 'running') and deleted_at is null
   returning analysis_run`,
)

/** Returns the number of this run of the analysis; null if there is nothing (left) to analyze. */
export async function beginAnalysis(store: Store, id: string): Promise<number | null> {
  const [begun] = await store.query<{ analysis_run: number }>(beginAnalysisStatement, [id, store.organization_id])
  return begun?.analysis_run ?? null
}

const askStatement = statement(
  'ask_for_analysis',
  `update conversations set analysis_status = 'queued', analysis_reason = null, analysis_run = analysis_run + 1,
          analysis_due_at = null
   where id = $1 and organization_id = $2 and analysis_status not in ('queued', 'running')
   returning id`,
)

/** Queues one more run for an ended conversation; its results stay until the new ones are written. */
export async function askForAnalysis(
  store: RootStore,
  { ports }: Pick<Committer, 'ports'>,
  id: string,
): Promise<ConversationRecord> {
  const asked = await underLock(store, ports, { change: 'analysis', id }, async (tx, state) => {
    const { status, agent_id, content_purged_at } = state
    if (isActive(status)) throw new AppError('conversation_active')
    if (content_purged_at !== null) throw new AppError('content_purged')
    const { organization_id } = tx
    const queued = await tx.query(askStatement, [id, organization_id])
    if (queued.length === 0) throw new AppError('analysis_in_progress')
    addAnalysis(tx, { id, organization_id, agent_id })
    return findConversation(tx, id)
  })
  if (!asked) throw notFound('Conversation')
  return asked
}

// A new result moves the previous one to the earlier ones; a summary without one was imported or written by an earlier version.
const analysisStatement = statement(
  'write_analysis',
  `with previous as (
     select organization_id, id, coalesce((analysis ->> 'run')::integer, $6 - 1) as run,
            coalesce(analysis, ${analysisOfSummary('$6 - 1')}) as result
     from conversations
     where id = $1 and organization_id = $2 and analysis_status = 'running' and analysis_run = $6
       and $7::jsonb is not null and coalesce(analysis::text, summary) is not null
   ), moved as (
     insert into earlier_analyses (organization_id, conversation_id, run, result)
     select organization_id, id, run, result from previous on conflict do nothing
   ), dropped as (
     delete from earlier_analyses
     where conversation_id = $1 and organization_id = $2 and run = any(array(
       select run from earlier_analyses where conversation_id = $1 and organization_id = $2
       order by run desc offset ${earlier_analyses - 1})) and exists (select from previous)
   )
   update conversations set analysis_status = $3, analysis_reason = $4, summary = coalesce($5, summary),
          analysis = coalesce($7, analysis), analysis_due_at = null
   where id = $1 and organization_id = $2 and analysis_status = 'running' and analysis_run = $6
   returning id`,
)

/** Writes the outcome once. A result of an earlier run, or a repeated one, changes nothing. */
export async function writeAnalysis(
  tx: TransactionStore,
  committer: Committer,
  { id, run }: { id: string; run: number },
  outcome: AnalysisOutcome,
): Promise<void> {
  await lockWithin(tx, committer.ports, { change: 'analysis', id }, async (_tx, state) => {
    const { status } = outcome
    const result = status === 'skipped' ? null : outcome.result
    const analysis = result && { run, finished_at: state.now, ...result }
    const type = status === 'failed' ? 'conversation.analysis_failed' : 'conversation.analyzed'
    const analysis_reason = status === 'done' ? null : outcome.reason
    const found = { analysis_status: status, analysis_reason, summary: result?.summary ?? null, analysis }
    const plan = planOf(state, { ...noChange, events: [{ type, data: found as JsonObject }] })
    // What is stored is what the event says: the plan holds nothing that the conversation must not keep.
    const kept = plan.change.events[0]!.data as unknown as typeof found
    const values = [status, kept.analysis_reason, kept.summary, run, kept.analysis && JSON.stringify(kept.analysis)]
    const written = await tx.query(analysisStatement, [id, tx.organization_id, ...values])
    if (written.length > 0) writeChanges({ tx, ...committer }, [plan])
  })
}

/** Fails the current or queued run. */
export async function failAnalysis(
  tx: TransactionStore,
  committer: Committer,
  id: string,
  reason: string,
): Promise<void> {
  const run = await beginAnalysis(tx, id)
  if (run !== null) await writeAnalysis(tx, committer, { id, run }, { status: 'failed', reason, result: null })
}
