// Events of conversations and organizations: what their streams share with others, and how rooms add events of organizations.
import type { Person } from '@parley/contract'
import type { Store } from '../database/store.ts'
import type { SignalKey } from '../live/signals.ts'
import type { OpenStreams } from './open-streams.ts'

export { addOrganizationEvent, findOrganizationEvent } from '../organization-events/organization-events.ts'

/** Somebody who looks at a conversation, or types in it. */
export interface Present {
  type: 'user' | 'external' | 'end_user'
  id: string | null
  name: string | null
  is_typing: boolean
  /** Milliseconds until something about them lapses. */
  lapses_in_ms: number
}

export interface PeopleSeen {
  people: Person[]
  /** Who looks at each conversation. */
  conversations: Map<string, Present[]>
}

/** Who is there. Set by hand-off, whose people they are. */
export interface PresenceSource {
  /** Something about a conversation has changed. */
  conversationKey(conversation_id: string): SignalKey
  /** Something about anybody, or any conversation, of an organization has changed. */
  organizationKey(organization_id: string): SignalKey
  readConversation(store: Store, conversation_id: string): Promise<Present[]>
  readPeople(store: Store): Promise<PeopleSeen>
  /** A member is online. */
  mark(store: Store, user_id: string, availability: null): Promise<unknown>
}

export interface EventServices {
  readonly open_streams: OpenStreams
  /** Set by hand-off when it is created. */
  readonly presence: { source: PresenceSource | null }
}
