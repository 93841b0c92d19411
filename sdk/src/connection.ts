// One connection of a stream. It ends with the caller's signal, or after too long without data.
import { ConnectionError } from './errors.ts'
import type { Time } from './retry.ts'

/** Three times the interval of the server's keep-alive comments. */
export const idle_ms = 45_000

export interface Connection {
  readonly signal: AbortSignal
  /** Waits for the next data within `idle_ms`. The timer stops while the reader handles an event. */
  waitFor<T>(sign: Promise<T>): Promise<T>
  /** Stops listening to the caller's signal. */
  close(): void
}

export function openConnection(signal: AbortSignal | undefined, time: Time): Connection {
  const controller = new AbortController()
  // A signal can outlive many connections, so the listener must be removed with each.
  const abort = () => controller.abort(signal!.reason)
  let isSilent = false
  const giveUp = () => {
    isSilent = true
    controller.abort()
  }
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort)
  return {
    signal: controller.signal,
    async waitFor(sign) {
      const stop = time.after(idle_ms, giveUp)
      try {
        return await sign
      } catch (error) {
        throw isSilent ? new ConnectionError(`The server sent nothing for ${idle_ms / 1000} seconds`, error) : error
      } finally {
        stop()
      }
    },
    close() {
      signal?.removeEventListener('abort', abort)
    },
  }
}
