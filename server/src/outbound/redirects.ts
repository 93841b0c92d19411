// How a redirect changes a request: the method and body rules of fetch, and which headers are dropped.
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

/** Whether the status is a redirect. 304, for example, is not. */
export function isRedirect(status: number): boolean {
  return statuses.has(status)
}

/** The target of a redirect as it was sent; undefined if the response is no redirect. */
export function redirectLocation(status: number, headers: Headers): string | undefined {
  const location = isRedirect(status) ? headers.get('location') : null
  // Headers are bytes, and servers send UTF-8.
  return location === null ? undefined : Buffer.from(location, 'latin1').toString()
}

/** Parts of the request that are meant for one origin only. */
export interface Sensitive {
  /** Names of headers to drop on a redirect to another origin, besides `authorization` and `cookie`. */
  sensitive_headers?: readonly string[]
  /** Refuses a redirect that would send the body to another origin. */
  has_sensitive_body?: boolean
}

/** The request after a redirect. A header that was dropped for one origin does not return for the next. */
export function followRedirect(hop: Hop, status: number, location: string, sensitive: Sensitive): Hop {
  const url = parseTarget(location, hop.url)
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new OutboundError('refused_redirect', `${hop.url.hostname} redirects from https to http`)
  }
  const headers = new Headers(hop.headers)
  if (url.origin !== hop.url.origin) {
    for (const name of ['authorization', 'cookie', 'proxy-authorization', ...(sensitive.sensitive_headers ?? [])])
      headers.delete(name)
  }
  const becomes_get =
    status === 303 ? hop.method !== 'GET' && hop.method !== 'HEAD' : status < 303 && hop.method === 'POST'
  if (!becomes_get) {
    if (sensitive.has_sensitive_body && hop.body !== undefined && url.origin !== hop.url.origin) {
      throw new OutboundError('refused_redirect', `${hop.url.hostname} redirects a body to another server`)
    }
    return { ...hop, url, headers }
  }
  for (const name of ['content-encoding', 'content-language', 'content-location', 'content-type']) headers.delete(name)
  return { url, method: 'GET', headers, body: undefined }
}
