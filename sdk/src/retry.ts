// When a call that failed may be repeated, and after how long.
import { ApiError } from './request.ts'

export const default_retries = 2
const first_pause_ms = 250
const longest_pause_ms = 10_000

/** No answer at all (fetch and a body that breaks off throw a TypeError), or one that says that nothing was done. */
export function mayPass(error: unknown): boolean {
  return error instanceof ApiError ? error.status === 503 : error instanceof TypeError
}

export function pauseAfter(failures: number, error: unknown): number {
  const asked_ms = error instanceof ApiError && error.retry_after !== null ? error.retry_after * 1000 : 0
  const own_ms = first_pause_ms * 2 ** failures * (0.75 + Math.random() / 2)
  return Math.min(longest_pause_ms, Math.max(asked_ms, own_ms))
}

/** Throws the signal's reason when it aborts. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
  signal?.throwIfAborted()
}
