// Wakes waiters for a change in the database. A signal is only faster: every waiter also looks again by itself.
import type { Clock } from '../base/ports.ts'

declare const declared: unique symbol

/** Identifies a signal. Only `signal` and `signalsOf` create it. */
export type SignalKey = string & { readonly [declared]: true }

const names = new Set<string>()

/** Declares a signal; throws at the start of the program if its name is taken. */
export function signal(name: string): SignalKey {
  if (names.has(name)) throw new Error(`two signals are named ${name}`)
  names.add(name)
  return name as SignalKey
}

/** Declares a family of signals, one for each id (of a turn, conversation or organization). */
export function signalsOf(name: string): (id: string) => SignalKey {
  const own = signal(name)
  return (id) => `${own} ${id}` as SignalKey
}

export interface Signals {
  /** Reports that what `key` stands for has happened; usually a commit. */
  notify(key: SignalKey): void
  /** Resolves with the first result of `look` other than undefined, or with undefined after `timeout_ms`. */
  waitFor<T>(key: SignalKey, timeout_ms: number, look: () => Promise<T | undefined>): Promise<T | undefined>
  /** For long-lived followers, which look when they are notified. */
  listen(...keys: SignalKey[]): Listener
  /** Whether anybody waits for the key here. */
  isAwaited(key: SignalKey): boolean
  /** Anything may have been committed, so all waiters look. */
  notifyAll(): void
  /** Ends every wait as if it had timed out, because the process is about to stop. */
  close(): void
  readonly isClosed: boolean
}

/** Receives all notifications of its keys from its creation on, including those between two waits. */
export interface Listener extends Disposable {
  /**
   * Resolves with the keys that were notified since the last call, as soon as there is one; with none if the time is over, the
   * signal aborts, or the process stops.
   */
  next(options: { timeout_ms?: number; signal?: AbortSignal }): Promise<ReadonlySet<SignalKey>>
  /** Whether the key was notified since the last result, so that the next one will have it. */
  hasHeard(key: SignalKey): boolean
}

/** How often a waiter looks again without a notification. */
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
    isAwaited: (key) => waiters.has(key),
    notifyAll: wakeAll,
    close() {
      state.isClosed = true
      wakeAll()
    },
    async waitFor(key, timeout_ms, look) {
      const deadline = clock.monotonic() + timeout_ms
      // Listens before it looks, so that it does not miss a signal in between.
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
