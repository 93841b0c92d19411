// The feed of an organization's conversations: what the room has for itself.
import type { EventServices } from '../events/events.ts'
import type { Feeds } from './feeds.ts'

export interface FeedServices extends EventServices {
  readonly feeds: Feeds
}
