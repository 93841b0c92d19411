// Answers that are not the usual ones: heads of streams, streams that their readers leave, and bodies that are sent only when they are asked for.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRawClient } from '../hostile/raw-client.ts'
import { testPorts } from '../support/ports.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

let server: TestServer
let events: string
/** As the server does twice a second. */
let look: () => void
let memory_used = 0

beforeAll(async () => {
  const openGauges = (own: () => void) => {
    look = own
    return { ...testPorts.openGauges(own), memory: () => ({ used: memory_used, limit: 1000 }) }
  }
  server = await startTestServer({ PARLEY_METRICS_PORT: '0' }, { ports: { openGauges } })
  const { agent_id } = await publishAgent(server.client)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  events = `/core/conversations/${conversation.id}/events`
})
afterAll(() => server?.[Symbol.asyncDispose]())

async function valueOf(name: string): Promise<number> {
  const text = await (await fetch(server.app.metrics_url!)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.slice(name.length) ?? 0)
}

const authorized = () => ({ authorization: `Bearer ${server.admin_key}` })
const rawHead = (method: string, path: string, ...headers: string[]) =>
  [`${method} ${path} HTTP/1.1`, 'host: x', `authorization: Bearer ${server.admin_key}`, ...headers, '', ''].join(
    '\r\n',
  )
const linesOf = (path: string) =>
  server.log
    .map((line) => JSON.parse(line) as { msg: string; route?: string; method?: string })
    .filter(({ msg, route }) => msg === 'request' && route === path)

describe('a HEAD request', () => {
  test.each<[string, () => string, RegExp]>([
    ['of an event stream', () => events, /content-type: text\/event-stream/i],
    ['of an export', () => '/core/conversations/export', /content-type: \S+/i],
  ])('%s gets its head alone, and the connection goes on', async (_what, path, type) => {
    const client = await openRawClient(server.url, rawHead('HEAD', path()) + rawHead('GET', '/healthz'))
    const text = await client.sees(/"ok"/)
    client.socket.destroy()
    expect(text).toMatch(/^HTTP\/1.1 200 [^]*HTTP\/1.1 200 /)
    expect(text).toMatch(type)
    expect(await valueOf('parley_streams')).toBe(0)
  })
})

describe('a stream', () => {
  const name = 'parley_requests_total{operation="streamConversationEvents",status="200"}'
  const route = '/core/conversations/:conversation_id/events'

  test('that its reader leaves is counted and logged once', async () => {
    const before = await valueOf(name)
    server.log.length = 0
    const gone = new AbortController()
    const answer = await fetch(server.url + events, { headers: authorized(), signal: gone.signal })
    await answer.body!.getReader().read()
    gone.abort()
    await expect.poll(() => valueOf(name)).toBe(before + 1)
    expect(linesOf(route)).toHaveLength(1)
  })

  test('that ends is counted and logged once', async () => {
    const before = await valueOf(name)
    server.log.length = 0
    const answer = await fetch(server.url + events, { headers: authorized() })
    const conversation_id = events.split('/')[3]!
    await server.client.endConversation({ conversation_id })
    await answer.text()
    await expect.poll(() => valueOf(name)).toBe(before + 1)
    // What comes after its end would be here by the next answer.
    await fetch(`${server.url}/healthz`)
    expect([await valueOf(name), linesOf(route).length]).toEqual([before + 1, 1])
  })
})

describe('Expect: 100-continue', () => {
  const body = '{"name":"Asked for"}'
  const asking = () =>
    rawHead(
      'POST',
      '/core/agents',
      'content-type: application/json',
      'expect: 100-continue',
      `content-length: ${body.length}`,
    )

  test('the body is asked for when the call is admitted', async () => {
    const client = await openRawClient(server.url, asking())
    await client.sees(/^HTTP\/1.1 100 Continue\r\n\r\n$/)
    client.socket.write(body)
    expect(await client.sees(/Asked for/)).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /)
    client.socket.destroy()
  })

  test('and not for a call that is refused: without a credential, or because the server has too much to do', async () => {
    const stranger = await openRawClient(server.url, asking().replace(/authorization: .*\r\n/, ''))
    expect(await stranger.sees(/unauthorized/)).toMatch(/^HTTP\/1.1 401 /)
    memory_used = 990
    look()
    const refused = await openRawClient(server.url, asking())
    expect(await refused.sees(/overloaded/)).toMatch(/^HTTP\/1.1 503 /)
    memory_used = 0
    look()
    look()
  })

  test('anything else that is expected is refused like all that is not understood', async () => {
    const odd = await openRawClient(server.url, rawHead('GET', '/healthz', 'expect: miracles'))
    await odd.closed
    expect(odd.text).toMatch(/^HTTP\/1.1 417 /)
    for (const line of ['x-content-type-options: nosniff', 'referrer-policy: no-referrer', 'cache-control: no-store'])
      expect(odd.text).toContain(`\r\n${line}\r\n`)
    const answer = JSON.parse(odd.text.slice(odd.text.indexOf('{'), odd.text.lastIndexOf('}') + 1)) as object
    expect(answer).toMatchObject({ code: 'malformed_request', request_id: expect.any(String) })
  })
})
