// Which pages of other sites may call from a browser (CORS), and the origin that web widgets have of their own.
import { type Operation, operations } from '@parley/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../base/errors.ts'
import type { Principal } from '../calls/principal.ts'
import type { Config } from '../config/config.ts'
import type { CallRequest } from './call-request.ts'
import { createCors, methodsByPath, takesTokens } from './cors.ts'

export interface Sites {
  /** The origin at which a request reached the server. */
  ownOrigin(request: Pick<CallRequest, 'host' | 'protocol'>): string
  /** Throws `not_found` for what is not of web widgets, at the origin that is theirs alone. */
  requirePlace(request: FastifyRequest): void
  /** Lets pages of a listed origin read the answer, also one that refuses the call before it is looked at. */
  allow(request: FastifyRequest, reply: FastifyReply): void
  /** Keys of an organization do not belong into pages. */
  requireOwnKind(request: Pick<CallRequest, 'headers'>, principal: Principal): void
  /** Answers what browsers ask before they send a request. */
  registerPreflights(server: FastifyInstance): void
}

/** Folders of files of web widgets. */
const widgetFiles = /^\/public\/(embed|widget)\//

export function createSites({ sites, sign_in }: Pick<Config, 'sites' | 'sign_in'>): Sites {
  const cors = createCors(sites.cors_origins)
  const widget_host = sites.widget_url === undefined ? null : new URL(sites.widget_url).host

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
      if (cors.isOn && operation && takesTokens(operation)) reply.headers(cors.headersFor(request.headers.origin))
    },
    requireOwnKind({ headers }, principal) {
      const isForPages = (principal.kind === 'member' && principal.access.conversation) || principal.kind === 'resource'
      if (!isForPages && cors.isListed(headers.origin)) throw new AppError('browser_key_refused')
    },
    registerPreflights(server) {
      if (!cors.isOn) return
      for (const [path, methods] of methodsByPath()) {
        server.options(path.replaceAll(/\{(\w+)\}/g, ':$1'), async ({ headers: { origin } }, reply) => {
          // Also for paths without such an operation, which otherwise another one's parameter would stand for.
          if (methods.length === 0 || !cors.isListed(origin)) throw new AppError('not_found')
          return reply.code(204).headers(cors.preflightFor(origin!, methods)).send()
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

const hostOf = (url: string | undefined) => (url === undefined ? undefined : new URL(url).host)
