// The conversation of a visitor’s call, or the answer as if it did not exist.
import { notFound } from '../../base/errors.ts'
import type { Context } from '../../calls/context.ts'
import type { ConversationRecord } from '../../conversations/machine/rows.ts'
import { findConversation } from '../../conversations/read/conversation.ts'
import type { WebWidgets } from '../services.ts'
import { type VisitorConversation, findVisitorConversation } from '../visitor-rows.ts'

/** B6: of this widget and this visitor, or linked to them. Unknown, malformed and foreign ids get the same 404. */
export async function requireOwn(
  { access, store }: Pick<Context<WebWidgets>, 'access' | 'store'>,
  conversation_id: string,
): Promise<{ row: VisitorConversation; record: ConversationRecord }> {
  const row = await findVisitorConversation(store, access.visitor!, conversation_id.toLowerCase())
  const record = row && (await findConversation(store, row.conversation_id))
  if (!row || !record) throw notFound('Conversation')
  return { row, record }
}
