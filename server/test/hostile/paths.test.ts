// Paths that lead elsewhere, headers that are too large, bytes that are hardly HTTP: each is refused, and nothing leaves its folder.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../support/server.ts'
import { huge_headers, malformed, traversals } from './crafted.ts'
import { openRawClient } from './raw-client.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

/** All that the server answers before it closes. `isCut`: the client closes its side, because the request may never be one. */
async function exchange(bytes: string, isCut = false): Promise<string> {
  const client = await openRawClient(server.url, bytes)
  if (isCut) client.socket.end()
  await client.closed
  return client.text
}

/** 0: without an answer. */
const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)

test('a path never leads to a file that is not served', async () => {
  const secrets = ['parley-workspace', 'root:', server.admin_key, 'requireNode']
  const found: string[] = []
  const statuses = new Map<number, number>()
  for (const path of traversals) {
    const text = await exchange(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    const status = statusOf(text)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    if (status === 0 || status >= 500 || secrets.some((secret) => text.includes(secret))) {
      found.push(`${path}: ${text.slice(0, 200)}`)
    }
  }
  expect(found).toEqual([])
  // The credential comes first where one is needed; pages that a browser may open are pages of the console.
  expect([...statuses.keys()].filter((status) => ![200, 301, 400, 401, 404].includes(status))).toEqual([])
  expect(statuses.get(404)).toBeGreaterThan(200)
})

test.each([...malformed, ...huge_headers].map((bytes) => [JSON.stringify(bytes).slice(0, 90), bytes]))(
  '%s is answered with what is wrong, or with nothing',
  async (_name, bytes) => {
    const text = await exchange(bytes, true)
    expect(statusOf(text)).toBeLessThan(500)
    // One request never becomes two.
    expect(text.match(/HTTP\/1\.1 /g)?.length ?? 0).toBeLessThanOrEqual(1)
  },
)

test('afterwards the server answers, and its log has no fault', async () => {
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  expect(server.log.filter((line) => line.includes('"level":"error"'))).toEqual([])
})
