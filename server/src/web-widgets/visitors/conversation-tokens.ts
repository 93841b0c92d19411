// Tokens for a visitor’s conversation, and the answer that a start and a resumption share.
import type { ConversationPermission, StartedConversation } from '@parley/contract'
import type { Access } from '../../calls/access.ts'
import type { Store } from '../../database/store.ts'
import { isActive } from '../../conversations/machine/conversation.ts'
import { findConversation } from '../../conversations/read/conversation.ts'
import { presentConversation } from '../../conversations/read/present.ts'
import { readFirstItem } from '../../conversations/read/transcript.ts'
import type { WebWidgets } from '../services.ts'

const token_seconds = 3600

/** `handoff` joins them when conversations can be handed to people. */
const while_active: readonly ConversationPermission[] = ['read', 'message', 'end', 'rate']
const after_end: readonly ConversationPermission[] = ['read', 'rate']

type Caller = { access: Access; room: Pick<WebWidgets, 'conversations'> }

export async function signToken(
  { access, room }: Caller,
  conversation_id: string,
  is_active: boolean,
): Promise<{ token: string; permissions: ConversationPermission[]; expires_at: string }> {
  const permissions = [...(is_active ? while_active : after_end)]
  const { organization_id, visitor } = access
  const claims = { organization_id, conversation_id, permissions, visitor: visitor! }
  return { ...(await room.conversations.tokens.sign(claims, token_seconds)), permissions }
}

/** The caller as one who has a token for the conversation, and sees what that shows. */
export function asEndUser(access: Access, id: string): Access {
  return { ...access, conversation: { id, permissions: new Set(while_active) } }
}

/** Null: it has ended, or is gone. */
export async function resume(
  caller: Caller & { store: Store },
  conversation_id: string,
): Promise<StartedConversation | null> {
  const { store, access } = caller
  const record = await findConversation(store, conversation_id)
  if (!record || !isActive(record.status)) return null
  const first = await readFirstItem(store, conversation_id)
  const isGreeting = first?.role === 'assistant' && first.turn_id === null && first.created_at === record.created_at
  return {
    conversation: presentConversation(asEndUser(access, conversation_id), record),
    starting_message: isGreeting ? (first.content?.join('') ?? null) : null,
    ...(await signToken(caller, conversation_id, true)),
    resumed: true,
  }
}
