// Waits for rate limits. The SDK's own `retries` cannot say it: they count lost connections too, of which a command bears fewer, and
// repeat only a 429 of Parley, not one of a proxy or of another system.
import { setTimeout as pause } from 'node:timers/promises'
import { ApiError } from '@parley/sdk'

const answer_timeout_ms = 60_000
/** As long as the server takes a file. */
const upload_timeout_ms = 10 * 60_000
/** In a row, so that repetitions of the SDK do not begin again. */
const max_limit_pauses = 20
const longest_pause_ms = 60_000

/** A rate-limited request did nothing, so it is sent again when the server allows. A body may take as long as it arrives. */
export function patientFetch(): typeof fetch {
  let pauses = 0
  return async (address, init) => {
    for (;;) {
      const response = await fetchAnswer(address, init)
      if (response.status !== 429) pauses = 0
      if (response.status !== 429 || pauses >= max_limit_pauses) return response
      pauses += 1
      await response.body?.cancel()
      await pause(pauseAskedBy(response), undefined, init?.signal ? { signal: init.signal } : {})
    }
  }
}

/** In milliseconds. */
export function pauseAskedBy(response: Pick<Response, 'status' | 'headers'>): number {
  const { retry_after } = new ApiError(response, null)
  return Math.min(longest_pause_ms, (retry_after ?? 1) * 1000)
}

async function fetchAnswer(address: Parameters<typeof fetch>[0], init: RequestInit | undefined): Promise<Response> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new Error('the server did not respond in time')), timeoutOf(init))
  const signals = [late.signal, ...(init?.signal ? [init.signal] : [])]
  try {
    return await fetch(address, { ...init, signal: AbortSignal.any(signals) })
  } finally {
    clearTimeout(timer)
  }
}

function timeoutOf(init: RequestInit | undefined): number {
  return typeof init?.body === 'string' || init?.body == null ? answer_timeout_ms : upload_timeout_ms
}
