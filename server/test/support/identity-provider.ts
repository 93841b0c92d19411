// A real identity provider (oidc-provider) on its own port; a test decides who has an account there.
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { Provider } from 'oidc-provider'
import { patient } from './patient-server.ts'

export interface Account {
  email?: string
  email_verified?: boolean
  name?: string
}

export interface IdentityProvider extends AsyncDisposable {
  issuer: string
  /** The settings of a server that uses it, at `public_url`. */
  settings(public_url: string): Record<string, string>
  accounts: Map<string, Account>
  /** The requests of the server, as `GET /path`. */
  asked: string[]
  /** Lets this account sign in at `authorization_url`, and returns where the browser is sent then. */
  signIn(authorization_url: string, account: string): Promise<string>
  /** Answers the next requests instead of the provider. */
  intercept:
    | ((request: IncomingMessage) => { status: number; headers?: Record<string, string>; body: string } | null)
    | null
}

const client_id = 'parley'
const client_secret = 'a-client-secret-of-some-length'
const public_url = 'http://127.0.0.1:8080'

/** `url`: of the server that uses it. */
export async function startIdentityProvider(url = public_url): Promise<IdentityProvider> {
  const server: Server = createServer(patient)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const accounts = new Map<string, Account>()
  const asked: string[] = []
  const provider = new Provider(issuer, {
    clients: [{ client_id, client_secret, redirect_uris: [`${url}/auth/openid/callback`] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts.get(id) }) }),
    cookies: { keys: ['a key of the test'] },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    pkce: { required: () => true },
  })
  const answer = provider.callback()
  const own: Pick<IdentityProvider, 'intercept'> = { intercept: null }
  server.on('request', (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const instead = own.intercept?.(request)
    if (instead) response.writeHead(instead.status, instead.headers).end(instead.body)
    else void answer(request, response)
  })
  return Object.assign(own, {
    issuer,
    settings: (used_by: string) => ({
      PARLEY_OIDC_ISSUER: issuer,
      PARLEY_OIDC_CLIENT_ID: client_id,
      PARLEY_OIDC_CLIENT_SECRET: client_secret,
      PARLEY_PUBLIC_URL: used_by,
    }),
    accounts,
    asked,
    signIn: (authorization_url: string, account: string) => walk(authorization_url, account),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

/** The redirect URL of the provider's only client. */
export const known_public_url = public_url

/** Follows the provider's own pages, with its development forms, until it sends the browser back. */
async function walk(start: string, account: string): Promise<string> {
  const cookies = new Map<string, string>()
  let next = { url: start, body: undefined as URLSearchParams | undefined }
  for (let step = 0; step < 20; step += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(next.url, {
      method: next.body ? 'POST' : 'GET',
      headers: { cookie },
      redirect: 'manual',
      ...(next.body ? { body: next.body } : {}),
    })
    for (const text of response.headers.getSetCookie()) {
      const [pair = ''] = text.split(';')
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    const location = response.headers.get('location')
    const html = await response.text()
    if (location !== null) {
      const url = new URL(location, next.url)
      if (url.pathname === '/auth/openid/callback') return `${url.pathname}${url.search}`
      next = { url: url.href, body: undefined }
      continue
    }
    const action = /action="([^"]+)"/.exec(html)?.[1]
    const prompt = /name="prompt" value="(\w+)"/.exec(html)?.[1]
    if (!action || !prompt)
      throw new Error(`the provider returned an unexpected page: ${response.status} ${html.slice(0, 300)}`)
    const fields: Record<string, string> = prompt === 'login' ? { prompt, login: account, password: 'any' } : { prompt }
    next = { url: new URL(action, next.url).href, body: new URLSearchParams(fields) }
  }
  throw new Error('the provider never sent the browser back')
}
