// What the course of a chat needs of the browser. Tests replace it.

/** Keeps texts; never throws. */
export interface Storage {
  /** It keeps nothing beyond this page. */
  isVolatile(): boolean
  get(name: string): string | null
  /** False if there is no room; the value is then kept in memory. */
  set(name: string, value: string): boolean
  remove(name: string): void
  /** The names that begin so. */
  names(prefix: string): string[]
}

export interface Channel {
  post(message: unknown): void
  listen(listener: (message: unknown) => void): void
}

export interface Ports {
  fetch: (url: string, init: RequestInit) => Promise<Response>
  storage: Storage
  /** To the other tabs of this visitor; null if the browser has none. */
  channel: Channel | null
  /** Runs while it holds the lock, for which it waits; null if the browser has none. */
  lock: ((name: string, signal: AbortSignal, run: () => Promise<void>) => Promise<void>) | null
  /** Milliseconds since 1970. */
  now(): number
  random(): number
  /** Returns what cancels it. */
  after(ms: number, call: () => void): () => void
  newId(): string
  isHidden(): boolean
  /** The page is seen again, or the network is back, or the page is hidden. */
  onChange(listener: () => void): void
  /** A fresh embed token; null if the server does not answer. */
  readEmbedToken(): Promise<string | null>
}

/** Resolves after `ms`, or when it is woken or aborted. */
export function pause(
  ports: Ports,
  ms: number,
  signal: AbortSignal,
  onWake?: (wake: () => void) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const stop = ports.after(ms, done)
    function done() {
      stop()
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
    onWake?.(done)
    if (signal.aborted) done()
  })
}
