// Decides which failed calls are retried and which streams are reopened, after which pause, and for how long.
import { ApiError, isApiError, isUnanswered } from './errors.ts'

export const default_retries = 2
const default_patience_ms = 60_000
const first_pause_ms = 250
const longest_pause_ms = 10_000
const longest_stream_pause_ms = 30_000
/** A longer `Retry-After` is not waited for. */
export const longest_asked_ms = 60_000

/** The clock and the random source; tests replace them. */
export interface Time {
  /** Milliseconds on a monotonic clock. */
  now(): number
  /** From 0 to 1, for jitter. */
  random(): number
  /** Calls back once after `ms`. Returns a function that cancels the timer. */
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

/** Opening a stream changes nothing, so everything except the caller's own errors can be retried. */
export function canReopen(error: unknown): boolean {
  return isApiError(error) ? error.status === 429 || error.status >= 500 : isUnanswered(error)
}

/** As long as the server asks, otherwise longer after each failure. */
export function pauseAfter(failures: number, error: unknown, time: Time = systemTime): number {
  return Math.max(requestedPause(error), backoffPause(failures, first_pause_ms, time))
}

function requestedPause(error: unknown): number {
  return error instanceof ApiError && error.retry_after !== null ? error.retry_after * 1000 : 0
}

function backoffPause(failures: number, first_ms: number, time: Time): number {
  return Math.min(longest_pause_ms, first_ms * 2 ** failures) * (0.75 + time.random() / 2)
}

/** Throws the signal's reason if it aborts. */
export async function pause(ms: number, signal: AbortSignal | undefined, time: Time = systemTime): Promise<void> {
  signal?.throwIfAborted()
  let stop = () => {}
  let wake = () => {}
  await new Promise<void>((resolve) => {
    wake = resolve
    stop = time.after(ms, wake)
    signal?.addEventListener('abort', wake)
  })
  signal?.removeEventListener('abort', wake)
  stop()
  signal?.throwIfAborted()
}

/** How long a stream without new events is reopened. */
export interface Patience {
  /** The stream works: forgets earlier failures, and its end does not count as one. */
  renew(): void
  /** Sets the shortest pause, as the server requests. */
  setPause(ms: number): void
  /** Waits until the stream can be reopened. Throws `failure` if that would take too long. */
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
      asked_ms = Math.min(ms, longest_stream_pause_ms)
    },
    async wait(failure, signal) {
      const now = time.now()
      failing_since ??= now
      const least_ms = Math.max(asked_ms, requestedPause(failure))
      // Jitter: clients that were disconnected together must not all reconnect together.
      const ms = Math.max(least_ms * (1 + time.random() / 4), backoffPause(failures, first_pause_ms, time))
      if (!hasLived && now + ms - failing_since > patience_ms) throw failure
      hasLived = false
      failures += 1
      await pause(ms, signal, time)
    },
  }
}
