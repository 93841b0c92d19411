// How long a site asks to wait: `Retry-After`, in seconds or as a date. Pure.

/** A longer pause is not followed. */
const longest_ms = 600_000

export function readRetryAfter(header: string | null, now_ms: number): number | null {
  if (header === null) return null
  const ms = /^\d{1,10}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now_ms
  return Number.isNaN(ms) ? null : Math.min(longest_ms, Math.max(0, ms))
}
