// Requests with a session's cookie that the user of the browser did not intend to make.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../../support/browser.ts'
import { type TestServer, startTestServer } from '../../support/server.ts'

let server: TestServer
let cookie: string
beforeAll(async () => {
  server = await startTestServer()
  const browser = openBrowser(server.url)
  await browser.client.signIn({ api_key: server.admin_key })
  cookie = [...browser.cookies].map((pair) => pair.join('=')).join()
})
afterAll(() => server[Symbol.asyncDispose]())

interface Case {
  headers: Record<string, string>
  status: number
}

const host = () => new URL(server.url).host
const own = { 'x-parley-csrf': '1' }

function send(method: string, path: string, headers: Record<string, string>, body?: object) {
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace('HOST', host())]))
  return fetch(`${server.url}${path}`, {
    method,
    headers: { cookie, ...sent, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
}

const cases: Case[] = [
  { headers: { ...own, 'sec-fetch-site': 'same-origin' }, status: 200 },
  { headers: { ...own, 'sec-fetch-site': 'same-origin', origin: 'https://behind.a.proxy' }, status: 200 },
  { headers: { ...own, origin: 'http://HOST' }, status: 200 },
  { headers: own, status: 200 }, // not a browser
  { headers: {}, status: 403 },
  { headers: { 'sec-fetch-site': 'same-origin', origin: 'http://HOST' }, status: 403 },
  { headers: { 'x-parley-csrf': '', 'sec-fetch-site': 'same-origin' }, status: 403 },
  { headers: { ...own, 'sec-fetch-site': 'cross-site', origin: 'http://HOST' }, status: 403 },
  { headers: { ...own, 'sec-fetch-site': 'same-site' }, status: 403 },
  { headers: { ...own, 'sec-fetch-site': 'none' }, status: 403 },
  { headers: { ...own, origin: 'http://evil.example' }, status: 403 },
  { headers: { ...own, origin: 'null' }, status: 403 },
  { headers: { ...own, origin: 'http://HOST.evil.example' }, status: 403 },
]

describe.each(cases)('$headers', ({ headers, status }) => {
  test(`changing something: ${status}`, async () => {
    const response = await send('POST', '/core/agents', headers, { name: 'A' })
    expect(response.status).toBe(status)
    if (status === 403) expect(await response.json()).toMatchObject({ code: 'cross_site_refused' })
    const put = await send('PUT', '/admin/organization', headers, { name: 'My organization' })
    expect(put.status).toBe(status)
  })

  test('reading: 200', async () => {
    expect((await send('GET', '/core/agents', headers)).status).toBe(200)
  })

  test(`signing someone in or out without their knowledge: ${status}`, async () => {
    // Without the cookie of the other tests, because its session would end.
    const response = await send('POST', '/auth/sign-in', { ...headers, cookie: 'a=b' }, { api_key: server.admin_key })
    expect(response.status).toBe(status)
    expect(response.headers.has('set-cookie')).toBe(status === 200)
    if (status === 403) expect((await send('POST', '/auth/sign-out', headers)).status).toBe(403)
  })
})

test('a credential in a header needs none of that, because no browser adds it by itself', async () => {
  const headers = { authorization: `Bearer ${server.admin_key}`, origin: 'http://evil.example' }
  expect((await send('POST', '/core/agents', headers, { name: 'A' })).status).toBe(200)
})

test('a preflight request of another origin for the header is not answered', async () => {
  const response = await fetch(`${server.url}/core/agents`, {
    method: 'OPTIONS',
    headers: { origin: 'http://evil.example', 'access-control-request-method': 'POST' },
  })
  expect(response.headers.get('access-control-allow-origin')).toBeNull()
  expect(response.headers.get('access-control-allow-headers')).toBeNull()
})

test('behind a proxy the public address counts', async () => {
  const node = await server.startAnother({ PARLEY_PUBLIC_URL: 'https://parley.example.test' })
  await using _ = node
  const statusOf = async (origin: string) => {
    const headers = { ...own, origin, 'content-type': 'application/json' }
    const body = JSON.stringify({ api_key: server.admin_key })
    return (await fetch(`${node.url}/auth/sign-in`, { method: 'POST', headers, body })).status
  }
  expect(await statusOf('https://parley.example.test')).toBe(200)
  expect(await statusOf('http://parley.example.test')).toBe(403)
  expect(await statusOf(node.url)).toBe(403)
})
