// Tools of MCP servers: listed, offered and called, with every form of response.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type McpKind, type McpPeer, startMcpPeer, textResult, textTool } from '../../support/mcp-peer.ts'
import { type TestServer, startTestServer } from '../../support/server.ts'
import { opened_hosts } from '../../support/tool-peer.ts'
import { beginWith, call, callThenTell, offeredBy } from './fixture.ts'
import { eventually } from '../../support/eventually.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ ...opened_hosts, PARLEY_DRAIN_SECONDS: '1' })
})
afterAll(() => server[Symbol.asyncDispose]())

describe.each<McpKind>(['modern', 'sessions', 'json'])('a server that speaks %s', (kind) => {
  let peer: McpPeer
  beforeEach(async () => {
    const started = await startMcpPeer(kind)
    peer = started
    return () => started[Symbol.asyncDispose]()
  })

  test('its tools are offered and called, with the id of the call', async () => {
    const { send, conversation_id } = await beginWith(server, [{ name: 'shop', url: peer.url }])
    callThenTell(server, { tool_calls: [call('shop_order')] })
    const { reply, tool_calls } = await send()
    expect(reply).toBe('Told: Done: tea')
    expect(tool_calls).toMatchObject([{ name: 'shop_order', output: 'Done: tea', is_error: false }])
    const { call_id } = tool_calls[0]!
    expect(peer.calls).toMatchObject([
      { name: 'order', arguments: { what: 'tea' }, meta: { 'parley/call_id': call_id } },
    ])
    const called = peer.requests.find(({ rpc }) => rpc === 'tools/call')!
    expect(called.headers['idempotency-key']).toBe(call_id)
    expect(peer.requests.filter(({ method }) => method === 'GET')).toEqual([])
    const { data } = await server.client.listConversationTurns({ conversation_id })
    expect(data).toMatchObject([{ status: 'completed', steps: 2 }])
  })

  test('an error of the tool is an error that the model sees', async () => {
    const { send } = await beginWith(server, [{ name: 'shop', url: peer.url }])
    peer.answer = () => ({ ...textResult('sold out'), isError: true })
    callThenTell(server, { tool_calls: [call('shop_order')] })
    expect((await send()).tool_calls).toMatchObject([{ output: 'sold out', is_error: true }])
  })

  test('killed in mid-call: an error, and the turn is answered', async () => {
    const { send } = await beginWith(server, [{ name: 'shop', url: peer.url }])
    peer.answer = () => new Promise(() => {})
    callThenTell(server, { tool_calls: [call('shop_order')] })
    const sent = send()
    await eventually(() => expect(peer.calls).toHaveLength(1))
    await peer.kill()
    const { reply, tool_calls } = await sent
    expect(tool_calls).toMatchObject([{ is_error: true, output: expect.stringMatching(/was lost|UND_ERR_SOCKET/) }])
    expect(reply).toMatch(/^Told: Error/)
  })

  test('restarted between turns', async () => {
    const { send } = await beginWith(server, [{ name: 'shop', url: peer.url }])
    callThenTell(server, { tool_calls: [call('shop_order')] })
    await send()
    await peer.kill()
    await peer.start()
    callThenTell(server, { tool_calls: [call('shop_order')] })
    expect((await send()).tool_calls).toMatchObject([{ output: 'Done: tea' }])
  })

  test('a session that the server forgets between the steps of a turn is reopened, once for all calls', async () => {
    const { send } = await beginWith(server, [{ name: 'shop', url: peer.url }])
    const calls = { tool_calls: [call('shop_order'), call('shop_order', { what: 'coffee' })] }
    let asked = 0
    server.model.answer = () => {
      asked += 1
      peer.forget()
      return asked <= 2 ? calls : 'Done.'
    }
    const outputs = ['Done: tea', 'Done: coffee', 'Done: tea', 'Done: coffee'].map((output) => ({ output }))
    expect((await send()).tool_calls).toMatchObject(outputs)
    expect(peer.calls).toHaveLength(4)
    // The listing, the first step, and the second one.
    const handshakes = peer.requests.filter(({ rpc }) => rpc === 'initialize')
    expect(handshakes).toHaveLength(kind === 'modern' ? 0 : 3)
  })

  test('the tools are listed once for many turns, until the server reports a change', async () => {
    const { send } = await beginWith(server, [{ name: 'shop', url: peer.url }])
    const listings = () => peer.requests.filter(({ rpc }) => rpc === 'tools/list').length
    server.model.answer = () => 'Hello.'
    await send()
    await send()
    expect(listings()).toBe(1)
    expect(offeredBy(server)).toEqual(['shop_order'])
    if (kind === 'json') return
    peer.answer = async ({ announceChange }) => {
      peer.tools = [textTool('order'), textTool('cancel')]
      await announceChange()
      return textResult('Done.')
    }
    callThenTell(server, { tool_calls: [call('shop_order')] })
    await send()
    callThenTell(server)
    await send()
    expect(offeredBy(server)).toEqual(['shop_order', 'shop_cancel'])
    expect(listings()).toBe(2)
  })
})

describe('T8: a call answered with an HTTP error', () => {
  let peer: McpPeer
  beforeEach(async () => {
    const started = await startMcpPeer('json')
    peer = started
    return () => started[Symbol.asyncDispose]()
  })

  type Refusal = { status: number; id?: 'own' | string | null; message: string }

  /** The result of a call whose first try gets this answer. */
  async function callOnce({ status, id = 'own', message }: Refusal) {
    const { send } = await beginWith(server, [{ name: 'shop', url: peer.url }])
    let tries = 0
    peer.intercept = ({ rpc, id: own }, response) => {
      if (rpc !== 'tools/call' || ++tries > 1) return false
      const body = { jsonrpc: '2.0', id: id === 'own' ? own : id, error: { code: -32_000, message } }
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      return true
    }
    callThenTell(server, { tool_calls: [call('shop_order')] })
    const { tool_calls } = await send()
    return { tries, ...tool_calls[0]! }
  }

  test.each<Refusal>([
    { status: 400, message: 'failed after doing it' },
    { status: 404, message: 'failed after doing it' },
    { status: 400, message: 'failed after doing it in this session' },
    { status: 400, id: null, message: 'failed after doing it' },
    { status: 500, id: null, message: 'failed after doing it' },
  ])('is not repeated, and the model sees why: %j', async (refusal) => {
    const { message } = refusal
    expect(await callOnce(refusal)).toMatchObject({
      ...{ tries: 1, is_error: true, output: `The server refused: ${message}` },
    })
  })

  test.each<Refusal>([
    { status: 404, id: null, message: 'Session not found' },
    { status: 404, id: 'server-error', message: 'Not Found' },
    { status: 400, id: null, message: 'Bad Request: No valid session ID provided' },
    { status: 400, id: 'server-error', message: 'Bad Request: Missing session ID' },
  ])('is repeated in a new session if the server has forgotten the session: %j', async (refusal) => {
    expect(await callOnce(refusal)).toMatchObject({ tries: 2, is_error: false, output: 'Done: tea' })
  })
})
