// Gate 4: whether a request of the public side comes from where the widget may be used. Pure.
import type { RequestOrigin } from '../../calls/room.ts'
import { isOriginListed } from './domains.ts'

export interface Gated {
  /** Of the widget; none: any site. */
  domains: readonly string[]
  /** Sites whose pages may call without a frame. */
  cors_origins: readonly string[]
  /** Of the token; null: of a frame that is a page of its own. */
  token_origin: string | null
  is_preview: boolean
}

type From = Pick<RequestOrigin, 'writes' | 'origin' | 'own_origin'>

/**
 * The origin in the token must be listed now. What writes must also come from the frame itself, or from a page of the token’s origin
 * that may call without one. Programs send no `Origin`, or any: domains stop pages in an honest browser.
 */
export function mayCall({ writes, origin, own_origin }: From, gated: Gated): boolean {
  const { domains, cors_origins, token_origin, is_preview } = gated
  if (!is_preview && !isTokenListed(token_origin, domains)) return false
  if (!writes) return true
  if (origin === null) return domains.length === 0 && !is_preview
  return origin === own_origin || (origin === token_origin && cors_origins.includes(origin))
}

function isTokenListed(token_origin: string | null, domains: readonly string[]): boolean {
  return token_origin === null ? domains.length === 0 : isOriginListed(domains, token_origin)
}
