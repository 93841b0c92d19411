// What an operation sees of its HTTP request, and the cookies for signing in: their names, their flags, and when to trust them.
import { parseCookie, stringifySetCookie } from 'cookie'
import type { CookieName, WebEdge } from '../calls/call.ts'
import type { CallReply, CallRequest } from './call-request.ts'

export interface CookieRules {
  /** The origin that browsers use, if the settings name it. */
  public_url: string | undefined
}

/**
 * `Strict` for the session: pages load without it, and their requests come from this origin. The other cookie is needed when the
 * identity provider sends the browser back from its own origin.
 */
const same_site: Record<CookieName, 'strict' | 'lax'> = { session: 'strict', sign_in: 'lax' }

export function createEdge(
  request: CallRequest,
  reply: CallReply,
  { from, foreign, ...rules }: CookieRules & Pick<WebEdge, 'from' | 'foreign'>,
): WebEdge {
  return {
    from,
    foreign,
    address: request.ip,
    user_agent: request.headers['user-agent'] ?? null,
    url: request.url,
    origin: rules.public_url ?? `${request.protocol}://${request.host}`,
    setHeader: (name, value) => void reply.header(name, value),
    readCookie: (name) => readCookie(request, name, rules),
    writeCookie(name, value, seconds) {
      const secure = isSecure(request, rules)
      const cookie = stringifySetCookie({
        name: nameOf(name, secure),
        value: value ?? '',
        maxAge: value === null ? 0 : seconds,
        path: '/',
        httpOnly: true,
        secure,
        sameSite: same_site[name],
      })
      reply.header('set-cookie', cookie)
    },
  }
}

/** With this prefix a browser accepts a cookie only over HTTPS and from this host, so that no sibling domain can plant one. */
function nameOf(name: CookieName, secure: boolean): string {
  return `${secure ? '__Host-' : ''}parley_${name}`
}

export function readCookie({ headers }: CallRequest, name: CookieName, { public_url }: CookieRules): string | null {
  if (headers.cookie === undefined) return null
  const cookies = parseCookie(headers.cookie)
  const secure = cookies[nameOf(name, true)]
  if (secure !== undefined || public_url?.startsWith('https:')) return secure || null
  return cookies[nameOf(name, false)] || null
}

/** The client's own claim is trusted, because it affects only the cookie that this client gets. */
function isSecure({ headers, protocol }: CallRequest, { public_url }: CookieRules): boolean {
  if (public_url !== undefined) return public_url.startsWith('https:')
  return protocol === 'https' || headers.origin?.startsWith('https:') === true
}
