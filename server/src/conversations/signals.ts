// Wakes those who wait for a change in the database. A signal only makes it fast: every wait looks again by itself.
import type { Clock } from '../ports.ts'

export interface Signals {
  /** Something about `key` (a turn's or a conversation's id) has been committed. */
  notify(key: string): void
  /** Resolves with the first answer of `look` that is not undefined, or with undefined after `timeout_ms`. */
  waitFor<T>(key: string, timeout_ms: number, look: () => Promise<T | undefined>): Promise<T | undefined>
  /** Anything may have been committed: everybody looks. */
  notifyAll(): void
  /** Ends every wait, as if its time were over: the process is about to stop. */
  close(): void
}

/** How often a waiter looks again although nobody called. */
const poll_ms = 500

export function createSignals(clock: Clock): Signals {
  const waiters = new Map<string, Set<() => void>>()
  let isClosed = false

  function listen(key: string, timeout_ms: number) {
    const { promise, resolve } = Promise.withResolvers<void>()
    const stopTimer = clock.after(timeout_ms, resolve)
    const group = waiters.get(key) ?? new Set()
    waiters.set(key, group.add(resolve))
    const close = () => {
      stopTimer()
      group.delete(resolve)
      if (group.size === 0 && waiters.get(key) === group) waiters.delete(key)
    }
    return { signal: promise, close }
  }

  function wakeAll(): void {
    for (const group of waiters.values()) for (const wake of group) wake()
  }

  return {
    notify(key) {
      for (const wake of waiters.get(key) ?? []) wake()
    },
    notifyAll: wakeAll,
    close() {
      isClosed = true
      wakeAll()
    },
    async waitFor(key, timeout_ms, look) {
      const deadline = clock.monotonic() + timeout_ms
      for (;;) {
        const left_ms = Math.max(0, deadline - clock.monotonic())
        // Listens before it looks, so that a signal in between is not missed.
        const { signal, close } = listen(key, Math.min(poll_ms, left_ms))
        try {
          const found = await look()
          if (found !== undefined || left_ms === 0 || isClosed) return found
          await signal
        } finally {
          close()
        }
      }
    },
  }
}
