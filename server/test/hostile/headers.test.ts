// What every answer tells a browser: its media type, who can frame it, what it can load, who can cache it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../support/server.ts'
import { openRawClient } from './raw-client.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const ask = (path: string, init: RequestInit = {}) => fetch(server.url + path, { redirect: 'manual', ...init })
const asAdmin = () => ({ headers: { authorization: `Bearer ${server.admin_key}` } })

describe('every answer', () => {
  test.each<[string, number, RequestInit | (() => RequestInit)]>([
    ['/healthz', 200, {}],
    ['/core/agents', 200, asAdmin],
    ['/core/agents', 401, {}],
    ['/nowhere', 404, {}],
    ['/auth/session', 200, {}],
    [
      '/auth/sign-in',
      400,
      { method: 'POST', body: '{', headers: { 'content-type': 'application/json', 'x-parley-csrf': '1' } },
    ],
    ['/openapi.json', 200, {}],
    ['/docs', 301, {}],
    ['/docs/', 200, {}],
    ['/docs/quickstart', 200, {}],
    ['/docs/api', 301, {}],
    ['/docs/api/', 200, {}],
    ['/docs/api/js/scalar.js', 200, {}],
    ['/sign-in', 200, {}],
    ['/theme.js', 200, {}],
  ])('%s (%i) has its declared type, and cannot be framed', async (path, status, init) => {
    const { headers, status: answered } = await ask(path, typeof init === 'function' ? init() : init)
    expect(answered).toBe(status)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('content-security-policy')).toMatch(/default-src '(none|self)'.*frame-ancestors 'none'/)
    expect(headers.get('content-security-policy')).not.toMatch(
      /script-src[^;]*unsafe|default-src[^;]*unsafe|\*|https?:/,
    )
  })

  test('with data is not cached', async () => {
    for (const [path, init] of [
      ['/core/agents', asAdmin()],
      ['/core/agents', {}],
      ['/auth/session', {}],
    ] as const) {
      expect((await ask(path, init)).headers.get('cache-control')).toBe('no-store')
    }
  })

  test('to an invalid request is not a page either', async () => {
    const client = await openRawClient(server.url, 'hello\r\n\r\n')
    await client.closed
    for (const line of [
      'x-content-type-options: nosniff',
      'referrer-policy: no-referrer',
      'cache-control: no-store',
      "content-security-policy: default-src 'none'; frame-ancestors 'none'",
    ]) {
      expect(client.text).toContain(`\r\n${line}\r\n`)
    }
  })
})

describe('the documentation', () => {
  test.each(['/docs/', '/docs/quickstart', '/docs/api/'])('%s is a page like the console’s', async (path) => {
    const { headers } = await ask(path)
    expect(Object.fromEntries(headers)).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    })
  })

  test.each(['/docs/', '/docs/quickstart', '/docs/api/', '/docs/api/js/scalar.js', '/openapi.json'])(
    '%s is sent once to each client that caches it',
    async (path) => {
      const plain = await ask(path, { headers: { 'accept-encoding': 'identity' } })
      const zipped = await ask(path, { headers: { 'accept-encoding': 'gzip' } })
      expect([plain.headers.get('content-encoding'), zipped.headers.get('content-encoding')]).toEqual([null, 'gzip'])
      expect(await zipped.text()).toBe(await plain.text())
      const etag = plain.headers.get('etag')!
      const again = await ask(path, { headers: { 'if-none-match': etag } })
      expect([again.status, await again.text()]).toEqual([304, ''])
      const head = await ask(path, { method: 'HEAD', headers: { 'accept-encoding': 'identity' } })
      expect([head.status, head.headers.get('content-length')]).toEqual([200, plain.headers.get('content-length')])
    },
  )
})

describe('over HTTPS', () => {
  test('a browser is told to keep using HTTPS if the settings say so, by every kind of answer', async () => {
    expect((await ask('/healthz')).headers.get('strict-transport-security')).toBeNull()
    const node = await server.startAnother({ PARLEY_PUBLIC_URL: 'https://parley.example' })
    await using _ = node
    for (const path of ['/healthz', '/nowhere', '/docs/', '/sign-in', '/openapi.json', '/public/embed/nothing']) {
      const { headers } = await fetch(node.url + path)
      expect([path, headers.get('strict-transport-security')]).toEqual([path, 'max-age=31536000'])
    }
    const over = new AbortController()
    const stream = await fetch(`${node.url}/admin/events`, {
      headers: { ...asAdmin().headers, accept: 'text/event-stream' },
      signal: over.signal,
    })
    expect([
      stream.status,
      stream.headers.get('content-type'),
      stream.headers.get('strict-transport-security'),
    ]).toEqual([200, expect.stringContaining('text/event-stream'), 'max-age=31536000'])
    over.abort()
    const client = await openRawClient(node.url, 'hello\r\n\r\n')
    await client.closed
    expect(client.text).toContain('strict-transport-security: max-age=31536000')
  })
})
