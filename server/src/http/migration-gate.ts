// Answers on the server's port while the database is being migrated: the process lives, and is not ready. It knows nothing of the database,
// so nothing is served from a schema that is half-way.
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describeError } from '@parley/contract'
import { AppError, errorBody } from '../base/errors.ts'
import type { Ports } from '../base/ports.ts'
import { type Cors, createCors, methodsByPath } from './cors.ts'
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
  /** Pages of these sites may read the answers to their calls. */
  cors_origins: readonly string[]
  newId: Ports['newId']
}

export async function openMigrationGate(options: GateOptions): Promise<MigrationGate> {
  const limits = { headersTimeout: request_ms, requestTimeout: request_ms, keepAliveTimeout: request_ms }
  const around = createAround(options)
  const server = createServer(limits, (request, response) => answer(request, response, around, options.newId()))
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

interface Around {
  headers: Record<string, string>
  cors: Cors
  /** By which methods pages of other sites may call a path. */
  methodsFor(path: string): readonly string[]
}

function createAround({ public_url, cors_origins }: GateOptions): Around {
  const cors = createCors(cors_origins)
  const paths = cors.isOn ? [...methodsByPath()] : []
  // Where a path of the contract is spelled out, it is not another one's parameter.
  const sorted = paths.toSorted(([one], [other]) => countParameters(one) - countParameters(other))
  const methodsFor = (path: string) => sorted.find(([template]) => fits(path, template))?.[1] ?? []
  return { headers: answerHeaders(public_url), cors, methodsFor }
}

const countParameters = (template: string) => template.split('{').length

function fits(path: string, template: string): boolean {
  const [given, asked] = [path.split('/'), template.split('/')]
  const fitsPart = (part: string, n: number) => (part.startsWith('{') ? given[n] !== '' : part === given[n])
  return given.length === asked.length && asked.every(fitsPart)
}

/** The body of a request is not read, so its connection ends with the answer. */
function answer(
  { method = 'GET', url = '/', headers: { origin } }: IncomingMessage,
  response: ServerResponse,
  { headers, cors, methodsFor }: Around,
  request_id: string,
): void {
  const path = url.split('?', 1)[0]!
  const asked = method === 'HEAD' ? 'GET' : method
  const own = { ...headers, 'x-request-id': request_id, connection: 'close' }
  const data = { ...own, 'content-type': 'application/json; charset=utf-8' }
  if (asked === 'GET' && path === '/healthz') return void response.writeHead(200, data).end('{"status":"ok"}')
  const methods = methodsFor(path)
  if (asked === 'OPTIONS' && methods.length > 0 && cors.isListed(origin))
    return void response.writeHead(204, { ...own, ...cors.preflightFor(origin!, methods) }).end()
  const error = new AppError('migrating')
  response
    .writeHead(describeError('migrating').status, {
      ...data,
      ...(methods.includes(asked) ? cors.headersFor(origin) : {}),
      'retry-after': String(retry_after_seconds),
    })
    .end(JSON.stringify(errorBody(error, request_id)))
}
