import { once } from 'node:events'
import { type IncomingHttpHeaders, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiError, createClient } from './index.ts'

interface Seen {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

let seen: Seen
let answer = { status: 200, body: '{}', headers: {} as Record<string, string> }

const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  seen = { method: request.method!, url: request.url!, headers: request.headers, body }
  response.writeHead(answer.status, answer.headers).end(answer.body)
})

beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'))
afterAll(() => void server.close())

const client = (options: object = {}) =>
  createClient({ base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, ...options })

describe('a call', () => {
  test('sends each field where the contract puts it', async () => {
    await client({ token: 'pat_a.b', organization_id: 'org' }).updateAgentVersion({
      agent_id: 'a/b ?',
      version: '2',
      if_match: '7',
      config: { instructions: 'Hi' },
    })
    expect(seen).toMatchObject({ method: 'PUT', url: '/core/agents/a%2Fb%20%3F/versions/2' })
    expect(seen.headers).toMatchObject({ authorization: 'Bearer pat_a.b', 'x-parley-org': 'org', 'if-match': '7' })
    expect(JSON.parse(seen.body)).toEqual({ config: { instructions: 'Hi' } })
  })

  test('sends the CSRF header when a session can be its credential', async () => {
    await client().createAgent({ name: 'A' })
    expect(seen.headers).toMatchObject({ 'x-parley-csrf': '1' })
    await client({ token: 'ak_a.b' }).createAgent({ name: 'A' })
    expect(seen.headers).not.toHaveProperty('x-parley-csrf')
    await client({ token: 'ak_a.b' }).signOut()
    expect(seen.headers).toMatchObject({ 'x-parley-csrf': '1' })
  })

  test('sends filters as a query, omitting undefined ones', async () => {
    await client().listConversations({ user_id: 'a&b', status: undefined, limit: 5 })
    expect(seen.url).toBe('/core/conversations?user_id=a%26b&limit=5')
    expect(seen.body).toBe('')
  })

  test('sends the one field that is the whole body', async () => {
    await client().createSources({ items: [{ name: 'a.txt', type: 'FILE' }] })
    expect(JSON.parse(seen.body)).toEqual([{ name: 'a.txt', type: 'FILE' }])
    expect(seen.headers['content-type']).toBe('application/json')
  })

  test('sends a file as it is, or in a form with its metadata', async () => {
    await client().uploadSource({ source_id: 's', token: 'a b', file: new Blob(['bytes'], { type: 'text/csv' }) })
    expect(seen).toMatchObject({ method: 'PUT', url: '/knowledge-base/uploads/s?token=a+b', body: 'bytes' })
    expect(seen.headers['content-type']).toBe('text/csv')
    const metadata = { description: 'D' }
    await client().createSources({ file: new File(['bytes'], 'a.txt'), metadata, idempotency_key: 'k' })
    expect(seen.headers).toMatchObject({ 'idempotency-key': 'k' })
    expect(seen.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(seen.body).toMatch(
      /name="metadata"\r\n\r\n\{"description":"D"\}\r\n[^]*name="file"; filename="a.txt"[^]*\r\n\r\nbytes\r\n/,
    )
  })

  test('returns a file as the response', async () => {
    answer = { status: 200, body: 'not JSON', headers: { 'content-disposition': 'attachment' } }
    const response = await client().getSourceFile({ source_id: 's' })
    expect([await response.text(), response.headers.get('content-disposition')]).toEqual(['not JSON', 'attachment'])
    answer = { status: 200, body: '{}', headers: {} }
  })

  test('sends no body if none is needed', async () => {
    await client().endConversation({ conversation_id: 'x' })
    expect([seen.body, seen.headers['content-type']]).toEqual(['', undefined])
    await client().endConversation({ conversation_id: 'x', reason: 'done', prefer: 'wait=0' })
    expect([seen.body, seen.headers['prefer']]).toEqual(['{"reason":"done"}', 'wait=0'])
  })
})

describe('a response that is not 2xx', () => {
  test('becomes an ApiError with all its fields', async () => {
    answer = {
      status: 429,
      headers: { 'retry-after': '3' },
      body: JSON.stringify({ detail: 'Slow down', code: 'rate_limited', request_id: 'r', errors: [], turn_id: 't' }),
    }
    await expect(client({ retries: 0 }).listAgents()).rejects.toMatchObject({
      message: 'Slow down',
      status: 429,
      code: 'rate_limited',
      request_id: 'r',
      turn_id: 't',
      retry_after: 3,
    })
  })

  test('becomes an ApiError even if it does not come from Parley', async () => {
    answer = { status: 502, headers: {}, body: '<html>Bad gateway</html>' }
    const error = await client()
      .listAgents()
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 502, code: null, message: 'HTTP 502', body: '<html>Bad gateway</html>' })
  })
})
