// A feed in this browser: one tab reads it for all. All listeners of a tab share one relay.
import type { Session } from '../session/session.ts'
import { type Heard, type Marker, type Relay, type RelayPorts, type Told, startRelay } from './relay.ts'

interface Shared<Event extends Told> {
  relay: Relay
  listeners: Set<Heard<Event>>
  isLive: boolean | undefined
}

export interface Feed {
  leave: () => void
  isHolder: () => boolean
}

type Read<Event extends Told> = (
  session: Session,
  after: number | undefined,
  signal: AbortSignal,
) => AsyncIterable<Event | Marker>

/** The function that joins a feed, which `read` reads from the server. */
export function createFeed<Event extends Told>(name: string, read: Read<Event>) {
  /** By who is signed in: what one caller may see is not for another. */
  const shared = new Map<string, Shared<Event>>()

  const begin = (session: Session): Shared<Event> => {
    const listeners = new Set<Heard<Event>>()
    const toAll = (tell: (heard: Heard<Event>) => void) => {
      for (const heard of listeners) tell(heard)
    }
    const ports = browserPorts<Event>((after, signal) => read(session, after, signal))
    const relay = startRelay(`${name} ${session.identity}`, ports, {
      onEvent: (event) => toAll(({ onEvent }) => onEvent(event)),
      onGap: () => toAll(({ onGap }) => onGap()),
      onState: (isLive) => {
        feed.isLive = isLive
        toAll(({ onState }) => onState(isLive))
      },
    })
    const feed: Shared<Event> = { relay, listeners, isLive: undefined }
    shared.set(session.identity, feed)
    return feed
  }

  return (session: Session, heard: Heard<Event>): Feed => {
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
}

function browserPorts<Event extends Told>(readFeed: RelayPorts<Event>['readFeed']): RelayPorts<Event> {
  return {
    readFeed,
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
