// The HTTP API of an agent's tools, which answers only when the test says so.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { patient } from '../support/patient-server.ts'

/** A request of a tool call. */
export interface ToolRequest {
  /** Identifies the call, as its argument. */
  readonly call: string
  /** Its Idempotency-Key. */
  readonly key: string | undefined
  readonly isOpen: boolean
  /** Aborted by the node. */
  readonly isHungUp: boolean
  answer(word: string): void
}

export interface HeldTools extends AsyncDisposable {
  /** In the order of arrival. A test may empty it. */
  readonly requests: ToolRequest[]
  /** For an agent's configuration: `once`, whose calls must not be repeated, and `again`, whose calls may. */
  readonly tools: object[]
}

export async function startHeldTools(): Promise<HeldTools> {
  const requests: ToolRequest[] = []
  const server = createServer(patient, async (request, response) => {
    const { call } = JSON.parse(await text(request)) as { call: string }
    let isOpen = true
    let isHungUp = false
    response.on('close', () => {
      isHungUp = isOpen
      isOpen = false
    })
    requests.push({
      call,
      key: request.headers['idempotency-key'] as string | undefined,
      get isOpen() {
        return isOpen
      },
      get isHungUp() {
        return isHungUp
      },
      answer(word) {
        isOpen = false
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ word }))
      },
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const action = {
    type: 'http',
    method: 'POST',
    url: `http://127.0.0.1:${port}/`,
    body: { call: '{{ arguments.call }}' },
  }
  const tool = {
    description: 'Does it',
    properties: { call: { type: 'string' } },
    required: ['call'],
    actions: [action],
  }
  return {
    requests,
    tools: [
      { ...tool, name: 'once' },
      { ...tool, name: 'again', idempotent: true },
    ],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
