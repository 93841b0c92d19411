// A browser, as far as the server can tell: it follows the rules for cookies and sends the origin of its page.
import { type Client, type ClientOptions, createClient } from '@parley/sdk'
import { parseSetCookie } from 'cookie'

export interface Browser {
  /** Headers that the SDK sends on a page of the server. */
  client: Client
  fetch: typeof fetch
  /** Name and value of each cookie. */
  cookies: Map<string, string>
  /** The `Set-Cookie` headers of all responses. */
  set_cookies: string[]
  as(options: Partial<ClientOptions>): Client
}

/** Redirects are returned like any other response. */
export function openBrowser(
  url: string,
  headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' },
): Browser {
  const cookies = new Map<string, string>()
  const set_cookies: string[] = []
  const send: typeof fetch = async (address, init = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const own = { ...headers, ...Object.fromEntries(new Headers(init.headers)), ...(cookie ? { cookie } : {}) }
    const response = await fetch(address, { ...init, headers: own, redirect: 'manual' })
    for (const text of response.headers.getSetCookie()) {
      set_cookies.push(text)
      const { name, value = '', maxAge } = parseSetCookie(text)
      if (maxAge === 0) cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
  const as = (options: Partial<ClientOptions>) =>
    createClient({ base_url: url, fetch: send, retries: 0, timeout_ms: 0, ...options })
  return { client: as({}), fetch: send, cookies, set_cookies, as }
}
