// The manifest of the feed.
import { changeOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import type { Conversations } from '../conversations/conversations.ts'
import type { EventServices } from '../events/events.ts'
import type { FeedServices } from './feed.ts'
import { createFeeds } from './feeds.ts'
import * as operations from './operations.ts'
import { feedWork } from './work.ts'
import { purges } from './purge.ts'

interface FeedOptions extends EventServices {
  conversations: Conversations
}

export function createFeed(
  core: Core,
  { conversations, open_streams, presence }: FeedOptions,
): Room<typeof changeOperations> & FeedServices {
  const { database, live, log, node, ports } = core
  const feeds = createFeeds({
    ...{ database, bus: live.bus, signals: live.signals, live: live.turns, node_id: node.id, clock: ports.clock },
    onError: (error) => log.warn({ reason: error.message }, 'changes of conversations may be delayed'),
  })
  conversations.watcher = { changed: feeds.announce, progressed: feeds.progress.note }
  const own = { feeds, open_streams, presence }
  return {
    name: 'feed',
    purges,
    operations: bindRoom(own, changeOperations, operations),
    work: [feedWork(database)],
    ...own,
    start: async () => feeds,
  }
}
