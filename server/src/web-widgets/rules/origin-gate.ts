// Gate 4: whether a request of the public side comes from where the widget may be used. Pure.
import type { RequestOrigin } from '../../calls/call.ts'
import { isOriginListed } from './domains.ts'

export interface Places {
  /** Of the widget; none: any site. */
  domains: readonly string[]
  /** Sites whose pages may call without a frame. */
  cors_origins: readonly string[]
}

export interface Gated extends Places {
  /** Of the token; null: of a frame that is a page of its own. */
  token_origin: string | null
  is_preview: boolean
}

type From = Pick<RequestOrigin, 'writes' | 'origin' | 'own_origin'>

/**
 * What writes must come from the frame itself, or from a listed page that may call without one; what reads must too, but a browser names
 * no origin where a frame reads from its own. Programs send no `Origin`, or any: domains stop pages in an honest browser.
 */
export function mayComeFrom({ writes, origin, own_origin }: From, { domains, cors_origins }: Places): boolean {
  if (origin === null) return !writes || domains.length === 0
  return origin === own_origin || (cors_origins.includes(origin) && isOriginListed(domains, origin))
}

/** The origin in the token must be listed now; a page that calls without a frame has a token of its own origin. */
export function mayCall(from: From, { token_origin, is_preview, ...places }: Gated): boolean {
  if (is_preview) return from.origin === from.own_origin || (!from.writes && from.origin === null)
  if (token_origin === null ? places.domains.length > 0 : !isOriginListed(places.domains, token_origin)) return false
  if (!mayComeFrom(from, places)) return false
  return from.origin === null || from.origin === from.own_origin || from.origin === token_origin
}
