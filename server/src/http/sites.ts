// Which pages of other sites may call from a browser (CORS), and the origin that web widgets have of their own.
import { type Operation, operations } from '@parley/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../base/errors.ts'
import type { Principal } from '../calls/principal.ts'
import type { Config } from '../config/config.ts'

export interface Sites {
  /** The origin at which a request reached the server. */
  ownOrigin(request: FastifyRequest): string
  /** Throws `not_found` for what is not of web widgets, at the origin that is theirs alone. */
  requirePlace(request: FastifyRequest): void
  /** Lets pages of a listed origin read the answer, also one that refuses the call before it is looked at. */
  allow(request: FastifyRequest, reply: FastifyReply): void
  /** Keys of an organization do not belong into pages. */
  requireOwnKind(request: FastifyRequest, principal: Principal): void
  /** Answers what browsers ask before they send a request. */
  registerPreflights(server: FastifyInstance): void
}

const asked_headers = 'authorization, content-type, idempotency-key, last-event-id, parley-concurrency, prefer'
const shown_headers =
  'x-request-id, retry-after, idempotent-replayed, ratelimit-limit, ratelimit-remaining, ratelimit-reset'
const max_age_seconds = 600

/** Folders of files of web widgets. */
const widgetFiles = /^\/public\/(embed|widget)\//

export function createSites({ sites, sign_in }: Pick<Config, 'sites' | 'sign_in'>): Sites {
  const listed = new Set(sites.cors_origins)
  const widget_host = sites.widget_url === undefined ? null : new URL(sites.widget_url).host
  const isListed = ({ headers }: FastifyRequest) => headers.origin !== undefined && listed.has(headers.origin)

  return {
    ownOrigin(request) {
      if (request.host === widget_host) return sites.widget_url!
      return sign_in.public_url ?? `${request.protocol}://${request.host}`
    },
    requirePlace(request) {
      if (request.host !== widget_host || widget_host === hostOf(sign_in.public_url)) return
      const operation = operationOf(request)
      const isTheirs = operation ? takesTokens(operation) : widgetFiles.test(request.routeOptions.url ?? '')
      if (!isTheirs && request.method !== 'OPTIONS') throw new AppError('not_found')
    },
    allow(request, reply) {
      const operation = operationOf(request)
      if (listed.size === 0 || !operation || !takesTokens(operation)) return
      reply.header('vary', 'Origin')
      if (!isListed(request)) return
      reply.header('access-control-allow-origin', request.headers.origin)
      reply.header('access-control-expose-headers', shown_headers)
    },
    requireOwnKind(request, principal) {
      const isForPages = (principal.kind === 'member' && principal.access.conversation) || principal.kind === 'resource'
      if (!isForPages && isListed(request)) throw new AppError('browser_key_refused')
    },
    registerPreflights(server) {
      if (listed.size === 0) return
      for (const [path, all] of Map.groupBy(Object.values<Operation>(operations), (operation) => operation.path)) {
        const methods = all.filter(takesTokens).map(({ method }) => method)
        server.options(path.replaceAll(/\{(\w+)\}/g, ':$1'), async (request, reply) => {
          // Also for paths without such an operation, which otherwise another one's parameter would stand for.
          if (methods.length === 0 || !isListed(request)) throw new AppError('not_found')
          return reply
            .code(204)
            .headers({
              'access-control-allow-origin': request.headers.origin,
              'access-control-allow-methods': methods.join(', '),
              'access-control-allow-headers': asked_headers,
              'access-control-max-age': max_age_seconds,
              vary: 'Origin',
            })
            .send()
        })
      }
    },
  }
}

/** Undefined: the address is of a page, a file, or nothing. */
function operationOf({ routeOptions }: FastifyRequest): Operation | undefined {
  const { operation_id } = routeOptions.config as { operation_id?: keyof typeof operations }
  return operation_id && operations[operation_id]
}

/** Whether it takes tokens that are made for browsers. */
function takesTokens({ from_sites, conversation_permission }: Operation): boolean {
  return from_sites === true || conversation_permission !== undefined
}

const hostOf = (url: string | undefined) => (url === undefined ? undefined : new URL(url).host)
