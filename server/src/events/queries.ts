// Reads the event log. Writes nothing: events are written with what they tell.
import type { ConversationEvent } from '@parley/contract'
import { type Executor, statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'

const eventsStatement = statement(
  'read_events',
  `select id, conversation_id, sequence, type, occurred_at, data from events
   where conversation_id = $1 and organization_id = $2 and sequence > $3 order by sequence limit $4`,
)

/** The events after a number, oldest first. */
export function readEvents(
  store: Store,
  conversation_id: string,
  after: number,
  limit: number,
): Promise<ConversationEvent[]> {
  return store.query(eventsStatement, [conversation_id, store.organization_id, after, limit])
}

const progressStatement = statement(
  'read_log_progress',
  'select conversation_id, next_sequence from conversation_progress where conversation_id = any($1)',
)

/** How far the logs of conversations have come, over all organizations. */
export function readLogProgress(
  executor: Executor,
  conversation_ids: string[],
): Promise<{ conversation_id: string; next_sequence: number }[]> {
  return executor.query(progressStatement, [conversation_ids])
}
