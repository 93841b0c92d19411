// Writes outside the course of a conversation: its metadata, and the removal of its content. Part of commit.ts.
import type { EndedBy } from '@parley/contract'
import { statement } from '../../database/database.ts'
import type { RootStore, TransactionStore } from '../../database/store.ts'
import { AppError, notFound } from '../../base/errors.ts'
import { forgetAnswers } from '../../idempotency/run-once.ts'
import type { JsonObject } from '../../base/json.ts'
import { type Change, type LockedConversation, noChange } from '../machine/change.ts'
import { type Committed, underLock, committedOf } from './commit.ts'
import type { Committer } from './committer.ts'
import type { ConversationRecord } from '../machine/rows.ts'
import { findConversation } from '../read/conversation.ts'
import { planOf } from '../machine/plan.ts'
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

/** What a room adds to the commit of a change of metadata. */
export interface MetadataAdditions {
  /** After `conversation.updated`. */
  events?: Change['events']
  /** Before anything is written; what it throws undoes the change. */
  alongside?(tx: TransactionStore, state: LockedConversation): Promise<void>
}

/**
 * Rewrites the metadata under the conversation's lock, so that two simultaneous patches both take effect. Returns the new
 * metadata.
 */
export async function changeMetadata(
  store: RootStore,
  committer: Committer,
  id: string,
  patch: (metadata: JsonObject) => JsonObject,
  { events = [], alongside }: MetadataAdditions = {},
): Promise<ConversationRecord> {
  const changed = await underLock(store, committer.ports, { change: 'update', id }, async (tx, state) => {
    if (state.content_purged_at !== null) throw new AppError('content_purged')
    await alongside?.(tx, state)
    const [row] = await tx.query<{ custom_metadata: JsonObject }>(readMetadataStatement, [id, tx.organization_id])
    const custom_metadata = patch(row!.custom_metadata)
    await tx.query(metadataStatement, [id, tx.organization_id, JSON.stringify(custom_metadata)])
    const event = { type: 'conversation.updated' as const, data: { custom_metadata } }
    writeChanges({ tx, ...committer }, [planOf(state, { ...noChange, events: [event, ...events] })])
    return findConversation(tx, id)
  })
  if (!changed) throw notFound('Conversation')
  return changed
}

/** A trigger erases the analyses with the conversation. */
const eraseStatements = [
  statement('erase_items', 'delete from transcript_items where conversation_id = $1 and organization_id = $2'),
  statement('erase_claims', 'delete from client_messages where conversation_id = $1 and organization_id = $2'),
  statement('erase_answers', 'delete from answered_widgets where conversation_id = $1 and organization_id = $2'),
  statement('erase_retrievals', 'delete from retrievals where conversation_id = $1 and organization_id = $2'),
  statement(
    'erase_dataset_retrievals',
    'delete from dataset_retrievals where conversation_id = $1 and organization_id = $2',
  ),
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

/** Ends the conversation if it is active, removes its content, and leaves a tombstone with an event that records the deletion. */
export async function deleteContent(
  store: RootStore,
  committer: Committer,
  id: string,
  ended_by: EndedBy,
): Promise<Committed<void>> {
  const asked_at = committer.ports.clock.monotonic()
  const committed = await underLock(store, committer.ports, { change: 'delete', id }, async (tx, state) => {
    const plan = planOf(state, decideEndForDeletion(state, ended_by))
    const { change } = plan
    writeChanges({ tx, ...committer }, [plan])
    for (const erase of committer.erasers) await erase(tx, id)
    for (const erase of eraseStatements) await tx.query(erase, [id, tx.organization_id])
    await forgetAnswers(tx, id)
    const after: LockedConversation = { ...state, next_sequence: state.next_sequence + change.events.length }
    const event = {
      type: 'conversation.deleted' as const,
      data: { deleted_by: { type: ended_by.type, id: ended_by.id } },
    }
    writeChanges({ tx, ...committer }, [planOf(after, { ...noChange, events: [event] })])
    return { ...committedOf({ plan, answer: undefined }, asked_at), listed: 'change' as const }
  })
  if (!committed) throw notFound('Conversation')
  return committed
}
