// Wakes those who wait for a change in the database. A signal only makes it fast: every wait looks again by itself.
import type { Clock } from '../base/ports.ts'

declare const declared: unique symbol

/** What a signal is about. Made by `signal` and `signalsOf` only. */
export type SignalKey = string & { readonly [declared]: true }

const names = new Set<string>()

/** Declares a signal; throws at the start of the program if its name is taken. */
export function signal(name: string): SignalKey {
  if (names.has(name)) throw new Error(`two signals are named ${name}`)
  names.add(name)
  return name as SignalKey
}

/** Declares signals of which each id has its own: a turn's, a conversation's, an organization's. */
export function signalsOf(name: string): (id: string) => SignalKey {
  const own = signal(name)
  return (id) => `${own} ${id}` as SignalKey
}

export interface Signals {
  /** Something that `key` stands for has happened; mostly, was committed. */
  notify(key: SignalKey): void
  /** Resolves with the first answer of `look` that is not undefined, or with undefined after `timeout_ms`. */
  waitFor<T>(key: SignalKey, timeout_ms: number, look: () => Promise<T | undefined>): Promise<T | undefined>
  /** For who follows something for long, and looks when it rings. */
  listen(...keys: SignalKey[]): Listener
  /** Anything may have been committed: everybody looks. */
  notifyAll(): void
  /** Ends every wait, as if its time were over: the process is about to stop. */
  close(): void
  readonly isClosed: boolean
}

/** Hears every notification of its keys from when it was made; one that comes between two waits is not missed. */
export interface Listener extends Disposable {
  /**
   * Resolves with the keys that were notified since the last time, as soon as there is one; with none when the time is over,
   * the signal aborts, or the process stops.
   */
  next(options: { timeout_ms?: number; signal?: AbortSignal }): Promise<ReadonlySet<SignalKey>>
  /** Whether the next answer will have the key: it was notified since the last one. */
  hasHeard(key: SignalKey): boolean
}

/** How often a waiter looks again although nobody called. */
const poll_ms = 500

type Waiters = Map<SignalKey, Set<() => void>>

export function createSignals(clock: Clock): Signals {
  const waiters: Waiters = new Map()
  const state = { isClosed: false }

  function wakeAll(): void {
    for (const group of waiters.values()) for (const wake of group) wake()
  }

  return {
    listen: (...keys) => createListener(waiters, keys, clock, state),
    get isClosed() {
      return state.isClosed
    },
    notify(key) {
      for (const wake of waiters.get(key) ?? []) wake()
    },
    notifyAll: wakeAll,
    close() {
      state.isClosed = true
      wakeAll()
    },
    async waitFor(key, timeout_ms, look) {
      const deadline = clock.monotonic() + timeout_ms
      // Listens before it looks, so that a signal in between is not missed.
      using listener = createListener(waiters, [key], clock, state)
      for (;;) {
        const left_ms = Math.max(0, deadline - clock.monotonic())
        const found = await look()
        if (found !== undefined || left_ms === 0 || state.isClosed) return found
        await listener.next({ timeout_ms: Math.min(poll_ms, left_ms) })
      }
    },
  }
}

function createListener(waiters: Waiters, keys: SignalKey[], clock: Clock, state: { isClosed: boolean }): Listener {
  const heard = new Set<SignalKey>()
  let ring = Promise.withResolvers<void>()
  const wakers = keys.map((key) => {
    const wake = () => {
      heard.add(key)
      ring.resolve()
    }
    const group = waiters.get(key) ?? new Set()
    waiters.set(key, group.add(wake))
    return { key, wake }
  })
  return {
    async next({ timeout_ms, signal }) {
      const { promise, resolve } = ring
      const stop = () => resolve()
      const stopTimer = timeout_ms === undefined ? () => {} : clock.after(timeout_ms, stop)
      signal?.addEventListener('abort', stop)
      if (!state.isClosed && !signal?.aborted) await promise
      signal?.removeEventListener('abort', stop)
      stopTimer()
      ring = Promise.withResolvers()
      const rung = new Set(heard)
      heard.clear()
      return rung
    },
    hasHeard: (key) => heard.has(key),
    [Symbol.dispose]() {
      for (const { key, wake } of wakers) {
        const group = waiters.get(key)
        group?.delete(wake)
        if (group?.size === 0) waiters.delete(key)
      }
    },
  }
}
