// Reads what has arrived for a trigger, and what it gives an execution: the event and its conversation as they are now.
import type { JsonObject } from '../../base/json.ts'
import { readConversationDepth } from '../../conversations/conversations.ts'
import { findConversation } from '../../conversations/read/conversation.ts'
import { findEvent } from '../../conversations/read/event-log.ts'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'
import { findOrganizationEvent } from '../../events/events.ts'
import type { ResolvedTrigger } from '../rules/resolve-trigger.ts'
import { describeConversation, describeEnded, describeEvent } from './payloads.ts'

export interface Arrival {
  id: number
  event_id: string
  /** Null: an event of the organization. */
  conversation_id: string | null
  place: number
}

const arrivalsStatement = statement(
  'read_arrivals',
  `select id, event_id, conversation_id, place from workflow_arrivals
   where organization_id = $1 and trigger_id = $2 order by id limit $3`,
)

export function readArrivals(store: Store, trigger_id: string, limit: number): Promise<Arrival[]> {
  return store.query<Arrival>(arrivalsStatement, [store.organization_id, trigger_id, limit])
}

export interface Wanted {
  payload: JsonObject
  /** Of the chain of calls and events that the execution continues. */
  depth: number
  agent_id: string | null
  facts: JsonObject
}

type Listening = Extract<ResolvedTrigger, { type: 'event' | 'post_call' }>

/** Null: its content was erased. */
export async function readPayload(
  store: Store,
  arrival: Arrival,
  config: Listening,
  transcript_characters: number,
): Promise<Wanted | null> {
  const { conversation_id, place } = arrival
  if (conversation_id === null) return ofOrganization(store, place)
  const conversation = await findConversation(store, conversation_id)
  const agent_id = conversation?.agent_id ?? null
  const depth = await readConversationDepth(store, conversation_id)
  if (config.type === 'post_call') {
    if (!conversation) return null
    const added = config.custom_metadata as JsonObject | null
    const payload = await describeEnded(store, conversation, added, transcript_characters)
    return { payload, depth, agent_id, facts: {} }
  }
  const event = await findEvent(store, conversation_id, place)
  if (!event) return null
  const payload = {
    event: describeEvent(event, { conversation_id, sequence: place }),
    conversation: conversation && describeConversation(conversation),
  }
  return { payload, depth, agent_id, facts: { event: event.type } }
}

async function ofOrganization(store: Store, place: number): Promise<Wanted | null> {
  const event = await findOrganizationEvent(store, place)
  if (!event) return null
  const described = describeEvent(event, { conversation_id: null, sequence: null })
  return { payload: { event: described, conversation: null }, depth: 0, agent_id: null, facts: { event: event.type } }
}
