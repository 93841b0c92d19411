// The HTTP server: every operation of the contract becomes a route here, and there is no other way in.
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { createOpenApiDocument, operations } from '@parley/contract'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Handlers, Services } from '../context.ts'
import { AppError } from '../errors.ts'
import { version } from '../version.ts'
import { console_folder, registerConsole } from './console.ts'
import { registerDocs } from './docs.ts'
import { sendError } from './errors.ts'
import { createRateLimiter } from './rate-limit.ts'
import { createReadmission } from './admission.ts'
import { registerOperation } from './route.ts'
import { createUnknownCallers } from './unknown-callers.ts'

export async function createHttpServer(services: Services, handlers: Handlers, log: Logger): Promise<FastifyInstance> {
  const { config, ports } = services
  const server = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    // Our own hook answers in our own words.
    return503OnClosing: false,
    genReqId: () => ports.newId(),
    bodyLimit: config.limits.body_bytes,
    http: { maxHeaderSize: max_header_bytes },
    clientErrorHandler: (error, socket) => refuseUnreadable(error, socket, ports.newId()),
    trustProxy: config.sign_in.trusted_proxies.length > 0 ? config.sign_in.trusted_proxies : false,
    routerOptions: { maxParamLength: 512 },
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
  })
  acceptJsonOnly(server)
  closeSilentConnections(server)
  server.decorateRequest('principal', null)
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    if (services.lifecycle.isDraining && request.routeOptions.url !== '/healthz') {
      throw new AppError('unavailable', 'The server is shutting down.')
    }
  })
  // A call that ends while the server stops must not keep its connection: closing waits for every one.
  server.addHook('onSend', async (_request, reply) => {
    if (services.lifecycle.isDraining) reply.header('connection', 'close')
  })
  server.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request
    const ms = Math.round(reply.elapsedTime)
    request.log.info({ method, route: routeOptions.url, status: reply.statusCode, ms }, 'request')
  })
  server.setErrorHandler(sendError)
  server.setNotFoundHandler((request, reply) => sendError(new AppError('not_found'), request, reply))
  const { limits } = config
  const limiter = createRateLimiter(limits, ports.clock)
  const { database } = services
  const unknown_callers = createUnknownCallers({ database, clock: ports.clock }, limits.requests_of_address_per_minute)
  const admission = { limiter, unknown_callers, readmission: createReadmission(services, unknown_callers) }
  for (const operation of Object.values(operations)) {
    registerOperation(server, services, admission, operation, handlers[operation.id])
  }
  await registerDocs(server, createOpenApiDocument(operations, version))
  await registerConsole(server, console_folder)
  return server
}

/** Closing waits for connections on which there was never a request, as clients open them in advance; nobody is served there. */
function closeSilentConnections(instance: FastifyInstance): void {
  const { server } = instance
  const silent = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    silent.add(socket)
    socket.on('close', () => silent.delete(socket))
  })
  server.on('request', ({ socket }) => silent.delete(socket))
  instance.addHook('preClose', async () => {
    for (const socket of silent) socket.destroy()
  })
}

/** Filters that hold JSON travel in the path of a request, percent-encoded. */
const max_header_bytes = 65_536

/** What is no HTTP that can be read never becomes a request; it is answered in the same words all the same. */
function refuseUnreadable(error: Error & { code?: string }, socket: Socket, request_id: string): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const [status, detail] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'The path and the headers are too long.']
      : ['400 Bad Request', 'The request cannot be read.']
  const body = JSON.stringify({ detail, code: 'malformed_request', request_id })
  const head = [`x-request-id: ${request_id}`, 'content-type: application/json; charset=utf-8', 'connection: close']
  socket.end(`HTTP/1.1 ${status}\r\n${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

/** A body is JSON in UTF-8 or it is nothing; an empty one counts as none, whatever it is called. */
function acceptJsonOnly(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => {
    try {
      return parseJson(body)
    } catch {
      throw new AppError('malformed_request')
    }
  })
  server.addContentTypeParser('*', async (_request: unknown, payload: Readable) => {
    if (!(await isEmpty(payload))) throw new AppError('unsupported_media_type')
  })
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
}

async function isEmpty(payload: Readable): Promise<boolean> {
  for await (const chunk of payload.iterator({ destroyOnReturn: false })) if (chunk.length > 0) return false
  return true
}
