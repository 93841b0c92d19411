// The HTTP server: every operation of the contract becomes a route here. There is no other entry point.
import type { Readable } from 'node:stream'
import { createOpenApiDocument, operations } from '@parley/contract'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyRequest } from 'fastify'
import type { ConversationTokens, Standings } from '../access/access.ts'
import type { Core } from '../calls/core.ts'
import type { CheckVisitor, Resources } from '../calls/room.ts'
import { AppError } from '../base/errors.ts'
import { version } from '../base/version.ts'
import { Connections } from './connections.ts'
import { console_folder, registerConsole } from './console.ts'
import { registerDocs, site_folder } from './docs.ts'
import { sendError } from './errors.ts'
import { acceptForeign } from './foreign.ts'
import type { Mount } from './http.ts'
import { beginLargeBody } from './large.ts'
import { listenBeside, requireFree, sharing } from './listeners.ts'
import { noteAnswers } from './note-answer.ts'
import { parseJsonBody } from './rules/json-body.ts'
import { makePathReadable, max_path_part } from './rules/readable-path.ts'
import type { Pieces } from '../calls/pieces.ts'
import { createRateLimiter } from '../calls/rate-limit.ts'
import { createReadmission } from './admission.ts'
import type { AnyOperation } from './carry-out.ts'
import { registerOperation } from './route.ts'
import { answerHeaders } from './security-headers.ts'
import { acceptUploads, createUploads } from './uploads.ts'
import { createSites } from './sites.ts'
import { createAddressLimiter, createUnknownCallers } from './unknown-callers.ts'
import { registerWidgetPages } from './widget-pages.ts'
import type { Span } from '../telemetry/traces.ts'
import type { Embeds } from '../web-widgets/web-widgets.ts'

export interface HttpServer {
  /** Resolves with its address, as `http://host:port`. */
  listen(address: { host: string; port: number }): Promise<string>
  /** Accepts no more connections, and resolves when all are closed; after `within_ms` the remaining ones are closed by force. */
  close(within_ms: number): Promise<void>
}

export interface HttpOptions {
  tokens: ConversationTokens
  standings: Standings
  resources: Resources
  checkVisitor: CheckVisitor
  embeds: Embeds
  mounts: readonly Mount[]
}

export async function createHttpServer(core: Core, options: HttpOptions): Promise<HttpServer> {
  const { config, ports, log, node } = core
  const sites = createSites(config)
  const headers = answerHeaders(config.sign_in.public_url)
  const connections = new Connections(core, log)
  const server = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    // Our own hook sends our own error body.
    return503OnClosing: false,
    genReqId: () => ports.newId(),
    bodyLimit: config.limits.body_bytes,
    serverFactory: (listener) => connections.createServer(listener),
    // connections.ts responds to these.
    clientErrorHandler: () => {},
    trustProxy: config.sign_in.trusted_proxies.length > 0 ? config.sign_in.trusted_proxies : false,
    routerOptions: { maxParamLength: max_path_part },
    rewriteUrl: ({ url = '/' }) => makePathReadable(url),
    frameworkErrors: (error, request, reply) => sendError(error, request, reply.headers(headers)),
  })
  acceptJsonOnly(server, core.pieces)
  server.addHook('preClose', async () => connections.closeSilent())
  server.decorateRequest('principal', null)
  server.decorateRequest('body_bytes', 0)
  server.decorateRequest('streamed_bytes', 0)
  server.decorateRequest('error_code', null)
  server.decorateRequest('span', null as unknown as Span)
  server.addHook('onRequest', async (request, reply) => {
    sites.allow(request, reply.headers(headers).header('x-request-id', request.id))
    if (node.isDraining && !isAnsweredWhileDraining(request)) {
      throw new AppError('unavailable', 'The server is shutting down.')
    }
    sites.requirePlace(request)
    // Before the body is read, because it is not needed.
    if (request.is404) throw new AppError('not_found')
  })
  // A call that ends during shutdown must not keep its connection alive, because closing waits for every connection.
  server.addHook('onSend', async (_request, reply) => {
    if (node.isDraining) reply.header('connection', 'close')
  })
  noteAnswers(server, core)
  server.setErrorHandler(sendError)
  // For routes that find nothing; addresses without a route were handled by the hook above.
  server.setNotFoundHandler((request, reply) => sendError(new AppError('not_found'), request, reply))
  const { limits } = config
  const limiter = createRateLimiter(limits, ports.clock)
  const unknown_callers = createUnknownCallers({ ...core, clock: ports.clock }, limits.requests_of_address_per_minute)
  const site_callers = createAddressLimiter(ports.clock, config.sites.requests_of_address_per_minute)
  const gate = { ...options, core, limiter, unknown_callers, site_callers, sites }
  const carrying = { core, admission: { ...gate, readmission: createReadmission(gate) } }
  const route = { ...carrying, uploads: createUploads(core, connections), connections }
  const all: AnyOperation[] = Object.values(operations)
  for (const operation of all) if (!operation.upload && !operation.foreign) registerOperation(server, route, operation)
  await acceptUploads(server, all, (within, operation) => registerOperation(within, route, operation))
  await acceptForeign(server, all, (within, operation) => registerOperation(within, route, operation))
  for (const mount of options.mounts) await mount(server, carrying)
  sites.registerPreflights(server)
  registerWidgetPages(server, options.embeds, { sites, site_callers, has_demo: isForDevelopment(config) })
  registerDocs(server, site_folder, () => createOpenApiDocument(operations, version))
  await registerConsole(server, console_folder, core.config.sites.widget_url)
  const others: AsyncDisposable[] = []
  return {
    async listen({ host, port }) {
      await requireFree(host, port)
      const url = await server.listen({ host, port, ...sharing })
      others.push(...(await listenBeside(server.server, host)))
      return url
    },
    async close(within_ms) {
      const stopTimer = ports.clock.after(within_ms, () => connections.closeAll())
      await Promise.all([server.close(), ...others.map((other) => other[Symbol.asyncDispose]())])
      stopTimer()
    },
  }
}

/** Pages of other sites can read that the server is shutting down only if the browser was told that they may. */
function isAnsweredWhileDraining({ method, routeOptions }: FastifyRequest): boolean {
  return routeOptions.url === '/healthz' || (method === 'OPTIONS' && routeOptions.url !== undefined)
}

/** On this machine alone, without an address for others. */
export function isForDevelopment({ host, sign_in, sites }: Core['config']): boolean {
  const isLocal = ['127.0.0.1', '::1', 'localhost'].includes(host)
  return isLocal && sign_in.public_url === undefined && sites.widget_url === undefined
}

/** A body must be JSON in UTF-8. An empty one counts as absent, regardless of its content type. */
function acceptJsonOnly(server: FastifyInstance, pieces: Pieces): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      request.body_bytes = body.length
      await beginLargeBody(pieces, request)
      return parseJsonBody(body)
    },
  )
  server.addContentTypeParser('*', async (_request: unknown, payload: Readable) => {
    if (!(await isEmpty(payload))) throw new AppError('unsupported_media_type')
  })
}

async function isEmpty(payload: Readable): Promise<boolean> {
  for await (const chunk of payload.iterator({ destroyOnReturn: false })) if (chunk.length > 0) return false
  return true
}
