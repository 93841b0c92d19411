// Writes what is not the course of a conversation: its metadata, its analysis, and the removal of its content. The last part
// of commit.ts.
import type { EndedBy } from '@parley/contract'
import { statement } from '../../database/database.ts'
import type { RootStore, Store, TransactionStore } from '../../database/store.ts'
import { AppError, notFound } from '../../base/errors.ts'
import { forgetAnswers } from '../../idempotency/run-once.ts'
import type { JsonObject } from '../../base/json.ts'
import { type LockedConversation, noChange } from '../machine/change.ts'
import { addAnalysis } from './analysis-work.ts'
import { type Committed, type Environment, committedOf, lockWithin, underLock, writerOf } from './commit.ts'
import { isActive } from '../machine/conversation.ts'
import { type ConversationRecord, findConversation } from '../read/conversation.ts'
import { decideEndForDeletion } from '../machine/decisions.ts'
import { writeChanges } from './write-changes.ts'

const metadataStatement = statement(
  'write_metadata',
  'update conversations set custom_metadata = $3 where id = $1 and organization_id = $2',
)
const readMetadataStatement = statement(
  'read_metadata',
  'select custom_metadata from conversations where id = $1 and organization_id = $2',
)

/** Rewrites the metadata under the conversation's lock, so that two patches at once both take effect. Answers what it is then. */
export async function changeMetadata(
  store: RootStore,
  environment: Environment,
  id: string,
  patch: (metadata: JsonObject) => JsonObject,
): Promise<ConversationRecord> {
  const changed = await underLock(store, environment.ports, { change: 'update', id }, async (tx, state) => {
    const [row] = await tx.query<{ custom_metadata: JsonObject }>(readMetadataStatement, [id, tx.organization_id])
    const custom_metadata = patch(row!.custom_metadata)
    await tx.query(metadataStatement, [id, tx.organization_id, JSON.stringify(custom_metadata)])
    const event = { type: 'conversation.updated' as const, data: { custom_metadata } }
    writeChanges(writerOf(tx, environment), [{ state, change: { ...noChange, events: [event] } }])
    return findConversation(tx, id)
  })
  if (!changed) throw notFound('Conversation')
  return changed
}

const eraseStatements = [
  statement('erase_items', 'delete from transcript_items where conversation_id = $1 and organization_id = $2'),
  statement('erase_turns', 'delete from turns where conversation_id = $1 and organization_id = $2'),
  statement('erase_events', 'delete from events where conversation_id = $1 and organization_id = $2'),
  statement(
    'erase_conversation',
    `with erased as (
     update conversations set deleted_at = clock_timestamp(), user_id = '', agent_number = null, to_address = null,
            from_address = null, subject = null, initial_context = null, custom_metadata = '{}', recording_details = null,
            summary = null, analysis_status = 'none', analysis_reason = null, analysis_due_at = null, ending = null, content_fingerprint = null, agent_name = null,
            web_widget_id = null, trunk_id = null, ended_by = ended_by - array['id', 'name', 'reason']
     where id = $1 and organization_id = $2
     returning id, organization_id, agent_id, deleted_at, duration
   )
   insert into statistics_deltas (organization_id, agent_id, at, counters)
   select e.organization_id, e.agent_id, e.deleted_at, jsonb_build_object('deleted', 1, 'deleted_duration', e.duration,
          'deleted_user_messages', p.user_turn_count)
   from erased e join conversation_progress p on p.conversation_id = e.id`,
  ),
]

/** Ends the conversation if it is active, removes its content and leaves a tombstone with an event that says so. */
export async function deleteContent(
  store: RootStore,
  environment: Environment,
  id: string,
  ended_by: EndedBy,
): Promise<Committed<void>> {
  const committed = await underLock(store, environment.ports, { change: 'delete', id }, async (tx, state) => {
    const change = decideEndForDeletion(state, ended_by)
    writeChanges(writerOf(tx, environment), [{ state, change }])
    for (const erase of eraseStatements) await tx.query(erase, [id, tx.organization_id])
    await forgetAnswers(tx, id)
    const after: LockedConversation = { ...state, next_sequence: state.next_sequence + change.events.length }
    const event = {
      type: 'conversation.deleted' as const,
      data: { deleted_by: { type: ended_by.type, id: ended_by.id } },
    }
    writeChanges(writerOf(tx, environment), [{ state: after, change: { ...noChange, events: [event] } }])
    return { ...committedOf(state, { change, answer: undefined }), listed: 'change' as const }
  })
  if (!committed) throw notFound('Conversation')
  return committed
}

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

/** Answers which run of the analysis it is; null when there is nothing to analyse (any more). */
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

/** Queues one more run for a conversation that has ended; its summary stays until there is another. */
export async function askForAnalysis(
  store: RootStore,
  { ports }: Environment,
  id: string,
): Promise<ConversationRecord> {
  const asked = await underLock(store, ports, { change: 'analysis', id }, async (tx, { status, agent_id }) => {
    if (isActive(status)) throw new AppError('conversation_active')
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

/** Writes the outcome once; what an earlier run, or the same one a second time, brings changes nothing. */
export async function writeAnalysis(
  tx: TransactionStore,
  environment: Environment,
  { id, run }: { id: string; run: number },
  outcome: AnalysisOutcome,
): Promise<void> {
  await lockWithin(tx, environment.ports, { change: 'analysis', id }, async (_tx, state) => {
    const reason = outcome.status === 'done' ? null : outcome.reason
    const summary = outcome.status === 'done' ? outcome.summary : null
    const values = [id, tx.organization_id, outcome.status, reason, summary, run]
    const written = await tx.query(analysisStatement, values)
    if (written.length === 0) return
    const type = outcome.status === 'failed' ? 'conversation.analysis_failed' : 'conversation.analyzed'
    const event = { type, data: { analysis_status: outcome.status, analysis_reason: reason, summary } } as const
    writeChanges(writerOf(tx, environment), [{ state, change: { ...noChange, events: [event] } }])
  })
}

/** The run under way, or about to begin, comes to nothing. */
export async function failAnalysis(
  tx: TransactionStore,
  environment: Environment,
  id: string,
  reason: string,
): Promise<void> {
  const run = await beginAnalysis(tx, id)
  if (run !== null) await writeAnalysis(tx, environment, { id, run }, { status: 'failed', reason })
}
