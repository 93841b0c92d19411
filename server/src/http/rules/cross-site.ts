// Whether a request with a cookie was made by a page of this server. Pure.

interface Headers {
  readonly [name: string]: string | readonly string[] | undefined
  readonly origin?: string
  readonly host?: string
}

/**
 * Two independent reasons to refuse. The header: a page of another origin cannot send it without asking before, and this server
 * answers no such question (CORS). The origin: what the browser says of the page, which no page can change. `Sec-Fetch-Site` is
 * judged first, since browsers compute it themselves, whatever a proxy does to `Host`; they send it over HTTPS and to localhost
 * only, and else `Origin` has to be ours. A client that sends neither is no browser, and nobody's cookie is in it by accident.
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
