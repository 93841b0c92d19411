// The streams of the event log: the room's own services, and what it shares with other streams.
import type { OpenStreams } from './open-streams.ts'

export interface EventServices {
  readonly open_streams: OpenStreams
}

/** The signal's key for the start of this process's shutdown. */
export const drainKey = 'drain'
