// Writes the analysis of conversations: that it is queued, that it runs, and its outcome, once.
import { statement } from '../../database/database.ts'
import { noChange } from '../machine/change.ts'
import type { RootStore, Store, TransactionStore } from '../../database/store.ts'
import { AppError, notFound } from '../../base/errors.ts'
import { addAnalysis } from './analysis-work.ts'
import { planOf } from '../machine/plan.ts'
import { redactText } from '../../redaction/rules/redaction.ts'
import { lockWithin, underLock } from './commit.ts'
import type { Committer } from './committer.ts'
import { isActive } from '../machine/conversation.ts'
import type { ConversationRecord } from '../machine/rows.ts'
import { findConversation } from '../read/conversation.ts'
import { writeChanges } from './write-changes.ts'

export type AnalysisOutcome =
  | { status: 'done'; summary: string }
  | { status: 'skipped'; reason: string }
  | { status: 'failed'; reason: string }

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

/** Queues one more run for an ended conversation; its summary stays until the new one is written. */
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

const analysisStatement = statement(
  'write_analysis',
  `update conversations set analysis_status = $3, analysis_reason = $4, summary = coalesce($5, summary),
          analysis_due_at = null
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
    const reason = outcome.status === 'done' ? null : outcome.reason
    const summary = outcome.status === 'done' ? redactText(outcome.summary, state.redaction) : null
    const values = [id, tx.organization_id, outcome.status, reason, summary, run]
    const written = await tx.query(analysisStatement, values)
    if (written.length === 0) return
    const type = outcome.status === 'failed' ? 'conversation.analysis_failed' : 'conversation.analyzed'
    const event = { type, data: { analysis_status: outcome.status, analysis_reason: reason, summary } } as const
    writeChanges({ tx, ...committer }, [planOf(state, { ...noChange, events: [event] })])
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
  if (run !== null) await writeAnalysis(tx, committer, { id, run }, { status: 'failed', reason })
}
