// Watches whether the feeds that are read on this node have grown: writers on any node announce it, and a look each second
// finds
// what no message announced. All readers of a feed share one look.
import type { Bus } from '../live/bus.ts'
import type { Database } from '../database/database.ts'
import { openStore } from '../database/store.ts'
import type { LiveTurns } from '../live/live-turns.ts'
import { changed } from '../live/shared.ts'
import { type Signals, signalsOf } from '../live/signals.ts'
import type { Clock } from '../base/ports.ts'
import { type Progress, createProgress } from './progress.ts'
import { numberChanges, readFeedGrowth } from './queries.ts'

export interface Feeds extends Disposable {
  /** A change of one of the organization's conversations was committed here. */
  announce(organization_id: string): void
  /** Which conversations had new messages, which are not changes. */
  readonly progress: Pick<Progress, 'note' | 'mark' | 'since'>
  /** Until the result is disposed of, `feedKey` and `progressKey` are notified when there is something new. */
  follow(organization_id: string): Disposable
}

/** The signal's key for new changes. */
export const feedKey = signalsOf('feed')
/** The signal's key for conversations with new messages. */
export const progressKey = signalsOf('progress')

export interface FeedOptions {
  database: Database
  bus: Bus
  signals: Signals
  live: Pick<LiveTurns, 'follow' | 'isFollowedElsewhere' | 'announceStored'>
  node_id: string
  clock: Clock
  onError: (error: Error) => void
}

const look_ms = 1000
/** Per query. */
const most_ids = 1000

interface Followed {
  readers: number
  /** The number up to which its readers were told to read. */
  last_number: number
  /** A look is in progress; `again`: something was announced after it began. */
  looking: 'no' | 'once' | 'again'
}

export function createFeeds({ database, bus, signals, live, node_id, clock, onError }: FeedOptions): Feeds {
  const here = new Map<string, Followed>()
  const progress = createProgress({
    ...{ bus, clock, node_id },
    isReadHere: (organization_id) => here.has(organization_id),
    isReadElsewhere: live.isFollowedElsewhere,
    onProgress: (organization_id) => signals.notify(progressKey(organization_id)),
  })

  async function look(organization_id: string, feed: Followed): Promise<void> {
    if (feed.looking !== 'no') return void (feed.looking = 'again')
    try {
      do {
        feed.looking = 'once'
        tell(organization_id, feed, await numberChanges(openStore(database, organization_id)))
      } while (isToldAgain(feed))
    } catch (error) {
      onError(error as Error)
    } finally {
      feed.looking = 'no'
    }
  }

  function tell(organization_id: string, feed: Followed, last_number: number): void {
    if (last_number <= feed.last_number) return
    feed.last_number = last_number
    signals.notify(feedKey(organization_id))
  }

  function hear(organization_id: string): void {
    const feed = here.get(organization_id)
    if (feed) void look(organization_id, feed)
  }

  // An organization's id is announced like a conversation's: its readers on any node hear of it.
  bus.subscribe(changed, hear)
  const stopWatching = lookNowAndThen(clock, onError, async () => {
    const ids = [...here.keys()]
    for (let from = 0; from < ids.length; from += most_ids) {
      for (const growth of await readFeedGrowth(database, ids.slice(from, from + most_ids))) {
        const feed = here.get(growth.organization_id)
        if (feed) tell(growth.organization_id, feed, growth.last_number)
        if (growth.has_waiting) hear(growth.organization_id)
      }
    }
  })
  return {
    announce(organization_id) {
      hear(organization_id)
      live.announceStored(organization_id)
    },
    progress,
    follow(organization_id) {
      const feed = here.get(organization_id) ?? { readers: 0, last_number: 0, looking: 'no' }
      here.set(organization_id, feed)
      feed.readers += 1
      const told = live.follow(organization_id)
      return once(() => {
        told[Symbol.dispose]()
        feed.readers -= 1
        if (feed.readers > 0) return
        here.delete(organization_id)
        progress.forget(organization_id)
      })
    },
    [Symbol.dispose]() {
      stopWatching()
      progress[Symbol.dispose]()
    },
  }
}

const isToldAgain = ({ looking }: Followed) => looking === 'again'

/** Returns the function that stops it. */
function lookNowAndThen(clock: Clock, onError: FeedOptions['onError'], look: () => Promise<void>): () => void {
  let isOver = false
  let stop = clock.after(look_ms, () => void lookAgain())
  async function lookAgain(): Promise<void> {
    await look().catch((error: unknown) => onError(error as Error))
    if (!isOver) stop = clock.after(look_ms, () => void lookAgain())
  }
  return () => {
    isOver = true
    stop()
  }
}

function once(leave: () => void): Disposable {
  let isLeft = false
  return {
    [Symbol.dispose]() {
      if (isLeft) return
      isLeft = true
      leave()
    },
  }
}
