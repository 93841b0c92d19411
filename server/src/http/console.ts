// The console: files that were built before, sent as they are, under a policy that lets a page load nothing from elsewhere. Addresses
// of the API stay the API's own.
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import files from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { pageHeaders } from './security-headers.ts'

/** Where `npm run build` leaves it. */
export const console_folder = join(import.meta.dirname, '..', '..', '..', 'console', 'dist')

/** The addresses of its pages, which all are the one page; its routes are in console/src/router.tsx. */
export const consolePaths = [
  '/',
  '/sign-in',
  '/accept-invitation',
  '/inbox',
  '/conversations/*',
  '/agents',
  '/agents/*',
  '/overview',
  '/settings',
  '/settings/organization',
  '/settings/members',
  '/settings/keys',
  '/settings/webhooks',
  '/settings/webhooks/*',
  '/settings/secrets',
  '/settings/models',
  '/settings/account',
] as const

/** Nothing inline, nothing from elsewhere, nobody around it. */
const policy = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
]

const headers = pageHeaders(policy)

export async function registerConsole(server: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) return explainAbsence(server)
  await server.register(files, {
    root: folder,
    serve: false,
    index: false,
    // What the build has compressed; `br` before `gzip`.
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => void reply.headers({ ...headers, 'cache-control': cachingOf(relative(folder, path)) }),
  })
  for (const path of consolePaths) server.get(path, async (_request, reply) => reply.sendFile('index.html'))
  for (const file of ['theme.js', 'icon.svg']) server.get(`/${file}`, async (_request, reply) => reply.sendFile(file))
  server.get('/assets/:file', async (request, reply) => {
    const { file } = request.params as { file: string }
    return /^[\w-][\w.-]*$/.test(file) ? reply.sendFile(`assets/${file}`) : reply.callNotFound()
  })
}

/** The name of an asset has the hash of what it holds. */
function cachingOf(file: string): string {
  return file.startsWith('assets') ? 'public, max-age=31536000, immutable' : 'no-cache'
}

const absence = `The console is not built, so there is nothing to see here. The API works: /docs describes it.

To build the console: npm run build, then start the server again.
`

async function explainAbsence(server: FastifyInstance): Promise<void> {
  for (const path of consolePaths) {
    server.get(path, async (_request, reply) =>
      reply
        .code(503)
        .headers(headers)
        .header('cache-control', 'no-store')
        .type('text/plain; charset=utf-8')
        .send(absence),
    )
  }
}
