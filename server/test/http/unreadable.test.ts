// Malformed requests get error bodies of the API, and never stop the server.
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

/** Sends raw bytes and reads until the server closes the connection. */
async function exchange(text: string | Buffer): Promise<{ status: number; headers: string; body: string }> {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
  socket.on('error', () => {})
  socket.write(text)
  await once(socket, 'close')
  const [headers = '', body = ''] = answer.split('\r\n\r\n')
  return { status: Number(headers.split(' ')[1]), headers, body }
}

const request = (head: string, body: string | Buffer = '') =>
  Buffer.concat([
    Buffer.from(`${head}\r\nhost: x\r\nauthorization: Bearer ${server.admin_key}\r\nconnection: close\r\n`),
    Buffer.from('content-type: application/json\r\n'),
    Buffer.from(`content-length: ${Buffer.byteLength(body)}\r\n\r\n`),
    Buffer.from(body),
  ])

test.each<[string, number, string | (() => Buffer)]>([
  ['not HTTP at all', 400, 'hello\r\n\r\n'],
  ['a header without a colon', 400, 'GET / HTTP/1.1\r\nbroken\r\n\r\n'],
  ['headers without end', 431, `GET /healthz HTTP/1.1\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`],
  ['an unknown path', 404, () => request('GET /nowhere HTTP/1.1')],
  ['a path that cannot be decoded', 404, () => request('GET /core/conversations/%E0%A4%A HTTP/1.1')],
  ['an unknown method', 404, () => request('PATCH /core/agents HTTP/1.1')],
  ['invalid JSON', 400, () => request('POST /core/agents HTTP/1.1', '{"name":')],
  ['bytes that are not UTF-8', 400, () => request('POST /core/agents HTTP/1.1', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))],
  ['no body', 422, () => request('POST /core/agents HTTP/1.1')],
  ['a body that is not an object', 422, () => request('POST /core/agents HTTP/1.1', '[]')],
  [
    'a body over the limit',
    413,
    () => request('POST /core/agents HTTP/1.1', JSON.stringify({ name: 'x'.repeat(1_100_000) })),
  ],
])('%s: %i', async (_name, status, text) => {
  const answer = await exchange(typeof text === 'string' ? text : text())
  expect(answer.status).toBe(status)
  expect(JSON.parse(answer.body)).toMatchObject({
    detail: expect.any(String),
    code: expect.any(String),
    request_id: expect.any(String),
  })
  expect(answer.headers.toLowerCase()).toContain('x-request-id: ')
})

test('a key named __proto__ is stored like any other, and has no effect', async () => {
  const answer = await exchange(
    request('POST /core/agents HTTP/1.1', '{"name":"a","metadata":{"__proto__":{"polluted":1}}}'),
  )
  expect(answer.status).toBe(200)
  expect(answer.body).toContain('"metadata":{"__proto__":{"polluted":1}}')
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('unknown fields are ignored', async () => {
  const answer = await exchange(
    request('POST /core/agents?agent_id=x HTTP/1.1', '{"name":"a","id":"mine","colour":"red"}'),
  )
  expect(answer.status).toBe(200)
  expect(answer.body).not.toContain('red')
})

test('the server still serves', async () => {
  expect(await server.client.getReadiness()).toEqual({ status: 'ready' })
})
