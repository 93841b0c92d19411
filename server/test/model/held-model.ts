// A language model that answers only when the test says so. One server for all nodes of a test; each node
// calls it on its own path, so that the test knows which one calls.
import { once } from 'node:events'
import { type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { patient } from '../support/patient-server.ts'

/** A call that a node has made. */
export interface ModelCall {
  readonly node: string
  /** Everything that the end user has said. */
  readonly asked: string[]
  /** How many tool results follow the end user's last message. */
  readonly results: number
  /** Neither fully answered nor aborted by the node. */
  readonly isOpen: boolean
  /** Aborted by the node. */
  readonly isHungUp: boolean
  say(text: string): void
  finish(): void
  /** Ends the answer with calls of tools, each with the argument `call`. */
  callTools(calls: { tool: string; call: string }[]): void
  /** Sends an invalid answer: the call has failed for good. */
  fail(): void
  /** The connection is lost, as if its node died. */
  cut(): void
}

export interface HeldModel extends AsyncDisposable {
  /** The OPENAI_BASE_URL of the node with this name. */
  baseUrl(node: string): string
  /** In the order of arrival. A test may empty it. */
  readonly calls: ModelCall[]
  /** No call of this node is answered any more. */
  refuse(node: string): void
}

interface ChatRequest {
  messages: { role: string; content: string }[]
}

/** Any other request, by an attempt that a test has forgotten, fails at once. */
export async function startHeldModel(isMeant: (asked: string[]) => boolean): Promise<HeldModel> {
  const calls: ModelCall[] = []
  const refused = new Set<string>()
  const server = createServer(patient, async (request, response) => {
    const node = request.url!.split('/')[1]!
    const chat = JSON.parse(await text(request)) as ChatRequest
    if (refused.has(node)) return void response.destroy()
    const call = holdCall(node, chat, response)
    if (isMeant(call.asked)) calls.push(call)
    else call.fail()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    calls,
    baseUrl: (node) => `http://127.0.0.1:${port}/${node}/v1`,
    refuse(node) {
      refused.add(node)
      for (const call of calls) if (call.node === node) call.cut()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function holdCall(node: string, { messages }: ChatRequest, response: ServerResponse): ModelCall {
  let isOpen = true
  let isHungUp = false
  response.on('close', () => {
    isHungUp = isOpen
    isOpen = false
  })
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (delta: object, finish_reason: string | null) => {
    const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1760000000, model: 'held' }
    response.write(`data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta, finish_reason }] })}\n\n`)
  }
  send({ role: 'assistant', content: '' }, null)
  const last = messages.findLastIndex(({ role }) => role === 'user')
  return {
    node,
    asked: messages.filter(({ role }) => role === 'user').map(({ content }) => content),
    results: messages.slice(last).filter(({ role }) => role === 'tool').length,
    get isOpen() {
      return isOpen
    },
    get isHungUp() {
      return isHungUp
    },
    say: (content) => send({ content }, null),
    finish() {
      isOpen = false
      send({}, 'stop')
      response.end('data: [DONE]\n\n')
    },
    callTools(calls) {
      isOpen = false
      const tool_calls = calls.map(({ tool, call }, index) => {
        const asked = { name: tool, arguments: JSON.stringify({ call }) }
        return { index, id: `call_${index}`, type: 'function', function: asked }
      })
      send({ tool_calls }, null)
      send({}, 'tool_calls')
      response.end('data: [DONE]\n\n')
    },
    fail() {
      isOpen = false
      response.end('data: this is no JSON\n\n')
    },
    cut: () => void response.destroy(),
  }
}
