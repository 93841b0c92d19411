// Waiting before something is tried again: how long, by a clock that calls back.
import type { Clock } from './ports.ts'

const first_ms = 250
const longest_ms = 4000

/** Waits by a clock that calls back; rejects as soon as the signal aborts. */
export function createSleep({ after }: Pick<Clock, 'after'>): (ms: number, signal: AbortSignal) => Promise<void> {
  return (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const abort = () => {
        stop()
        reject(signal.reason)
      }
      const stop = after(ms, () => {
        signal.removeEventListener('abort', abort)
        resolve()
      })
      signal.addEventListener('abort', abort, { once: true })
    })
}

/** The wait after the given attempt: doubled each time up to the cap, half of it at random, so that callers spread out. */
export function backoffDelay(attempt: number, random: () => number): number {
  const ceiling_ms = Math.min(longest_ms, first_ms * 2 ** (attempt - 1))
  return Math.round(ceiling_ms / 2 + (random() * ceiling_ms) / 2)
}
