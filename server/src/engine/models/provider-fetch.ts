// The HTTP client of the model providers: one pool of connections for every call, destroyed with its owner.
import { Agent, fetch as undiciFetch } from 'undici'

export type Fetch = typeof globalThis.fetch

export interface ProviderFetch extends AsyncDisposable {
  fetch: Fetch
}

const CONNECT_TIMEOUT_MS = 10_000

export function createProviderFetch(): ProviderFetch {
  // A connection per running call, without a limit here: the engine bounds how many turns run. HTTP/1.1, so that one broken
  // connection ends one call.
  const agent = new Agent({ allowH2: false, connect: { timeout: CONNECT_TIMEOUT_MS } })
  const request = undiciFetch as unknown as (input: unknown, init: object) => Promise<Response>
  return {
    // A redirect is answered as it is: following it would hand the key's header to another host.
    fetch: (input, init) => request(input, { ...init, dispatcher: agent, redirect: 'manual' }),
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}
