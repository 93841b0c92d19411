// The OpenAPI documents of the API's five parts, also in version 3.0.3. Public, and made when they are first asked for.
import {
  type Operation,
  apiServices,
  createOpenApiDocument,
  operations,
  serviceOf,
  toOpenApi303,
} from '@parley/contract'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../base/errors.ts'
import { version } from '../base/version.ts'
import { type SendFile, keepFile } from './kept-file.ts'

const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'public, max-age=300' }

export function registerServiceDocuments(server: FastifyInstance): void {
  for (const service of apiServices) {
    const kept = new Map<string, SendFile>()
    server.get(`/${service.replaceAll('_', '-')}/openapi.json`, (request, reply) => {
      const { openapi = '3.1.0' } = request.query as { openapi?: unknown }
      const write = openapi === '3.1.0' || openapi === '3.0.3' ? writers[openapi] : undefined
      if (write === undefined) throw new AppError('malformed_request', 'openapi must be 3.1.0 or 3.0.3.')
      const send =
        kept.get(openapi as string) ?? keepFile(Buffer.from(JSON.stringify(write(describe(service)))), headers)
      kept.set(openapi as string, send)
      return send(request, reply)
    })
  }
}

const writers = { '3.1.0': (document: Document) => document, '3.0.3': toOpenApi303 }

type Document = ReturnType<typeof createOpenApiDocument>

function describe(service: string): Document {
  const own = Object.entries<Operation>(operations).filter(([, operation]) => serviceOf(operation) === service)
  const { webhooks, tags, info, ...document } = createOpenApiDocument(Object.fromEntries(own), version)
  const used = new Set(own.map(([, { tag }]) => tag))
  return {
    ...document,
    info: { ...(info as object), title: `Parley API: ${service.replaceAll('_', ' ')}` },
    tags: (tags as { name: string }[]).filter(({ name }) => used.has(name)),
    // Endpoints receive events of the whole API; the core has them.
    ...(service === 'core' ? { webhooks } : {}),
  }
}
