// Tokens for a visitor’s conversation, and the answer that a start and a resumption share.
import type { ConversationPermission, StartedConversation } from '@parley/contract'
import { readAgentConfigOrDefaults } from '../../agents/agents.ts'
import type { Access } from '../../calls/access.ts'
import type { Core } from '../../calls/core.ts'
import type { Store } from '../../database/store.ts'
import { isActive } from '../../conversations/machine/conversation.ts'
import type { ConversationRecord } from '../../conversations/machine/rows.ts'
import { findConversation } from '../../conversations/read/conversation.ts'
import { presentConversation } from '../../conversations/read/present.ts'
import { readFirstItem } from '../../conversations/read/transcript.ts'
import type { WebWidgets } from '../services.ts'

const token_seconds = 3600

const while_active: readonly ConversationPermission[] = ['read', 'message', 'end', 'rate']
const after_end: readonly ConversationPermission[] = ['read', 'rate']

interface Caller {
  access: Access
  room: Pick<WebWidgets, 'conversations'>
  store: Store
  core: Pick<Core, 'config'>
}

type Of = Pick<ConversationRecord, 'id' | 'agent_version_id' | 'channel'>

/** `handoff` is one of them where the agent hands off: then the visitor can ask for a person. */
async function permissionsOf({ store, core }: Caller, { agent_version_id, channel }: Of) {
  const { default_model } = core.config
  const { hand_off } = await readAgentConfigOrDefaults(store, agent_version_id, channel, default_model)
  return [...while_active, ...(hand_off.rules ? (['handoff'] as const) : [])]
}

export async function signToken(
  caller: Caller,
  of: Of,
  is_active: boolean,
): Promise<{ token: string; permissions: ConversationPermission[]; expires_at: string }> {
  const { access, room } = caller
  const permissions = is_active ? await permissionsOf(caller, of) : [...after_end]
  const conversation_id = of.id
  const { organization_id, visitor } = access
  const claims = { organization_id, conversation_id, permissions, visitor: visitor! }
  return { ...(await room.conversations.tokens.sign(claims, token_seconds)), permissions }
}

/** The caller as one who has a token for the conversation, and sees what that shows. */
export function asEndUser(access: Access, id: string): Access {
  return { ...access, conversation: { id, permissions: new Set(while_active) } }
}

/** Null: it has ended, or is gone. */
export async function resume(caller: Caller, conversation_id: string): Promise<StartedConversation | null> {
  const { store, access } = caller
  const record = await findConversation(store, conversation_id)
  if (!record || !isActive(record.status)) return null
  const first = await readFirstItem(store, conversation_id)
  const isGreeting = first?.role === 'assistant' && first.turn_id === null && first.created_at === record.created_at
  return {
    conversation: presentConversation(asEndUser(access, conversation_id), record),
    starting_message: isGreeting ? (first.content?.join('') ?? null) : null,
    ...(await signToken(caller, record, true)),
    resumed: true,
  }
}
