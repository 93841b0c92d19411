// Which pages of other sites may call what from a browser: exact origins, operations that take tokens for browsers, never a cookie.
import { type Operation, operations } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/settings.ts'
import { makeUser } from '../support/actors.ts'
import { openBrowser } from '../support/browser.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

const site = 'https://shop.example.com'
const strangers = [
  'https://evil.example.com',
  'http://shop.example.com',
  'https://shop.example.com:8443',
  'https://shop.example.com.evil.test',
  'https://SHOP.example.com',
  `${site}/`,
  'null',
  '*',
]

let server: TestServer
let conversation_id: string
let token: string
beforeAll(async () => {
  server = await startTestServer({ PARLEY_CORS_ORIGINS: `${site},https://other.example.com` })
  const { agent_id } = await publishAgent(server.client)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  conversation_id = conversation.id
  token = (await server.client.createConversationToken({ conversation_id, permissions: ['read', 'message'] })).token
})
afterAll(() => server[Symbol.asyncDispose]())

const isForPages = ({ from_sites, conversation_permission }: Operation) =>
  from_sites === true || conversation_permission !== undefined
const all = Object.values<Operation>(operations)
const address = (path: string) => server.url + path.replaceAll(/\{(\w+)\}/g, () => crypto.randomUUID())
const allowed = ({ headers }: Response) => headers.get('access-control-allow-origin')
const ask = (path: string, method: string, origin = site) =>
  fetch(address(path), {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,idempotency-key',
    },
  })
const read = (headers: Record<string, string>) =>
  fetch(`${server.url}/core/conversations/${conversation_id}`, { headers: { origin: site, ...headers } })
const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` })

describe('what a browser asks before it sends a request', () => {
  test('is answered for every operation that takes a token for browsers, and for no other', async () => {
    const paths = [...Map.groupBy(all, ({ path }) => path)]
    expect(paths.filter(([, on]) => on.some(isForPages)).length).toBeGreaterThan(10)
    for (const [path, on] of paths) {
      const methods = on.filter(isForPages).map(({ method }) => method)
      const answer = await ask(path, on[0]!.method)
      expect([path, answer.status, allowed(answer)]).toEqual(methods.length > 0 ? [path, 204, site] : [path, 404, null])
      if (methods.length > 0) expect(answer.headers.get('access-control-allow-methods')).toBe(methods.join(', '))
    }
  })

  test('allows the headers that clients send, for ten minutes, and no cookies', async () => {
    const { headers } = await ask('/core/conversations/{conversation_id}/messages', 'POST')
    const names = headers.get('access-control-allow-headers')!.split(', ')
    for (const name of ['authorization', 'content-type', 'idempotency-key', 'last-event-id', 'parley-concurrency'])
      expect(names).toContain(name)
    expect(names).not.toContain('x-parley-csrf')
    expect(headers.get('access-control-max-age')).toBe('600')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
    expect(headers.get('vary')).toBe('Origin')
  })

  test.each(strangers)('is not answered for %s', async (origin) => {
    const answer = await ask('/core/conversations/{conversation_id}', 'GET', origin)
    expect([answer.status, allowed(answer)]).toEqual([404, null])
  })
})

describe('an answer', () => {
  test('can be read by pages of a listed origin, without cookies', async () => {
    const answer = await read(bearer(token))
    expect([answer.status, allowed(answer), answer.headers.get('vary')]).toEqual([200, site, 'Origin'])
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    expect(answer.headers.get('access-control-expose-headers')).toContain('retry-after')
  })

  test('as a stream too', async () => {
    const over = new AbortController()
    const answer = await fetch(`${server.url}/core/conversations/${conversation_id}/events`, {
      headers: { origin: site, ...bearer(token) },
      signal: over.signal,
    })
    expect([answer.status, allowed(answer)]).toEqual([200, site])
    over.abort()
  })

  test.each(strangers)('cannot be read by %s', async (origin) => {
    const answer = await read({ ...bearer(token), origin })
    expect([answer.status, allowed(answer)]).toEqual([200, null])
  })

  test('that refuses can be read as well: without a credential, with a wrong body, during a stop', async () => {
    const messages = `${server.url}/core/conversations/${conversation_id}/messages`
    const post = { method: 'POST', headers: { origin: site, ...bearer(token), 'content-type': 'application/json' } }
    const answers = [await read({}), await fetch(messages, { ...post, body: '{' })]
    const { node } = server.app.core
    node.isDraining = true
    answers.push(await read(bearer(token)))
    // Otherwise the browser would not even send the call that is refused.
    const asked = await ask('/core/conversations/{conversation_id}/messages', 'POST')
    node.isDraining = false
    expect([asked.status, allowed(asked)]).toEqual([204, site])
    expect(answers.map((answer) => [answer.status, allowed(answer)])).toEqual([
      [401, site],
      [400, site],
      [503, site],
    ])
  })
})

describe('credentials that do not belong into a page', () => {
  test('keys, personal access tokens and sessions are refused from a listed origin, by any operation', async () => {
    const { pat_key } = await server.client.createOrganizationKey({ name: 'A page' })
    const user = await makeUser(server, server.organization_id)
    const browser = openBrowser(server.url)
    await browser.client.signIn({ api_key: pat_key })
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ')
    const credentials: Record<string, string>[] = [
      bearer(pat_key),
      { ...bearer(user.token), 'x-parley-org': server.organization_id },
      { cookie },
    ]
    for (const credential of credentials) {
      for (const path of [`/core/conversations/${conversation_id}`, '/core/agents', '/admin/organization']) {
        const answer = await fetch(server.url + path, { headers: { origin: site, ...credential } })
        expect([path, answer.status, await answer.json()]).toMatchObject([path, 403, { code: 'browser_key_refused' }])
      }
    }
  })
})

describe('without the setting', () => {
  test('no page of another site can call', async () => {
    await using node = await server.startAnother({ PARLEY_CORS_ORIGINS: '' })
    const url = `${node.url}/core/conversations/${conversation_id}`
    const asked = await fetch(url, { method: 'OPTIONS', headers: { origin: site } })
    const answer = await fetch(url, { headers: { origin: site, ...bearer(token) } })
    expect([asked.status, allowed(asked), answer.status, allowed(answer)]).toEqual([404, null, 200, null])
  })

  test.each(['*', 'null', 'shop.example.com', `${site}/path`, 'https://*.example.com', 'ftp://shop.example.com'])(
    '%s stops the start: only exact origins are taken',
    (value) => {
      const isExact = () => readConfig({ PARLEY_CORS_ORIGINS: value })
      expect(isExact).toThrow(/PARLEY_CORS_ORIGINS/)
    },
  )

  test('so does a hundred and first', () => {
    const origins = Array.from({ length: 101 }, (_, index) => `https://site-${index}.example.com`)
    expect(readConfig({ PARLEY_CORS_ORIGINS: origins.slice(1).join() }).sites.cors_origins).toHaveLength(100)
    expect(() => readConfig({ PARLEY_CORS_ORIGINS: origins.join() })).toThrow(/at most 100/)
  })
})
