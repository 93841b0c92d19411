// One tab of a browser reads the feed for all of them, hidden or not: a browser has only six connections to a server. Which one it is, a
// lock says, which the browser gives to the next tab when that one closes; a channel takes what it hears to the others. The platform is
// behind ports.

/** What a feed consists of. Events without a number are not told again. */
export interface Told {
  event: string
  id?: number
}

/** Beside events: where the feed goes on from, or that it does not know what came between. */
export type Marker = { event: 'position'; id: number } | { event: 'reset'; id: number }

export interface Heard<Event extends Told> {
  onEvent: (event: Event) => void
  /** Events may have been missed: read again what is shown. */
  onGap: () => void
  onState: (isLive: boolean) => void
}

export interface RelayPorts<Event extends Told> {
  /** Calls `hold` once no other tab holds it, and gives it up when `hold` is over or the signal aborts. */
  lock: (name: string, signal: AbortSignal, hold: () => Promise<void>) => Promise<void>
  openChannel: (name: string, onMessage: (message: Message<Event>) => void) => Channel<Event>
  /** The feed after a position, from now on if it is undefined. Throws when it breaks. */
  readFeed: (after: number | undefined, signal: AbortSignal) => AsyncIterable<Event | Marker>
  pause: (ms: number, signal: AbortSignal) => Promise<void>
  /** Earlier connections may be dead. */
  onNetworkChange: (listener: () => void) => () => void
}

interface Channel<Event extends Told> {
  post: (message: Message<Event>) => void
  close: () => void
}

export type Message<Event extends Told> =
  | { type: 'event'; event: Event; position: number | undefined }
  | { type: 'gap'; position: number | undefined }
  | { type: 'state'; is_live: boolean; position: number | undefined }
  /** Of a tab that has just opened. */
  | { type: 'hello' }

const again_after_ms = 2000

export interface Relay {
  stop: () => void
  /** Whether this tab reads the feed. It does what is done once for all tabs. */
  isHolder: () => boolean
}

/** Follows the feed until it is stopped. */
export function startRelay<Event extends Told>(name: string, ports: RelayPorts<Event>, heard: Heard<Event>): Relay {
  const over = new AbortController()
  let position: number | undefined
  let isLive: boolean | undefined
  let isHolder = false

  const tell = (live: boolean) => {
    if (live !== isLive) heard.onState(live)
    isLive = live
  }
  const channel = ports.openChannel(name, (message) => {
    if (over.signal.aborted) return
    if (message.type === 'hello') {
      if (isHolder && isLive !== undefined) channel.post({ type: 'state', is_live: isLive, position })
      return
    }
    if (isHolder) return
    // The next holder goes on where this one was.
    position = message.position ?? position
    if (message.type === 'event') heard.onEvent(message.event)
    else if (message.type === 'gap') heard.onGap()
    else tell(message.is_live)
  })
  const share = (message: Exclude<Message<Event>, { type: 'hello' }>) => {
    if (message.type === 'event') heard.onEvent(message.event)
    else if (message.type === 'gap') heard.onGap()
    else tell(message.is_live)
    channel.post(message)
  }

  const readOnce = async (signal: AbortSignal) => {
    for await (const event of ports.readFeed(position, signal)) {
      if (over.signal.aborted) return
      position = event.id ?? position
      if (event.event === 'reset') share({ type: 'gap', position })
      else if (event.event !== 'position') share({ type: 'event', event: event as Event, position })
      if (isLive !== true) share({ type: 'state', is_live: true, position })
      // What is shown may have been read before this position, and messages have none.
      if (event.event === 'position') share({ type: 'gap', position })
    }
  }
  const hold = async () => {
    isHolder = true
    while (!over.signal.aborted) {
      const turn = new AbortController()
      const forget = ports.onNetworkChange(() => turn.abort())
      await readOnce(AbortSignal.any([over.signal, turn.signal])).catch(() => {})
      forget()
      if (over.signal.aborted) return
      share({ type: 'state', is_live: false, position })
      if (!turn.signal.aborted) await ports.pause(again_after_ms, over.signal)
    }
  }
  channel.post({ type: 'hello' })
  void ports.lock(name, over.signal, hold).catch(() => {})
  return {
    stop() {
      over.abort()
      channel.close()
    },
    isHolder: () => isHolder,
  }
}
