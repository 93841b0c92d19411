// Serves the console: its built files, under a policy that lets pages load nothing from elsewhere. It never handles addresses of
// the API.
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import files from '@fastify/static'
import { operations } from '@parley/contract'
import type { FastifyInstance } from 'fastify'
import { pageHeaders } from './security-headers.ts'

/** The output folder of `npm run build`. */
export const console_folder = join(import.meta.dirname, '..', '..', '..', 'console', 'dist')

/** The build's list of routes: the paths of its pages, which all return the same page. */
export async function readPagePaths(folder: string): Promise<readonly string[] | null> {
  const text = await readFile(join(folder, 'paths.json'), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as string[])
}

/** Forbids inline code, resources from elsewhere, and frames around it. */
const policy = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
]

/** `widget_url`: where the frames of web widgets are, which a page shows as a preview; undefined: here. */
export async function registerConsole(server: FastifyInstance, folder: string, widget_url?: string): Promise<void> {
  const headers = pageHeaders(widget_url === undefined ? policy : [...policy, `frame-src 'self' ${widget_url}`])
  const paths = await readPagePaths(folder)
  if (paths === null) return explainAbsence(server)
  await server.register(files, {
    root: folder,
    serve: false,
    index: false,
    // The compressed files of the build; `br` before `gzip`.
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => void reply.headers({ ...headers, 'cache-control': cachingOf(relative(folder, path)) }),
  })
  for (const path of paths) server.get(path, async (_request, reply) => reply.sendFile('index.html'))
  for (const file of ['theme.js', 'icon.svg']) server.get(`/${file}`, async (_request, reply) => reply.sendFile(file))
  server.get('/assets/:file', async (request, reply) => {
    const { file } = request.params as { file: string }
    return /^[\w-][\w.-]*$/.test(file) ? reply.sendFile(`assets/${file}`) : reply.callNotFound()
  })
}

/** The name of an asset contains the hash of its content. */
function cachingOf(file: string): string {
  return file.startsWith('assets') ? 'public, max-age=31536000, immutable' : 'no-cache'
}

const absence = `The console has not been built. The API works; /docs describes it.

To build the console: npm run build, then start the server again.
`

/** Without a build the pages are unknown: what a browser opens may be one, other than addresses of the API and of files. */
async function explainAbsence(server: FastifyInstance): Promise<void> {
  const ofApi = new Set(['docs', ...Object.values(operations).map(({ path }) => path.split('/')[1])])
  server.get('/*', async (request, reply) => {
    const [path = ''] = request.url.split('?')
    const isPage = request.headers.accept?.includes('text/html') === true || path === '/'
    if (!isPage || path.includes('.') || ofApi.has(path.split('/')[1])) return reply.callNotFound()
    return reply
      .code(503)
      .headers(pageHeaders(policy))
      .header('cache-control', 'no-store')
      .type('text/plain; charset=utf-8')
      .send(absence)
  })
}
