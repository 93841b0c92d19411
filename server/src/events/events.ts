// Events of conversations and of organizations: what the streams of the former share with other streams, and how rooms add the latter.
import type { OpenStreams } from './open-streams.ts'

export { addOrganizationEvent } from './organization-events.ts'

export interface EventServices {
  readonly open_streams: OpenStreams
}
