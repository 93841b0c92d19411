// The streams of the event log: what the room has for itself, and what other streams share with it.
import type { OpenStreams } from './open-streams.ts'

export interface EventServices {
  readonly open_streams: OpenStreams
}
