// Answers on the server's port while the database is being migrated: the process lives, and is not ready. It knows nothing of the database,
// so nothing is served from a schema that is half-way.
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describeError } from '@parley/contract'
import { AppError, errorBody } from '../base/errors.ts'
import type { Ports } from '../base/ports.ts'
import { createServer } from './node-http.ts'
import { answerHeaders } from './security-headers.ts'

const request_ms = 10_000
const max_connections = 1000
const retry_after_seconds = 5

export interface MigrationGate extends AsyncDisposable {
  /** Where it listens, which the server takes over. */
  readonly port: number
}

export interface GateOptions {
  host: string
  /** 0: a free one. */
  port: number
  public_url: string | undefined
  newId: Ports['newId']
}

export async function openMigrationGate(options: GateOptions): Promise<MigrationGate> {
  const limits = { headersTimeout: request_ms, requestTimeout: request_ms, keepAliveTimeout: request_ms }
  const headers = { ...answerHeaders(options.public_url), 'content-type': 'application/json; charset=utf-8' }
  const server = createServer(limits, (request, response) => answer(request, response, headers, options.newId()))
  server.maxConnections = max_connections
  await once(server.listen(options.port, options.host), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** The body of a request is not read, so its connection ends with the answer. */
function answer(
  { method, url = '/' }: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string>,
  request_id: string,
): void {
  const isHealth = (method === 'GET' || method === 'HEAD') && url.split('?')[0] === '/healthz'
  const own = { ...headers, 'x-request-id': request_id, connection: 'close' }
  if (isHealth) return void response.writeHead(200, own).end(JSON.stringify({ status: 'ok' }))
  const error = new AppError('migrating')
  response
    .writeHead(describeError('migrating').status, { ...own, 'retry-after': String(retry_after_seconds) })
    .end(JSON.stringify(errorBody(error, request_id)))
}
