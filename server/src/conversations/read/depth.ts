// How deep the chain of calls between workflows and agents is that a conversation is part of.
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

const depthStatement = statement(
  'read_depth',
  'select depth from conversation_progress where conversation_id = $1 and organization_id = $2',
)

/** 0: what was said last came from outside. */
export async function readConversationDepth(store: Store, conversation_id: string): Promise<number> {
  const [row] = await store.query<{ depth: number }>(depthStatement, [conversation_id, store.organization_id])
  return row?.depth ?? 0
}
