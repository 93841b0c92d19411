// The HTTP API that an agent's tools call: a real server whose responses a test decides.
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { patient } from './patient-server.ts'

export interface ToolRequest {
  method: string
  /** Including the query. */
  url: string
  key: string | undefined
  headers: IncomingMessage['headers']
  /** As received: names and values alternate. */
  raw_headers: string[]
  body: string
}

export interface ToolPeer extends AsyncDisposable {
  readonly url: string
  readonly requests: ToolRequest[]
  /** Requests that the caller aborted. */
  readonly hangUps: number
  /** The test can replace it at any time. If it never responds, the call is held. */
  answer: (request: ToolRequest, response: ServerResponse) => void
}

/** The setting that allows a server to call it. */
export const opened_hosts = { PARLEY_ALLOW_PRIVATE_HOSTS: '127.0.0.1' }

export function answerJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

export async function startToolPeer(): Promise<ToolPeer> {
  let hangUps = 0
  const server = createServer(patient, async (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) hangUps += 1
    })
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const { method = '', url = '', headers, rawHeaders: raw_headers } = request
    const seen = { method, url, headers, raw_headers, body, key: headers['idempotency-key'] as string | undefined }
    peer.requests.push(seen)
    peer.answer(seen, response)
  })
  const peer: ToolPeer = {
    url: '',
    requests: [],
    answer: (_request, response) => answerJson(response, { ok: true }),
    get hangUps() {
      return hangUps
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(peer, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}
