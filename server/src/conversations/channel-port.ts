// How a channel brings conversations in and takes to the end user what the agent says. The rules of each channel are in
// machine/channels.ts.
import type { Channel, Input } from '@parley/contract'
import type { Context } from '../calls/context.ts'
import type { Pipeline } from '../database/database.ts'
import type { CommitAddition } from './commit/additions.ts'
import type { LockedConversation, NewMessage } from './machine/change.ts'
import type { NewConversation } from './machine/rows.ts'

export type CreateInput = Input<'createConversation'>

/** A conversation before its agent is looked up, which is done in the commit. */
export type BegunConversation = Omit<
  NewConversation,
  'id' | 'status' | 'agent_id' | 'agent_name' | 'agent_version_id' | 'content_fingerprint' | 'redaction'
>

export interface ChannelPort {
  name: Channel
  /** Checks what a call asks for and completes it, or refuses. Writes nothing: the call may be a repeated one. */
  begin(ctx: Context, input: CreateInput): Promise<BegunConversation>
  /** Sends rows of an outbox in the commit of what was said. Absent: readers follow the log of events. */
  deliver?(tx: Pipeline, state: LockedConversation, said: NewMessage[]): void
}

export type Channels = ReadonlyMap<Channel, ChannelPort>

/** Hands what the agent says to the conversation's channel. */
export function deliveryThrough(channels: Channels): CommitAddition {
  return {
    on: ['items'],
    write(tx, { state, change }) {
      const said = change.items.filter(isSaidByAgent)
      if (said.length > 0) channels.get(state.channel)?.deliver?.(tx, state, said)
    },
  }
}

function isSaidByAgent(item: { type: string; role?: string }): item is NewMessage {
  return item.type === 'message' && item.role === 'assistant'
}
