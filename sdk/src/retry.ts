// When a call that failed may be repeated and a stream be opened anew, after how long, and for how long at all.
import { ApiError } from './request.ts'

export const default_retries = 2
const default_patience_ms = 60_000
const first_pause_ms = 250
const longest_pause_ms = 10_000
const longest_asked_ms = 30_000

/** Time and chance; tests put their own in place. */
export interface Time {
  /** Milliseconds on a clock that never goes back. */
  now(): number
  /** From 0 to 1, for jitter. */
  random(): number
  /** Calls back once after `ms`; the answer stops it. */
  after(ms: number, call: () => void): () => void
}

export const systemTime: Time = {
  now: () => performance.now(),
  random: Math.random,
  after(ms, call) {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}

/** No answer at all (fetch and a body that breaks off throw a TypeError), or one that says that nothing was done. */
export function mayPass(error: unknown): boolean {
  return error instanceof ApiError ? error.status === 503 : error instanceof TypeError
}

/** Opening a stream changes nothing: whatever is not the caller's own fault may pass. */
export function mayReopen(error: unknown): boolean {
  return error instanceof ApiError ? error.status === 429 || error.status >= 500 : error instanceof TypeError
}

export function pauseAfter(failures: number, error: unknown): number {
  return Math.min(longest_pause_ms, Math.max(askedPause(error), ownPause(failures, first_pause_ms, systemTime)))
}

function askedPause(error: unknown): number {
  return error instanceof ApiError && error.retry_after !== null ? error.retry_after * 1000 : 0
}

function ownPause(failures: number, first_ms: number, time: Time): number {
  return Math.min(longest_pause_ms, first_ms * 2 ** failures) * (0.75 + time.random() / 2)
}

/** Throws the signal's reason when it aborts. */
export async function pause(ms: number, signal: AbortSignal | undefined, time: Time = systemTime): Promise<void> {
  signal?.throwIfAborted()
  const { promise, resolve } = Promise.withResolvers<void>()
  const wake = () => resolve()
  const stop = time.after(ms, wake)
  signal?.addEventListener('abort', wake)
  await promise
  signal?.removeEventListener('abort', wake)
  stop()
  signal?.throwIfAborted()
}

/** How long a stream is opened anew that brings nothing. */
export interface Patience {
  /** The stream lives: what failed before is forgotten, and its end is no failure. */
  renew(): void
  /** The least pause that the server asks for. */
  setPause(ms: number): void
  /** Waits until the stream may be opened anew; throws the failure when that would take too long. */
  wait(failure: unknown, signal: AbortSignal | undefined): Promise<void>
}

export function createPatience(time: Time, patience_ms: number = default_patience_ms): Patience {
  let failures = 0
  let failing_since: number | null = null
  let hasLived = false
  let asked_ms = 0
  return {
    renew() {
      failures = 0
      failing_since = null
      hasLived = true
    },
    setPause(ms) {
      asked_ms = Math.min(ms, longest_asked_ms)
    },
    async wait(failure, signal) {
      const now = time.now()
      failing_since ??= now
      const least_ms = Math.max(asked_ms, askedPause(failure))
      // Those who are all sent away at once do not all come back at once.
      const ms = Math.max(least_ms * (1 + time.random() / 4), ownPause(failures, first_pause_ms, time))
      if (!hasLived && now + ms - failing_since > patience_ms) throw failure
      hasLived = false
      failures += 1
      await pause(ms, signal, time)
    },
  }
}
