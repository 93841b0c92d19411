// The feed of an organization's conversations: the room's own services.
import type { EventServices } from '../events/events.ts'
import type { Feeds } from './feeds.ts'

export interface FeedServices extends EventServices {
  readonly feeds: Feeds
}
