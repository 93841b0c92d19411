// The answer of a creation: the conversation as it was at its first commit, whatever has happened since.
import type { Output } from '@parley/contract'
import type { Context } from '../../calls/context.ts'
import type { Store } from '../../database/store.ts'
import { notFound } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Conversations } from '../services.ts'
import type { CreateInput } from '../channel-port.ts'
import { channelRules } from '../machine/channels.ts'
import type { ConversationRecord, ItemRecord } from '../machine/rows.ts'
import { findConversation } from '../read/conversation.ts'
import { readFirstItem, readGreeting } from '../read/transcript.ts'
import { presentConversation } from '../read/present.ts'

export type Created = Output<'createConversation'>

/** A conversation and its first item. */
export interface Creation {
  record: ConversationRecord
  first: ItemRecord | null
}

export interface NewCreation extends Creation {
  is_held_back: boolean
}

async function readCreation(store: Store, record: ConversationRecord): Promise<Creation> {
  return { record, first: await readFirstItem(store, record.id) }
}

/** Of a request that was sent before. */
export async function presentEarlier(
  ctx: Context<Conversations>,
  record: ConversationRecord,
  input: CreateInput,
): Promise<Created> {
  if (await ctx.room.beginnings.wait(ctx.store, record.id)) return presentBegun(ctx, record)
  return presentCreation(ctx, await readCreation(ctx.store, record), input)
}

/** Something had to be done before it: the answer shows it as it then is, with what it begins with. */
export async function presentBegun(ctx: Context<Conversations>, created: ConversationRecord): Promise<Created> {
  const { store, room, access } = ctx
  await room.beginnings.wait(store, created.id)
  const record = await findConversation(store, created.id)
  if (!record) throw notFound('Conversation')
  const greeting = await readGreeting(store, record.id)
  const conversation = presentConversation(access, record, { items: greeting ? [greeting] : [], next_position: null })
  return { conversation, starting_message: greeting?.content?.join('') ?? null }
}

function asCreated(record: ConversationRecord, input: CreateInput): ConversationRecord {
  return {
    ...record,
    status: channelRules[record.channel].born,
    custom_metadata: (input.custom_metadata ?? {}) as JsonObject,
    updated_at: record.created_at,
    last_activity_at: record.created_at,
    ended_at: null,
    duration: null,
    user_turn_count: 0,
    end_reason: null,
    ended_by: null,
    analysis_status: 'none',
    analysis_reason: null,
    summary: null,
    analysis: null,
  }
}

export function presentCreation(ctx: Context<Conversations>, { record, first }: Creation, input: CreateInput): Created {
  // Later messages of the agent may belong to no turn either.
  const isGreeting = first?.role === 'assistant' && first.turn_id === null && first.created_at === record.created_at
  const greeting = isGreeting ? first : null
  const conversation = presentConversation(ctx.access, asCreated(record, input), {
    items: greeting ? [greeting] : [],
    next_position: null,
  })
  return { conversation, starting_message: greeting?.content?.join('') ?? null }
}
