// The HTTP API behind a tool fails at each call in turn, once and for good, in every way: the turn continues, every call
// has one result (T8), and the next turn sees the whole history.
import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../support/tool-peer.ts'

let server: TestServer
let peer: ToolPeer
let agent_id: string

beforeAll(async () => {
  peer = await startToolPeer()
  server = await startTestServer(opened_hosts)
  const action = { type: 'http', method: 'POST', url: `${peer.url}/do` }
  const act = { name: 'act', description: 'Acts', actions: [action] }
  const tools = [act, { ...act, name: 'hasty', timeout_ms: 100 }]
  agent_id = (await publishAgent(server.client, { tools })).agent_id
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await peer[Symbol.asyncDispose]()
})

/** Steps of a turn, each with this many calls. */
const steps = [2, 1]
const calls = 3

const silence = 'is never answered'
const ways: [string, (response: ServerResponse) => void][] = [
  ['is reset before any answer', (response) => response.socket!.resetAndDestroy()],
  ['is closed before any answer', (response) => response.socket!.end()],
  [
    'is cut in the middle of the headers',
    (response) => response.socket!.write('HTTP/1.1 200 OK\r\nx-half: ', () => response.socket!.destroy()),
  ],
  [
    'is cut in the middle of the body',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 })
      response.write('{"ok": ', () => response.socket!.destroy())
    },
  ],
  ['is answered with what is not HTTP', (response) => response.socket!.end('nonsense\r\n\r\n')],
  [silence, () => {}],
  [
    'is answered with a redirect to a private address',
    (response) => response.writeHead(307, { location: 'http://10.0.0.1/' }).end(),
  ],
  ['is answered with 503', (response) => answerJson(response, { message: 'later' }, 503)],
]

const cases = ways.flatMap(([way, fail]) =>
  Array.from({ length: calls }, (_, index) => index + 1).flatMap((nth) =>
    (['once', 'for good'] as const).map((how) => ({ way, fail, nth, how })),
  ),
)

test.each(cases)('call $nth $way, $how', async ({ way, fail, nth, how }) => {
  const conversation_id = await begin(nth, how, fail, way === silence ? 'hasty' : 'act')
  const { reply, tool_calls } = await server.client.sendConversationMessage({ conversation_id, text: 'Act' })
  expect(reply).toBe('Done.')
  expect(tool_calls).toHaveLength(calls)
  const failed = tool_calls.filter(({ is_error }) => is_error).length
  const expected = how === 'once' ? 1 : calls - nth + 1
  // On a busy machine a call with a short time limit may fail by itself.
  expect(failed).toBe(way === silence ? Math.max(failed, expected) : expected)
  server.model.answer = () => 'Next.'
  await server.client.sendConversationMessage({ conversation_id, text: 'And now?' })
  const { messages } = server.model.requests.at(-1)!
  const asked = messages.flatMap((message) => message.tool_calls?.map(({ id }) => id) ?? [])
  const answered = messages.flatMap(({ tool_call_id }) => tool_call_id ?? [])
  expect(asked).toEqual(tool_calls.map(({ call_id }) => call_id))
  expect(answered.toSorted()).toEqual(asked.toSorted())
})

async function begin(nth: number, how: 'once' | 'for good', fail: (response: ServerResponse) => void, name: string) {
  let seen = 0
  peer.answer = (_request, response) => {
    seen += 1
    if (seen === nth || (how === 'for good' && seen > nth)) fail(response)
    else answerJson(response, { ok: true })
  }
  const left = [...steps]
  server.model.answer = () => {
    const count = left.shift()
    return count ? { tool_calls: Array.from({ length: count }, () => ({ name, arguments: {} })) } : 'Done.'
  }
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  return conversation.id
}
