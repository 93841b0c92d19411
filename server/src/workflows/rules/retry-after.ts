// How long a server asks to wait before the next request. Pure.

/** Of `Retry-After`: seconds, or a date. Null: it says nothing that can be read. */
export function readRetryAfter(header: string | null, now: number): number | null {
  const text = header?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const at = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}

/** What another attempt may change. */
export const isTransient = (status: number) => status === 429 || status >= 500
