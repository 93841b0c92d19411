// Real HTTP and TLS servers on loopback, a deadline that tests trigger, and what no error may reveal.
import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import { expect } from 'vitest'
import type { Clock } from '../../src/base/ports.ts'
import {
  createOutboundClient,
  OutboundError,
  type OutboundClientOptions,
  type OutboundRequest,
} from '../../src/outbound/client.ts'
import { patient } from '../support/patient-server.ts'

export interface ReceivedRequest {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

export interface Peer extends AsyncDisposable {
  port: number
  url: string
  requests: ReceivedRequest[]
  connections: number
  /** The first connection is closed. */
  disconnected: Promise<void>
}

export interface PeerOptions {
  host?: string
  port?: number
  certificate?: Certificate
  onConnection?: (socket: Socket) => void
}

/** Calls `answer` for each request once its body is complete. */
export async function startPeer(
  answer: (response: ServerResponse, request: ReceivedRequest) => void,
  { host = '127.0.0.1', port = 0, certificate, onConnection }: PeerOptions = {},
): Promise<Peer> {
  const disconnected = Promise.withResolvers<void>()
  const requests: ReceivedRequest[] = []
  const server = certificate ? createSecureServer({ ...certificate, ...patient }) : createServer(patient)
  server.on('request', (incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const { method = '', url = '', headers } = incoming
      const request = { method, url, headers, body: Buffer.concat(chunks).toString() }
      requests.push(request)
      answer(response, request)
    })
  })
  const peer = await listen(server, host, port)
  server.on('connection', (socket: Socket) => {
    peer.connections++
    socket.on('error', () => undefined).on('close', () => disconnected.resolve())
    onConnection?.(socket)
  })
  return {
    ...peer,
    get connections() {
      return peer.connections
    },
    url: `${certificate ? 'https' : 'http'}://${host}:${peer.port}`,
    requests,
    disconnected: disconnected.promise,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function listen(server: Server, host: string, port: number): Promise<{ port: number; connections: number }> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  return { port: (server.address() as AddressInfo).port, connections: 0 }
}

/** A client that may call loopback, to which every name resolves. */
export function createLoopbackClient(names: string[] = [], options: Partial<OutboundClientOptions> = {}) {
  return createOutboundClient({
    allowed_hosts: ['127.0.0.1', ...names],
    lookup: async () => [{ address: '127.0.0.1', family: 4 }],
    ...options,
  })
}

/** A request with secrets in every part that can have one. */
export function requestTo(url: string, more: Partial<OutboundRequest> = {}): OutboundRequest {
  return {
    owner: 'tests',
    method: 'POST',
    url,
    headers: { authorization: 'Bearer secret', 'x-key': 'secret' },
    body: 'secret',
    timeout_ms: 10_000,
    max_body_bytes: 1_000_000,
    ...more,
  }
}

/** The error that a request ends with. Asserts that it reveals nothing secret. */
export async function failureOf(request: Promise<unknown>): Promise<OutboundError> {
  const error = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(OutboundError)
  const failure = error as OutboundError
  expect(failure.cause).toBeUndefined()
  expect(failure.message).not.toMatch(/secret|[?@]/)
  return failure
}

export interface ManualClock extends Pick<Clock, 'after'> {
  /** Triggers every pending deadline. */
  fire(): void
  /** Deadlines that were neither triggered nor cleared. */
  waiting: Set<() => void>
}

export function createManualClock(): ManualClock {
  const waiting = new Set<() => void>()
  return {
    waiting,
    after(_ms, call) {
      waiting.add(call)
      return () => waiting.delete(call)
    },
    fire() {
      for (const call of waiting) call()
    },
  }
}

export interface Certificate {
  key: string
  cert: string
}

/** A self-signed certificate for one host. Node can sign certificates but not create them. */
export function createCertificate(hostname: string): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
    const content = Buffer.concat(parts)
    const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 0xff]
    return Buffer.concat([Buffer.from([tag, ...length]), content])
  }
  const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
  const time = (year: number) => der(0x18, Buffer.from(`${year}0101000000Z`))
  const ecdsa_with_sha256 = der(0x30, oid('2a8648ce3d040302'))
  const name = der(0x30, der(0x31, der(0x30, oid('550403'), der(0x0c, Buffer.from(hostname)))))
  const alternative_names = der(0x30, der(0x82, Buffer.from(hostname)))
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ecdsa_with_sha256,
    name,
    der(0x30, time(2000), time(2999)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, der(0x30, oid('551d11'), der(0x04, alternative_names)))),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey))
  const lines = der(0x30, body, ecdsa_with_sha256, signature)
    .toString('base64')
    .match(/.{1,64}/g)!
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
  }
}
