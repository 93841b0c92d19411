// Decides whether a request with a cookie comes from a page of this server. Pure.

interface Headers {
  readonly [name: string]: string | readonly string[] | undefined
  readonly origin?: string
  readonly host?: string
}

/**
 * Two independent checks. The header: a page of another origin cannot send it without a CORS preflight, which this server does not
 * answer. The origin: the browser reports it, and no page can change it. `Sec-Fetch-Site` takes precedence, because browsers
 * compute it regardless of what a proxy does to `Host`, but they send it only over HTTPS and to localhost; otherwise `Origin` must
 * be ours. A client that sends neither is not a browser, and so does not attach a cookie by accident.
 */
export function isFromOwnPage(headers: Headers, public_url: string | undefined): boolean {
  if (headers['x-parley-csrf'] !== '1') return false
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const { origin, host } = headers
  if (origin === undefined) return true
  if (public_url !== undefined) return origin === public_url
  return host !== undefined && URL.parse(origin)?.host === host
}
