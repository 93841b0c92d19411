// Reads what a visitor’s list shows of conversations that are known to be theirs. Writes nothing.
import type { ConversationStatus } from '@parley/contract'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

export interface VisitedConversation {
  id: string
  status: ConversationStatus
  created_at: string
  ended_at: string | null
  last_activity_at: string
  last_text: string | null
  unread: number
}

/** Of a list: characters of the last message, and how far unread messages are counted. */
const text_characters = 120
const most_unread = 100

const visitedStatement = statement(
  'read_visited_conversations',
  `select c.id, c.status, c.created_at, c.ended_at, p.last_activity_at,
          (select left(array_to_string(i.content, ' '), ${text_characters}) from transcript_items i
           where i.conversation_id = c.id and i.organization_id = $1 and i.type = 'message' and c.content_purged_at is null
           order by i.position desc limit 1) as last_text,
          (select count(*) from (
             select from transcript_items i
             where i.conversation_id = c.id and i.organization_id = $1 and i.position > wanted.read_position
               and i.type = 'message' and i.role = 'assistant' limit ${most_unread}) unseen) as unread
   from unnest($2::uuid[], $3::integer[]) wanted (id, read_position)
   join conversations c on c.id = wanted.id and c.organization_id = $1 and c.deleted_at is null
   join conversation_progress p on p.conversation_id = c.id`,
)

/** By id; a missing one is deleted. `read_position`: the last item that the visitor has seen. */
export async function readVisited(
  store: Store,
  wanted: readonly { conversation_id: string; read_position: number }[],
): Promise<Map<string, VisitedConversation>> {
  const ids = wanted.map(({ conversation_id }) => conversation_id)
  const positions = wanted.map(({ read_position }) => read_position)
  const rows = await store.query<VisitedConversation>(visitedStatement, [store.organization_id, ids, positions])
  return new Map(rows.map((row) => [row.id, row]))
}

/** SQL: the characters of all that was said in a conversation. */
export const charactersOfTranscript = (id: string, organization_id: string) => `coalesce(
  (select sum(length(array_to_string(i.content, ''))) from transcript_items i
   where i.conversation_id = ${id} and i.organization_id = ${organization_id}), 0)`
