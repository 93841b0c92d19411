// What one stream of a conversation tells of who is there, from reading to reading.
import type { Context } from '../calls/context.ts'
import { holderOf, shownNameOf } from '../conversations/machine/handling.ts'
import type { ConversationRecord } from '../conversations/machine/rows.ts'
import { findConversation } from '../conversations/read/conversation.ts'
import type { SignalKey } from '../live/signals.ts'
import type { EventServices, Present } from './events.ts'
import { type PresenceEvent, type PresenceReader, nextLapse, nothingTold, tellPresence } from './rules/presence.ts'

export interface PresenceTeller {
  /** Rung when somebody comes, types or leaves. */
  readonly keys: SignalKey[]
  /** When to look again although nothing was reported; undefined: when something is reported. */
  readonly again_ms: number | undefined
  look(): Promise<PresenceEvent[]>
}

export function createPresenceTeller(ctx: Context<EventServices>, conversation_id: string): PresenceTeller {
  const { source } = ctx.room.presence
  if (!source) return { keys: [], again_ms: undefined, look: async () => [] }
  const { access, store } = ctx
  const isEndUser = access.conversation !== null
  let told = nothingTold
  let again_ms: number | undefined
  const reader = { isEndUser, seesViewers: access.scopes.has('conversations:reply'), own_id: access.actor.id }
  return {
    keys: [source.conversationKey(conversation_id)],
    get again_ms() {
      return again_ms
    },
    async look() {
      const present = await source.readConversation(store, conversation_id)
      const conversation = isEndUser && present.length > 0 ? await findConversation(store, conversation_id) : null
      const seen = isEndUser ? present.filter((one) => isHolder(one, conversation)) : present
      again_ms = nextLapse(present)
      const next = tellPresence(told, seen, { ...reader, shownName: shownNamesOf(conversation) })
      told = next.told
      return next.events
    },
  }
}

/** Colleagues who look on, or write notes, are not the end user's to see. */
function isHolder({ type, id }: Present, conversation: ConversationRecord | null): boolean {
  const holder = conversation && holderOf(conversation)
  return holder !== null && holder.type === type && holder.id === id
}

const shownNamesOf =
  (conversation: ConversationRecord | null): PresenceReader['shownName'] =>
  (name) =>
    shownNameOf(conversation?.handling?.rules ?? null, name) ?? name
