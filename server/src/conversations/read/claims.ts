// Reads what a message claims before it is committed: whether it is stored already, and the widget that it answers. Writes nothing;
// the commit looks again under the conversation's lock.
import type { Widget } from '@parley/contract'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import type { Claimed, MessageClaim } from '../machine/change.ts'
import type { ItemRecord } from '../machine/rows.ts'
import { widgetOf } from '../machine/turn-items.ts'
import { hasContent } from './transcript.ts'

// Only an import can have a call_id twice: what was shown last counts.
const claimsStatement = statement(
  'find_claims',
  `select (select turn_id from client_messages
           where conversation_id = $1 and organization_id = $2 and client_id = $3::uuid) as stored_turn_id,
     exists (select from answered_widgets
             where conversation_id = $1 and organization_id = $2 and call_id = $4::text) as is_answered,
     shown.type, shown.name, shown.output, shown.is_error
   from (select) one left join lateral (
     select type, name, output, is_error from transcript_items
     where conversation_id = $1 and organization_id = $2 and type = 'function_call_output' and call_id = $4
       and ${hasContent('$1', '$2')}
     order by position desc limit 1
   ) shown on true`,
)

type Row = Claimed & Pick<ItemRecord, 'type' | 'name' | 'output' | 'is_error'>

/** `shown`: the widget of the call that `in_reply_to` names, or null. */
export async function findClaims(
  store: Store,
  conversation_id: string,
  { client_id = null, in_reply_to = null }: MessageClaim,
): Promise<Claimed & { shown: Widget | null }> {
  const values = [conversation_id, store.organization_id, client_id, in_reply_to]
  const [row] = await store.query<Row>(claimsStatement, values)
  const { stored_turn_id, is_answered, ...item } = row!
  const shown = widgetOf({ ...item, content: null, call_id: in_reply_to })
  return { stored_turn_id, is_answered, shown }
}
