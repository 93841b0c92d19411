// One connection of a stream. It ends with the caller's signal, or after too long without data.
import type { Time } from './retry.ts'

/** Three times the interval of the server's keep-alive comments. */
export const idle_ms = 45_000

export interface Connection extends Disposable {
  readonly signal: AbortSignal
  /** Waits for the next data within `idle_ms`. The timer stops while the reader handles an event. */
  waitFor<T>(sign: Promise<T>): Promise<T>
}

export function openConnection(signal: AbortSignal | undefined, time: Time): Connection {
  const controller = new AbortController()
  // A signal can outlive many connections, so the listener must be removed with each.
  const abort = () => controller.abort(signal!.reason)
  const giveUp = () => controller.abort(new TypeError(`The server sent nothing for ${idle_ms / 1000} seconds`))
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort)
  return {
    signal: controller.signal,
    async waitFor(sign) {
      const stop = time.after(idle_ms, giveUp)
      try {
        return await sign
      } finally {
        stop()
      }
    },
    [Symbol.dispose]() {
      signal?.removeEventListener('abort', abort)
    },
  }
}
