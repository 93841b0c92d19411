// Events of conversations and organizations: what their streams share with others, and how rooms add events of organizations.
import type { OpenStreams } from './open-streams.ts'

export { addOrganizationEvent } from './organization-events.ts'

export interface EventServices {
  readonly open_streams: OpenStreams
}
