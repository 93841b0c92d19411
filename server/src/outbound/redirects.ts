// What a redirect makes of a request: the method and body rules of fetch, and which headers do not follow elsewhere.
import { OutboundError } from './errors.ts'
import { parseTarget } from './target.ts'

export const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type OutboundMethod = (typeof methods)[number]

/** One request to one server. */
export interface Hop {
  url: URL
  method: OutboundMethod
  headers: Headers
  body: string | Uint8Array | undefined
}

const statuses = new Set([301, 302, 303, 307, 308])

/** Whether the status sends elsewhere; 304, say, does not. */
export function isRedirect(status: number): boolean {
  return statuses.has(status)
}

/** Where an answer redirects to, as it was written; undefined: it is no redirect. */
export function redirectLocation(status: number, headers: Headers): string | undefined {
  const location = isRedirect(status) ? headers.get('location') : null
  // A header is bytes; servers mean UTF-8.
  return location === null ? undefined : Buffer.from(location, 'latin1').toString()
}

/** The request after a redirect; what was dropped on the way to one origin does not come back for the next. */
export function followRedirect(hop: Hop, status: number, location: string, sensitive_headers: readonly string[]): Hop {
  const url = parseTarget(location, hop.url)
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new OutboundError('refused_redirect', `${hop.url.hostname} redirects from https to http`)
  }
  const headers = new Headers(hop.headers)
  if (url.origin !== hop.url.origin) {
    for (const name of ['authorization', 'cookie', 'proxy-authorization', ...sensitive_headers]) headers.delete(name)
  }
  const becomes_get =
    status === 303 ? hop.method !== 'GET' && hop.method !== 'HEAD' : status < 303 && hop.method === 'POST'
  if (!becomes_get) return { ...hop, url, headers }
  for (const name of ['content-encoding', 'content-language', 'content-location', 'content-type']) headers.delete(name)
  return { url, method: 'GET', headers, body: undefined }
}
