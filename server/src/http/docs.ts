// Serves the documentation: the built files of `site`, each read when it is first asked for. It never handles addresses of the API.
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { registerApiReference } from './api-reference.ts'
import { type SendFile, keepFile } from './kept-file.ts'
import { pageHeaders } from './security-headers.ts'
import { registerServiceDocuments } from './service-documents.ts'

/** The output folder of `npm run build`. */
export const site_folder = join(import.meta.dirname, '..', '..', '..', 'site', 'dist')

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/** Forbids inline code, resources from elsewhere, and frames around it. */
const policy = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
]

/** A picture that is opened by itself has its style within. */
const picturePolicy = ["default-src 'none'", "style-src 'unsafe-inline'", "frame-ancestors 'none'"]

const absence = `The documentation has not been built. /docs/api describes the API.

To build it: npm run build.
`

/** `describe` makes the OpenAPI document. */
export function registerDocs(server: FastifyInstance, folder: string, describe: () => object): void {
  registerApiReference(server, describe)
  registerServiceDocuments(server)
  // As many as the folder has files.
  const kept = new Map<string, SendFile>()
  const send = async (path: string, request: FastifyRequest, reply: FastifyReply) => {
    const file = kept.get(path) ?? (await keep(folder, path))
    if (file === null) return reply.callNotFound()
    kept.set(path, file)
    return file(request, reply)
  }
  server.get('/docs', async (_request, reply) => reply.redirect('/docs/', 301))
  server.get('/docs/', async (request, reply) => {
    const isBuilt = kept.has('index.html') || (await keep(folder, 'index.html')) !== null
    return isBuilt ? send('index.html', request, reply) : explainAbsence(reply)
  })
  server.get('/docs/:page', async (request, reply) => {
    const { page } = request.params as { page: string }
    return /^[a-z][a-z-]*$/.test(page) ? send(`${page}.html`, request, reply) : reply.callNotFound()
  })
  server.get('/docs/assets/:file', async (request, reply) => {
    const { file } = request.params as { file: string }
    return /^[\w-][\w.-]*$/.test(file) ? send(`assets/${file}`, request, reply) : reply.callNotFound()
  })
}

async function keep(folder: string, path: string): Promise<SendFile | null> {
  const type = types[extname(path)]
  const content = type === undefined ? null : await readFile(join(folder, path)).catch(() => null)
  if (content === null) return null
  return keepFile(content, {
    ...pageHeaders(extname(path) === '.svg' ? picturePolicy : policy),
    'content-type': type!,
    // The name of an asset contains the hash of its content.
    ...(path.startsWith('assets/') ? { 'cache-control': 'public, max-age=31536000, immutable' } : {}),
  })
}

function explainAbsence(reply: FastifyReply): FastifyReply {
  return reply
    .code(503)
    .headers({ ...pageHeaders(policy), 'cache-control': 'no-store' })
    .type('text/plain; charset=utf-8')
    .send(absence)
}
