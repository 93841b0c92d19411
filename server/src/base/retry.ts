// Waits and retries: how long, how often, and what ends them. Time and randomness are ports.
import type { Clock } from './ports.ts'

type Timer = Pick<Clock, 'after'>

/** Rejects as soon as the signal aborts. */
export function sleep({ after }: Timer, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const abort = () => {
      stop()
      reject(signal!.reason)
    }
    const stop = after(ms, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    signal?.addEventListener('abort', abort, { once: true })
  })
}

export interface Backoff {
  first_ms: number
  longest_ms: number
  /** From 0 to 1. If given, half of each wait is random, so that callers spread out. */
  random?: () => number
}

/** The wait after a number of attempts: doubled each time, up to the longest. */
export function backoff(tries: number, { first_ms, longest_ms, random }: Backoff): number {
  const ceiling_ms = Math.min(longest_ms, first_ms * 2 ** (tries - 1))
  return random ? Math.round(ceiling_ms / 2 + (random() * ceiling_ms) / 2) : ceiling_ms
}

/** A wait, randomly lengthened or shortened by up to a part of it. The random number is from 0 to 1. */
export function spread(ms: number, part: number, chance: number): number {
  return Math.round(ms * (1 + part * (2 * chance - 1)))
}

export interface Retry {
  /** The wait between two attempts. */
  wait_ms: number
  mayPass(error: unknown): boolean
  /** A number of attempts, or all that begin within a time. */
  bound: { tries: number } | { patience_ms: number }
}

/** Returns the result of the first attempt that succeeds. Throws the last error, or the first that is not temporary. */
export async function retry<T>(
  clock: Pick<Clock, 'after' | 'monotonic'>,
  { wait_ms, mayPass, bound }: Retry,
  attempt: () => Promise<T>,
): Promise<T> {
  const began_at = clock.monotonic()
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      const isLast = 'tries' in bound ? tries >= bound.tries : clock.monotonic() - began_at >= bound.patience_ms
      if (isLast || !mayPass(error)) throw error
    }
    await sleep(clock, wait_ms)
  }
}
