// A browser, as far as the server can tell one: it keeps cookies by their rules, and says what page a request comes from.
import { type Client, type ClientOptions, createClient } from '@parley/sdk'
import { parseSetCookie } from 'cookie'

export interface Browser {
  /** Of the SDK, on a page of the server. */
  client: Client
  fetch: typeof fetch
  /** Name and value of each cookie. */
  cookies: Map<string, string>
  /** The `Set-Cookie` headers of all answers. */
  set_cookies: string[]
  as(options: Partial<ClientOptions>): Client
}

/** Redirects are answers like any other. */
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
  const as = (options: Partial<ClientOptions>) => createClient({ base_url: url, fetch: send, retries: 0, ...options })
  return { client: as({}), fetch: send, cookies, set_cookies, as }
}
