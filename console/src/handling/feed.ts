// The feed of the organization's conversations, with who is there.
import type { ConversationChangeEvent } from '@parley/contract'
import { createFeed } from '../live/join-feed.ts'

export type FeedEvent = Extract<ConversationChangeEvent, { event: 'change' | 'progress' | 'presence' }>

export const joinFeed = createFeed<FeedEvent>('parley-feed', ({ client }, after, signal) =>
  client.streamConversationChanges({ with: 'presence', ...(after === undefined ? {} : { after }) }, { signal }),
)
