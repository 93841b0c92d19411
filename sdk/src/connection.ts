// One connection of a stream: it ends with the caller's signal, and when nothing is heard for too long.
import type { Time } from './retry.ts'

/** Three of the server's signs of life. */
export const idle_ms = 45_000

export interface Connection extends Disposable {
  readonly signal: AbortSignal
  /** Waits for the next sign of life; while the reader does something else, nobody waits. */
  waitFor<T>(sign: Promise<T>): Promise<T>
}

export function openConnection(signal: AbortSignal | undefined, time: Time): Connection {
  const controller = new AbortController()
  // A signal that outlives many connections must not keep a listener of each.
  const abort = () => controller.abort(signal!.reason)
  const giveUp = () => controller.abort(new TypeError(`Nothing was heard from the server for ${idle_ms / 1000} s`))
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
