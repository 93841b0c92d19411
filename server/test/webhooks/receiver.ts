// The receiver of webhook tests: a real server that verifies each delivery with the Standard Webhooks library, like its users.
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import type { Certificate } from '../outbound/peers.ts'
import { patient } from '../support/patient-server.ts'

export interface ReceivedEvent {
  id: string
  type: string
  organization_id: string
  agent_id: string | null
  conversation_id: string | null
  sequence: number | null
  occurred_at: string
  data: Record<string, unknown>
}

export interface Received {
  path: string
  event: ReceivedEvent
  body: string
  headers: Record<string, string>
}

export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly received: Received[]
  /** Requests without an answer yet, now and at most. */
  readonly open: number
  readonly most_open: number
  /** The known secret, which each delivery must match. Null: not verified. */
  secret: string | null
  /** A test may change it at any time; a function that never answers holds the delivery. */
  answer: (response: ServerResponse, received: Received) => void
}

export function answer(response: ServerResponse, status: number, body = ''): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(body)
}

/** Disposing throws if a delivery did not verify. */
export async function startReceiver(certificate?: Certificate): Promise<Receiver> {
  const faults: unknown[] = []
  let [open, most_open] = [0, 0]

  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    open += 1
    most_open = Math.max(most_open, open)
    response.on('close', () => (open -= 1))
    request.on('error', () => {})
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const headers = request.headers as Record<string, string>
    try {
      const event = (
        receiver.secret === null ? JSON.parse(body) : new Webhook(receiver.secret).verify(body, headers)
      ) as ReceivedEvent
      if (event.id !== headers['webhook-id']) throw new Error(`${event.id} came as ${headers['webhook-id']}`)
      const received = { path: request.url!, event, body, headers }
      receiver.received.push(received)
      receiver.answer(response, received)
    } catch (error) {
      faults.push(error)
      answer(response, 500)
    }
  }

  const server = certificate ? createSecureServer({ ...certificate, ...patient }) : createServer(patient)
  server.on('request', (request, response) => void receive(request, response).catch(() => {})) // the request was aborted
  const receiver: Receiver = {
    url: '',
    received: [],
    secret: null,
    answer: (response) => answer(response, 204),
    get open() {
      return open
    },
    get most_open() {
      return most_open
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      if (faults.length > 0) throw new AggregateError(faults, String(faults[0]))
    },
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = (server.address() as AddressInfo).port
  return Object.defineProperty(receiver, 'url', { value: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}/hook` })
}
