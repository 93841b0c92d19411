// What triggers of conversations give their executions: facts of the conversation and, after its end, what was said in it.
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { ConversationRecord } from '../../conversations/machine/rows.ts'
import { readLastMessages } from '../../conversations/read/transcript.ts'
import type { Store } from '../../database/store.ts'

type Addresses = { from_address: string | null; to_address: string | null }
type Begun = Pick<ConversationRecord, 'id' | 'agent_id' | 'direction' | 'channel' | 'user_id'>

/** Before a conversation, and part of what there is to say afterwards. */
export function describeBegun(conversation: Begun, { from_address, to_address }: Addresses): JsonObject {
  const { id, agent_id, direction, channel, user_id } = conversation
  const other = direction === 'inbound' ? from_address : to_address
  return {
    ...{ conversation_id: id, agent_id, direction, channel, user_id },
    phone_number: channel === 'telephone' ? other : null,
  }
}

export const noAddresses: Addresses = { from_address: null, to_address: null }

/** After a conversation. `added`: of the trigger. `characters`: of its transcript; the oldest messages are left out. */
export async function describeEnded(
  store: Store,
  conversation: ConversationRecord,
  added: JsonObject | null,
  characters: number,
): Promise<JsonObject> {
  const { status, duration, summary, end_reason, custom_metadata, initial_context } = conversation
  const messages = (await readLastMessages(store, conversation.id, characters)).map(
    ({ role, content, created_at }) => ({ role, text: (content ?? []).join('\n'), created_at }),
  )
  return {
    ...describeBegun(conversation, noAddresses),
    ...{ status, duration, summary, end_reason, initial_context, custom_metadata: { ...custom_metadata, ...added } },
    transcript: messages.map(({ role, text }) => `${role === 'user' ? 'User' : 'Agent'}: ${text}`).join('\n'),
    messages,
  }
}

/** As an event tells of it. */
export function describeConversation(conversation: ConversationRecord): JsonObject {
  const { id, status, agent_name, created_at, ended_at, end_reason, custom_metadata, summary } = conversation
  return {
    ...{ id, ...describeBegun(conversation, noAddresses), status, agent_name, created_at, ended_at, end_reason },
    ...{ custom_metadata, summary },
  } as JsonObject
}

export interface SeenEvent {
  id: string
  type: string
  occurred_at: string
  data: unknown
}

export const describeEvent = (event: SeenEvent, place: { conversation_id: string | null; sequence: number | null }) =>
  ({
    id: event.id,
    type: event.type,
    ...place,
    occurred_at: event.occurred_at,
    data: event.data as JsonValue,
  }) as JsonObject
