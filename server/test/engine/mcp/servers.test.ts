// MCP servers that are down, slow, hostile or odd: the model lacks their tools, or a call has an error; the turn never fails.
import type { ServerResponse } from 'node:http'
import { sql } from '../../support/sql.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type McpPeer, startMcpPeer, textResult, textTool } from '../../support/mcp-peer.ts'
import { type TestServer, refusal, startTestServer } from '../../support/server.ts'
import { answerJson, opened_hosts } from '../../support/tool-peer.ts'
import { beginWith, call, callThenTell, offeredBy, systemOf } from './fixture.ts'
import { createHastyClock } from '../../support/event-readers.ts'
import { eventually } from '../../support/eventually.ts'

let server: TestServer
let peer: McpPeer
const { clock, runOut } = createHastyClock()
beforeAll(async () => {
  server = await startTestServer({ ...opened_hosts, PARLEY_DRAIN_SECONDS: '1' }, { ports: { clock } })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  const started = await startMcpPeer('sessions')
  peer = started
  server.log.length = 0
  server.model.answer = () => 'Hello.'
  return () => started[Symbol.asyncDispose]()
})

const warnings = () => server.log.filter((line) => line.includes('MCP server'))

describe('a server whose tools cannot be listed', () => {
  const garbage: [string, (response: ServerResponse) => void, RegExp][] = [
    ['refuses', (response) => answerJson(response, { error: 'secret' }, 401), /answered 401/],
    ['fails', (response) => answerJson(response, { error: 'secret' }, 500), /answered 500/],
    [
      'answers without JSON',
      (response) => response.setHeader('content-type', 'application/json').end('{"secret'),
      /MCP prot/,
    ],
    ['answers a page', (response) => response.setHeader('content-type', 'text/html').end('<p>secret</p>'), /MCP prot/],
    ['answers JSON of another kind', (response) => answerJson(response, [1, { a: null }]), /MCP prot/],
    ['hangs up', (response) => response.destroy(), /failed/],
    [
      'answers endlessly',
      (response) => void response.setHeader('content-type', 'application/json').end('['.repeat(5_000_000)),
      /exceeds 4194304 bytes/,
    ],
    [
      'streams nothing',
      (response) => response.setHeader('content-type', 'text/event-stream').end(': secret\n\n'),
      /was lost|MCP prot/,
    ],
    [
      'redirects to a private address',
      (response) => response.writeHead(307, { location: 'http://10.0.0.1/' }).end(),
      /not a public/,
    ],
  ]
  test.each(garbage)('%s: the turn continues; the model is told, and it is logged', async (_what, answer, reason) => {
    peer.intercept = (_request, response) => {
      answer(response)
      return true
    }
    const other = await startMcpPeer('modern')
    await using _other = other
    const headers = { 'X-Key': 'header-secret' }
    const servers = [
      { name: 'shop', url: peer.url, headers },
      { name: 'desk', url: other.url },
    ]
    const { send } = await beginWith(server, servers)
    expect((await send()).reply).toBe('Hello.')
    expect(offeredBy(server)).toEqual(['desk_order'])
    expect(systemOf(server)).toMatch(/The tools of shop are currently unavailable\.$/)
    expect(warnings()).toHaveLength(1)
    expect(warnings()[0]).toMatch(reason)
    expect(server.log.join('')).not.toContain('secret')
  })

  test('lists endless entries that are not tools: reading stops after 4 MiB', async () => {
    const junk = Array.from({ length: 15 }, () => ({ name: '', x: 'x'.repeat(65_000) }))
    peer.intercept = ({ rpc, id }, response) => {
      if (rpc !== 'tools/list') return false
      answerJson(response, { jsonrpc: '2.0', id, result: { tools: junk, nextCursor: String(peer.requests.length) } })
      return true
    }
    const { send } = await beginWith(server, [{ name: 'shop', url: peer.url }])
    await send()
    expect(offeredBy(server)).toEqual([])
    expect(peer.requests.filter(({ rpc }) => rpc === 'tools/list')).toHaveLength(5)
  })

  test('is down: the next turn tries again', async () => {
    await peer.kill()
    const { send } = await beginWith(server, [{ name: 'shop', url: peer.url }])
    await send()
    expect(systemOf(server)).toContain('currently unavailable')
    expect(warnings()[0]).toContain('ECONNREFUSED')
    await peer.start()
    await send()
    expect(offeredBy(server)).toEqual(['shop_order'])
    expect(systemOf(server)).not.toContain('currently unavailable')
  })

  test('is silent: it costs its time limit once, and is not called for a while', async () => {
    peer.intercept = () => {
      runOut(29_100)
      return true
    }
    const { send } = await beginWith(server, [{ name: 'shop', url: peer.url, timeout_ms: 29_100 }])
    await send()
    await send()
    expect(peer.requests).toHaveLength(1)
    expect(warnings()).toHaveLength(2)
    expect(warnings()[0]).toContain('within 29100 ms')
  })

  test('is silent, and the turn is cancelled meanwhile', async () => {
    peer.intercept = () => true
    const { send, conversation_id } = await beginWith(server, [{ name: 'shop', url: peer.url, timeout_ms: 60_000 }])
    const asked = server.model.requests.length
    const sent = refusal(send())
    await eventually(() => expect(peer.requests).toHaveLength(1))
    const { data } = await server.client.listConversationTurns({ conversation_id })
    await server.client.cancelTurn({ conversation_id, turn_id: data[0]!.turn_id })
    expect(await sent).toMatchObject({ code: 'turn_cancelled' })
    expect(server.model.requests).toHaveLength(asked)
  })

  test('is silent longer than the time limit of the turn', async () => {
    peer.intercept = () => true
    const servers = [{ name: 'shop', url: peer.url, timeout_ms: 60_000 }]
    const { send } = await beginWith(server, servers, { max_turn_seconds: 1 })
    expect(await refusal(send())).toMatchObject({ status: 504, code: 'turn_failed' })
  })

  test('is private', async () => {
    const { send } = await beginWith(server, [{ name: 'shop', url: 'http://169.254.169.254/mcp' }])
    await send()
    expect(warnings()[0]).toContain('not a public address')
  })

  test('has headers that cannot be rendered or sent', async () => {
    const servers = [
      {
        name: 'long',
        url: peer.url,
        headers: { 'x-a': '{% for a in range(1000000) %}{{ custom_metadata }}xxxxxxxxxx{% endfor %}' },
      },
      { name: 'broken', url: peer.url, headers: { 'x-a': 'top\nsecret' } },
    ]
    const { send } = await beginWith(server, servers)
    await send()
    expect(systemOf(server)).toContain('The tools of long are currently unavailable')
    expect(systemOf(server)).toContain('The tools of broken are currently unavailable')
    expect(server.log.join('')).not.toContain('secret')
    expect(peer.requests).toEqual([])
  })
})

test('headers are templates; those of the protocol take precedence, and none follows a redirect to another origin', async () => {
  const other = await startMcpPeer('sessions')
  await using _other = other
  peer.intercept = (_request, response) => {
    response.writeHead(307, { location: other.url }).end()
    return true
  }
  const headers = {
    Authorization: 'Bearer {{ custom_metadata.key }}',
    'X-User': '{{ user_id }}',
    'Content-Type': 'text/odd',
  }
  const { send } = await beginWith(server, [{ name: 'shop', url: peer.url, headers }], {}, { key: 'k1' })
  callThenTell(server, { tool_calls: [call('shop_order')] })
  expect((await send()).tool_calls).toMatchObject([{ output: 'Done: tea' }])
  expect(peer.requests[0]!.headers).toMatchObject({ authorization: 'Bearer k1', 'x-user': 'ada' })
  for (const { headers: seen } of other.requests.filter(({ method }) => method === 'POST')) {
    expect(seen['content-type']).toBe('application/json')
    expect([seen['authorization'], seen['x-user']]).toEqual([undefined, undefined])
  }
})

test('a header may be a secret: nothing that comes back contains it', async () => {
  const secret = 'hunter2-hunter2-hunter2'
  await server.client.setSecret({ name: 'SHOP', value: secret })
  const headers = { 'x-key': '{{ secrets.SHOP }}' }
  const { send, conversation_id } = await beginWith(server, [{ name: 'shop', url: peer.url, headers }])
  peer.tools = [textTool('order', { description: `Key ${secret}` })]
  peer.answer = () => textResult(`You sent ${secret}`)
  callThenTell(server, { tool_calls: [call('shop_order')] })
  const { tool_calls } = await send()
  expect(tool_calls).toMatchObject([{ output: 'You sent [secret SHOP]' }])
  peer.answer = () => {
    throw new Error(`No ${secret}`)
  }
  callThenTell(server, { tool_calls: [call('shop_order')] })
  const { tool_calls: refused } = await send()
  expect(refused).toMatchObject([{ is_error: true, output: expect.stringContaining('No [secret SHOP]') }])
  expect(peer.requests.every((request) => request.headers['x-key'] === secret)).toBe(true)
  const conversation = await server.client.getConversation({ conversation_id })
  expect(JSON.stringify([server.model.requests, server.log, conversation])).not.toContain('hunter2')
  await server.client.deleteSecret({ name: 'SHOP' })
})

describe('calls', () => {
  test('one that takes too long is an error', async () => {
    const { send } = await beginWith(server, [{ name: 'shop', url: peer.url, timeout_ms: 29_300 }])
    peer.answer = () => {
      // Only the call's time: the list of tools arrived in time.
      runOut(29_300)
      return new Promise(() => {})
    }
    callThenTell(server, { tool_calls: [call('shop_order')] })
    const { tool_calls } = await send()
    expect(tool_calls).toMatchObject([{ is_error: true, output: expect.stringMatching(/within 29300 ms/) }])
    await eventually(() => expect(peer.givenUp).toBe(1))
  })

  test('arguments are checked against the schema', async () => {
    const { send } = await beginWith(server, [{ name: 'shop', url: peer.url }])
    callThenTell(server, { tool_calls: [call('shop_order', { what: 5 })] })
    const { tool_calls } = await send()
    expect(tool_calls).toMatchObject([{ is_error: true, output: expect.stringMatching(/what must be string/) }])
    expect(peer.calls).toEqual([])
  })

  test('a response of another kind is an error', async () => {
    const { send } = await beginWith(server, [{ name: 'shop', url: peer.url, timeout_ms: 29_500 }])
    peer.intercept = ({ rpc }, response) => {
      if (rpc !== 'tools/call') return false
      answerJson(response, { jsonrpc: '2.0', id: 7, result: { content: 'secret' } })
      response.on('close', () => runOut(29_500))
      return true
    }
    callThenTell(server, { tool_calls: [call('shop_order')] })
    expect((await send()).tool_calls).toMatchObject([{ is_error: true }])
  })

  test('results are bounded and storable', async () => {
    const { send } = await beginWith(server, [{ name: 'shop', url: peer.url }])
    const image = { type: 'image' as const, data: 'A'.repeat(300_000), mimeType: 'image/png' }
    const link = { type: 'resource_link' as const, uri: 'https://example.com/a', name: 'a' }
    peer.answer = () => ({ content: [{ type: 'text', text: 'a\0b\uD800' }, image, link] })
    callThenTell(server, { tool_calls: [call('shop_order')] })
    const { tool_calls } = await send()
    const shown = { type: 'image', omitted_bytes: expect.any(Number) }
    expect(tool_calls).toMatchObject([{ output: { content: [{ type: 'text', text: 'a\uFFFDb\uFFFD' }, shown, link] } }])
  })

  test('a turn that is cancelled in mid-call cancels the call', async () => {
    const { send, conversation_id } = await beginWith(server, [{ name: 'shop', url: peer.url }])
    peer.answer = () => new Promise(() => {})
    callThenTell(server, { tool_calls: [call('shop_order')] })
    const sent = refusal(send())
    await eventually(() => expect(peer.calls).toHaveLength(1))
    const { data } = await server.client.listConversationTurns({ conversation_id })
    await server.client.cancelTurn({ conversation_id, turn_id: data[0]!.turn_id })
    expect(await sent).toMatchObject({ code: 'turn_cancelled' })
    await eventually(() => expect(peer.givenUp).toBe(1))
    // And the session is ended.
    await eventually(() => expect(peer.requests.at(-1)!.method).toBe('DELETE'))
  })
})

describe('T7, T8: if the attempt is lost in mid-call', () => {
  const loseNode = (conversation_id: string) =>
    sql`update turns set lease_expires_at = now() - interval '1 second', node_id = gen_random_uuid()
      where conversation_id = ${conversation_id} and status = 'running'`.execute(server.database)

  async function startCall() {
    const begun = await beginWith(server, [{ name: 'shop', url: peer.url }])
    peer.answer = () => new Promise(() => {})
    callThenTell(server, { tool_calls: [call('shop_order')] })
    const sent = begun.send()
    await eventually(() => expect(peer.calls).toHaveLength(1))
    return { ...begun, sent }
  }

  test.each(['idempotentHint', 'readOnlyHint'])(
    'a tool that says %s is called again with the same id',
    async (hint) => {
      peer.tools = [textTool('order', { annotations: { [hint]: true } })]
      const { conversation_id, sent } = await startCall()
      peer.answer = () => textResult('late')
      await loseNode(conversation_id)
      expect((await sent).tool_calls).toMatchObject([{ output: 'late', is_error: false }])
      const ids = peer.calls.map(({ meta }) => meta['parley/call_id'])
      expect(ids).toEqual([ids[0], ids[0]])
    },
  )

  test('another tool is not: the model is told that the outcome is unknown', async () => {
    const { conversation_id, sent } = await startCall()
    await loseNode(conversation_id)
    expect((await sent).tool_calls).toMatchObject([{ is_error: true, output: expect.stringMatching(/is unknown/) }])
    expect(peer.calls).toHaveLength(1)
  })

  test('and the server is down for the next attempt, the call is an error and the turn is answered', async () => {
    peer.tools = [textTool('order', { annotations: { readOnlyHint: true } })]
    const { conversation_id, sent } = await startCall()
    sent.catch(() => {})
    peer.intercept = (_request, response) => {
      answerJson(response, {}, 503)
      return true
    }
    await server.restart()
    await eventually(async () => {
      const { data } = await server.client.listConversationTurns({ conversation_id })
      expect(data).toMatchObject([{ status: 'completed', attempts: 2 }])
    })
    expect(systemOf(server)).toContain('currently unavailable')
    const { items } = (await server.client.getConversation({ conversation_id })).conversation!
    expect(items.find(({ type }) => type === 'function_call_output')).toMatchObject({ is_error: true })
    expect(peer.calls).toHaveLength(1)
  })
})

describe('tools', () => {
  /** Listed as they are, without the checks of the SDK. */
  const list = (...pages: unknown[][]) => {
    let asked = 0
    peer.intercept = ({ rpc }, response) => {
      if (rpc !== 'tools/list') return false
      const tools = pages[asked]
      asked += 1
      answerJson(response, {
        jsonrpc: '2.0',
        id: asked,
        result: { tools, ...(asked < pages.length ? { nextCursor: 'n' } : {}) },
      })
      return true
    }
  }

  test('only the allowed ones, on any page', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => textTool(`t${index}`))
    list(many, [textTool('wanted')], [textTool('never asked')])
    const { send } = await beginWith(server, [{ name: 'shop', url: peer.url, allowed_tools: ['wanted', 't9000'] }])
    await send()
    expect(offeredBy(server)).toEqual(['shop_t9000', 'shop_wanted'])
  })

  test('with the same name on two servers, and with the name of a tool of the agent', async () => {
    const other = await startMcpPeer('modern')
    await using _other = other
    peer.tools = [textTool('order'), textTool('b_c')]
    other.tools = [textTool('order'), textTool('c')]
    peer.answer = () => textResult('of shop')
    other.answer = ({ name }) => textResult(`of shop_b: ${name}`)
    const servers = [
      { name: 'shop', url: peer.url },
      { name: 'shop_b', url: other.url },
    ]
    const tools = [{ name: 'shop_order', description: 'Mine', output: 'mine' }]
    const { send } = await beginWith(server, servers, { tools })
    await send()
    const offered = offeredBy(server)
    const elsewhere = offered.filter((name) => /^shop_b_(order|c)_[0-9a-f]{8}$/.test(name))
    expect(offered).toEqual(['shop_order', 'shop_b_c', ...elsewhere])
    expect(elsewhere).toHaveLength(2)
    callThenTell(server, { tool_calls: [...offered.map((name) => call(name, name === 'shop_order' ? {} : undefined))] })
    const outputs = (await send()).tool_calls.map(({ output }) => output)
    expect(outputs).toEqual(['mine', 'of shop', 'of shop_b: order', 'of shop_b: c'])
  })

  test('10,000 of them, some odd: the offered ones are bounded and can be called', async () => {
    const schemas = [
      null,
      'object',
      [],
      { type: 'string' },
      { type: 'object', properties: 5 },
      { type: 'object', $ref: '#/x' },
    ]
    const odd = [null, 5, {}, { name: '' }, { name: 'x'.repeat(200) }, { name: 'a\0' }]
    const proto = JSON.parse(
      '{"name": "__proto__", "inputSchema": {"type": "object", "properties": {"__proto__": {"type": "string"}}}}',
    ) as object
    const strange = [
      ...odd,
      proto,
      ...schemas.map((inputSchema, index) => ({ name: `schema ${index}`, inputSchema })),
      { name: 'ünïcode/1', description: 'd'.repeat(100_000), inputSchema: { type: 'object' } },
      { name: 'huge', inputSchema: { type: 'object', description: 'd'.repeat(100_000) } },
    ]
    list([...strange, ...Array.from({ length: 10_000 }, (_, index) => textTool(`t${index}`))])
    const { send } = await beginWith(server, [{ name: 'shop', url: peer.url }])
    await send()
    const offered = server.model.requests.at(-1)!.tools!.map((tool) => tool.function)
    expect(offered).toHaveLength(128)
    expect(offered.every(({ name }) => /^[A-Za-z0-9_-]{1,64}$/.test(name))).toBe(true)
    expect(JSON.stringify(offered).length).toBeLessThan(300_000)
    const names = offered.slice(0, 9).map(({ name }) => name)
    expect(names[0]).toBe('shop___proto__')
    callThenTell(server, { tool_calls: names.map((name) => call(name, '{"__proto__": "x", "what": "tea"}')) })
    const { tool_calls } = await send()
    expect(tool_calls.map(({ is_error }) => is_error)).toEqual(names.map(() => false))
    expect(peer.calls.map(({ name }) => name)).toContain('ünïcode/1')
  })
})
