// The manifest of events: the streams of the conversations' logs, and the events of organizations.
import { conversationOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import type { EventServices } from './events.ts'
import { watchLogs } from './log-watch.ts'
import { createOpenStreams } from './open-streams.ts'
import { streamConversationEvents } from './operations.ts'
import { eventsWork } from './work.ts'

const group = { streamConversationEvents: conversationOperations.streamConversationEvents }

export function createEvents({ config, database, live, log, ports }: Core): Room<typeof group> & EventServices {
  const own = { open_streams: createOpenStreams(config.limits) }
  const onError = (error: Error) => log.warn({ reason: error.message }, 'event streams may be delayed')
  return {
    name: 'events',
    operations: bindRoom(own, group, { streamConversationEvents }),
    work: [eventsWork(database)],
    ...own,
    start: async () =>
      watchLogs({ database, signals: live.signals, clock: ports.clock, followed: live.turns.followed, onError }),
  }
}
