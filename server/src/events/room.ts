// The manifest of events: the streams of the conversations' logs, and the events of organizations.
import { conversationOperations, organizationEventOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import type { EventServices } from './events.ts'
import { streams } from './metrics.ts'
import { watchLogs } from './log-watch.ts'
import { createOpenStreams } from './open-streams.ts'
import { streamConversationEvents } from './operations.ts'
import { listOrganizationEvents } from './organization-operations.ts'
import { watchOrganizations } from './organization-watch.ts'
import { eventsWork } from './work.ts'

const group = {
  streamConversationEvents: conversationOperations.streamConversationEvents,
  ...organizationEventOperations,
}

export function createEvents({
  config,
  database,
  live,
  log,
  ports,
  metrics,
}: Core): Room<typeof group> & EventServices {
  const onError = (error: Error) => log.warn({ reason: error.message }, 'event streams may be delayed')
  const { signals } = live
  const { clock } = ports
  const organizations = watchOrganizations({ database, signals, clock, onError })
  const open_streams = createOpenStreams(config.limits, config.sites.streams_of_address)
  metrics.show(streams, () => [{ labels: {}, value: open_streams.count }])
  const presence: EventServices['presence'] = { source: null }
  const own = { open_streams, organizations, presence }
  return {
    name: 'events',
    operations: bindRoom(own, group, { streamConversationEvents, listOrganizationEvents }),
    work: [eventsWork(database)],
    ...{ open_streams, presence },
    async start() {
      const stack = new DisposableStack()
      stack.use(organizations)
      stack.use(watchLogs({ database, signals, clock, followed: live.turns.followed, onError }))
      return stack
    },
  }
}
