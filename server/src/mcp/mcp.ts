// The MCP server: every operation as a tool, over the streamable HTTP of the protocol. Any node answers; nothing is kept between requests.
import { Readable } from 'node:stream'
import { roles } from '@parley/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { later } from '../base/later.ts'
import { AppError } from '../base/errors.ts'
import { type Carrying, type Mount, beginLargeBody, createCarriers, parseJsonBody, takeRequest } from '../http/http.ts'
import { type Identified, Unauthenticated, identifyCaller, readReach, switched_off } from './caller.ts'
import { createConnection } from './connection.ts'
import { loadSearch } from './load-search.ts'
import { type Place, findForeign, publicUrlOf } from './rules/place.ts'
import { findProtocolFault, idOf } from './rules/protocol.ts'
import { type Asked, readAsked } from './rules/reach.ts'
import type { Calling } from './tool-call.ts'
import type { McpConfig } from './settings.ts'
import type { TokenCheck } from './tokens.ts'

declare module 'fastify' {
  interface FastifyRequest {
    mcp: (Identified & { asked: Asked }) | null
  }
}

const metadata_path = '/.well-known/oauth-protected-resource'

export function createMcpMount(settings: McpConfig): Mount {
  return async (server, carrying) => {
    const { core } = carrying
    const loaded = {
      check: later(async () => (await import('./tokens.ts')).createTokenCheck(core, settings.issuer!)),
      search: loadSearch,
      serve: later(async () => {
        const onFault = (error: Error) => core.log.debug({ reason: error.message }, 'an MCP message was refused')
        return (await import('./serve.ts')).createServing(core.ports.clock, onFault)
      }),
    }
    const calling = { carrierOf: createCarriers(carrying), result_bytes: settings.result_bytes }
    for (const path of [metadata_path, `${metadata_path}/mcp`]) {
      server.get(path, (request, reply) => {
        void reply.header('access-control-allow-origin', '*')
        return describeResource(publicUrlOf(placeOf(core, request)), settings)
      })
    }
    server.decorateRequest('mcp', null)
    await server.register(async (within) => {
      acceptBytes(within)
      const admit = (request: FastifyRequest, reply: FastifyReply) =>
        admitRequest(carrying, settings, loaded.check, request, reply)
      for (const url of ['/mcp', '/mcp/']) {
        within.route({
          ...{ method: 'POST', url, bodyLimit: settings.body_bytes, onRequest: admit },
          handler: (request, reply) => answer(carrying, { ...loaded, calling }, request, reply),
        })
        within.route({
          ...{ method: ['GET', 'DELETE', 'PUT', 'PATCH'], url },
          handler: (_, reply) =>
            reply.code(405).header('allow', 'POST').send({ error: 'Method not allowed. Use POST.' }),
        })
      }
    })
  }
}

/** The body is read here: what is wrong with it is said in the protocol's words. */
function acceptBytes(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      request.body_bytes = body.length
      return body
    },
  )
}

function placeOf({ config }: Carrying['core'], request: FastifyRequest): Place {
  return {
    public_url: config.sign_in.public_url,
    own_origin: `${request.protocol}://${request.host}`,
    local_address: request.socket.localAddress ?? '',
    host: request.headers.host ?? '',
    origin: request.headers.origin,
  }
}

function describeResource(public_url: string, { issuer }: McpConfig) {
  return {
    resource: `${public_url}/mcp`,
    bearer_methods_supported: ['header'],
    scopes_supported: [...roles],
    ...(issuer === undefined ? {} : { authorization_servers: [issuer] }),
  }
}

/** Before the body is read, and before anything of the protocol. An answer ends the request. */
async function admitRequest(
  carrying: Carrying,
  { issuer }: McpConfig,
  check: () => Promise<TokenCheck>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const place = placeOf(carrying.core, request)
  const foreign = findForeign(place)
  if (foreign !== null) return reply.code(403).send({ error: foreign })
  const public_url = publicUrlOf(place)
  const tokens = issuer === undefined ? null : { check, audience: `${public_url}/mcp` }
  try {
    const identified = await identifyCaller(carrying, request, tokens)
    const asked = readAsked(request.query as Record<string, unknown>)
    if (typeof asked === 'string') return reply.code(400).send({ error: asked })
    request.principal = identified.principal
    request.mcp = { ...identified, asked }
    return undefined
  } catch (error) {
    if (!(error instanceof Unauthenticated)) throw error
    const challenge = `Bearer resource_metadata="${public_url}${metadata_path}/mcp"`
    return reply.code(401).header('www-authenticate', challenge).send({ error: error.message })
  }
}

interface Parts {
  serve: () => Promise<import('./serve.ts').Serve>
  search: () => Promise<import('./search.ts').SearchTools>
  calling: Calling
}

async function answer(
  carrying: Carrying,
  { serve, search, calling }: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { core, admission } = carrying
  const { principal, asked, ...identified } = request.mcp!
  await beginLargeBody(core.pieces, request)
  const message = readMessage(request.body)
  request.body = undefined
  const header = request.headers['mcp-protocol-version']
  const fault = message.fault ?? findProtocolFault(message.value, Array.isArray(header) ? header[0] : header)
  if (fault) {
    const { status, ...error } = fault
    return reply.code(status).send({ jsonrpc: '2.0', id: idOf(message.value), error })
  }
  const value = message.value as Record<string, unknown>
  // A call of a tool counts by itself, as the operation does over HTTP.
  if (value['method'] !== 'tools/call') takeRequest(admission, principal, reply)
  const reach = await readReach(carrying, principal, asked)
  if (!reach.enabled) return reply.code(403).send({ error: switched_off })
  const { id, ip, host, protocol, log, headers, body_bytes } = request
  const outer = { id, ip, host, protocol, log, headers, body_bytes, raw_reply: reply.raw }
  const readOther = (other: typeof principal) => readReach(carrying, other, asked)
  const caller = { outer, ...identified, principal, asked, reach, readReach: readOther }
  const connection = createConnection({ caller, calling, search, log })
  const isBehind = () => reply.raw.writableNeedDrain || reply.raw.closed
  const served = { message: value, headers: headersOf(headers), connection, isBehind }
  return send(await (await serve())(served), reply)
}

/** Only those of the protocol: the library needs no others. */
function headersOf(headers: FastifyRequest['headers']): Headers {
  const named = Object.entries(headers).filter(([name]) => name.startsWith('mcp-'))
  return new Headers(named.map(([name, value]): [string, string] => [name, String(value)]))
}

function readMessage(body: unknown) {
  try {
    return { value: parseJsonBody(Buffer.isBuffer(body) ? body : Buffer.alloc(0)), fault: null }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const isTooDeep = error.error === 'validation_failed'
    const message = isTooDeep ? 'The JSON is nested too deeply.' : 'Parse error: the body is not valid JSON.'
    return { value: undefined, fault: { status: 400, code: isTooDeep ? -32_600 : -32_700, message } }
  }
}

/** A stream goes on although its reader is gone; so does the call. */
async function send({ status, headers, body }: Response, reply: FastifyReply): Promise<FastifyReply> {
  const type = headers.get('content-type')
  reply.code(status)
  if (type !== null) reply.type(type)
  if (headers.has('allow')) reply.header('allow', headers.get('allow')!)
  if (body === null) return reply.send()
  if (!type?.startsWith('text/event-stream')) return reply.send(Buffer.from(await new Response(body).arrayBuffer()))
  reply.headers({ 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' })
  return reply.send(Readable.fromWeb(body as never))
}
