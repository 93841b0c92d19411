// The feed of the organization in this browser: one tab reads it for all. All listeners of a tab share one relay.
import type { Session } from '../session/session.ts'
import { type FeedEvent, type Heard, type Relay, type RelayPorts, startRelay } from './relay.ts'

interface Shared {
  relay: Relay
  listeners: Set<Heard>
  isLive: boolean | undefined
}

/** By who is signed in: what one caller may see is not for another. */
const shared = new Map<string, Shared>()

export interface Feed {
  leave: () => void
  isHolder: () => boolean
}

export function joinFeed(session: Session, heard: Heard): Feed {
  const { identity } = session
  const feed = shared.get(identity) ?? begin(session)
  feed.listeners.add(heard)
  if (feed.isLive !== undefined) heard.onState(feed.isLive)
  return {
    isHolder: feed.relay.isHolder,
    leave() {
      feed.listeners.delete(heard)
      if (feed.listeners.size > 0) return
      feed.relay.stop()
      if (shared.get(identity) === feed) shared.delete(identity)
    },
  }
}

function begin({ identity, client }: Session): Shared {
  const listeners = new Set<Heard>()
  const toAll = (tell: (heard: Heard) => void) => {
    for (const heard of listeners) tell(heard)
  }
  const relay = startRelay(`parley-feed ${identity}`, browserPorts(client), {
    onEvent: (event: FeedEvent) => toAll(({ onEvent }) => onEvent(event)),
    onGap: () => toAll(({ onGap }) => onGap()),
    onState: (isLive) => {
      feed.isLive = isLive
      toAll(({ onState }) => onState(isLive))
    },
  })
  const feed: Shared = { relay, listeners, isLive: undefined }
  shared.set(identity, feed)
  return feed
}

function browserPorts(client: Session['client']): RelayPorts {
  return {
    async lock(name, signal, hold) {
      // Only secure pages have locks. Elsewhere each tab reads for itself.
      const locks = navigator.locks as LockManager | undefined
      await (locks ? locks.request(name, { signal }, hold) : hold())
    },
    openChannel(name, onMessage) {
      const channel = new BroadcastChannel(name)
      channel.addEventListener('message', ({ data }) => onMessage(data as Parameters<typeof onMessage>[0]))
      // A channel reaches pages of this origin only.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      return { post: (message) => channel.postMessage(message), close: () => channel.close() }
    },
    readFeed: (after, signal) =>
      client.streamConversationChanges({ with: 'presence', ...(after === undefined ? {} : { after }) }, { signal }),
    pause: (ms, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms)
        signal.addEventListener('abort', () => (clearTimeout(timer), resolve()))
      }),
    onNetworkChange(listener) {
      addEventListener('online', listener)
      addEventListener('offline', listener)
      return () => {
        removeEventListener('online', listener)
        removeEventListener('offline', listener)
      }
    },
  }
}
