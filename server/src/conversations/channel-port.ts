// How a channel starts conversations and delivers the agent's messages to the end user. The rules of each channel are in
// machine/channels.ts.
import type { Channel, Input } from '@parley/contract'
import type { Context } from '../calls/context.ts'
import type { Pipeline } from '../database/database.ts'
import type { CommitAddition } from './commit/additions.ts'
import type { LockedConversation, NewMessage } from './machine/change.ts'
import type { NewConversation } from './machine/rows.ts'

export type CreateInput = Input<'createConversation'>

/** A conversation before its agent is looked up, which the commit does. */
export type BegunConversation = Omit<
  NewConversation,
  | 'id'
  | 'status'
  | 'agent_id'
  | 'agent_name'
  | 'agent_version_id'
  | 'content_fingerprint'
  | 'redaction'
  | 'content_days'
>

export interface ChannelPort {
  name: Channel
  /** Checks and completes the input of a call, or refuses it. Writes nothing, since the call may be a repeated one. */
  begin(ctx: Context, input: CreateInput): Promise<BegunConversation>
  /** Adds outbox rows to the commit of the messages. Absent: readers follow the event log. */
  deliver?(tx: Pipeline, state: LockedConversation, said: NewMessage[]): void
}

export type Channels = ReadonlyMap<Channel, ChannelPort>

/** Passes the agent's messages to the conversation's channel. */
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
