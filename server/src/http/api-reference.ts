// The API reference: the OpenAPI document and a page that renders it, without any other server.
import { createHash } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import { later } from '../base/later.ts'
import { type SendFile, keepFile } from './kept-file.ts'
import { pageHeaders } from './security-headers.ts'

/** Both are made when they are first asked for. */
export function registerApiReference(server: FastifyInstance, describe: () => object): void {
  let sendDocument: SendFile | undefined
  server.get('/openapi.json', (request, reply) => {
    sendDocument ??= keepFile(Buffer.from(JSON.stringify(describe())), {
      'content-type': 'application/json; charset=utf-8',
    })
    return sendDocument(request, reply)
  })
  server.get('/docs/api', async (_request, reply) => reply.redirect('/docs/api/', 301))
  server.get('/docs/api/', async (request, reply) => (await readReference()).sendPage(request, reply))
  server.get('/docs/api/js/scalar.js', async (request, reply) => (await readReference()).sendScript(request, reply))
}

interface Reference {
  sendPage: SendFile
  sendScript: SendFile
}

/** Once per process, because it is large and the same for every server. */
const readReference = later(makeReference)

/** The library has its script only as a text of 5 MB, which takes time to load, and would write a copy of it for each request. */
async function makeReference(): Promise<Reference> {
  const { default: scalar } = await import('@scalar/fastify-api-reference')
  await using library = Fastify()
  await library.register(scalar, {
    routePrefix: '/docs/api',
    configuration: {
      pageTitle: 'Parley API',
      url: '/openapi.json',
      withDefaultFonts: false,
      hideClientButton: true,
      telemetry: false,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
      documentDownloadType: 'json',
    },
  })
  const [page, script] = await Promise.all([library.inject('/docs/api/'), library.inject('/docs/api/js/scalar.js')])
  return {
    sendPage: keepFile(page.rawPayload, {
      ...pageHeaders(describePolicy(page.body)),
      'content-type': 'text/html; charset=utf-8',
    }),
    sendScript: keepFile(script.rawPayload, { 'content-type': 'text/javascript; charset=utf-8' }),
  }
}

/** The page has one inline script, which calls that of the library. */
function describePolicy(page: string): string[] {
  const inline = [...page.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g)].map(([, text]) => hashOf(text!))
  return [
    "default-src 'none'",
    `script-src 'self' ${inline.join(' ')}`,
    // The library creates its styles while it renders.
    "style-src 'unsafe-inline'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
}

function hashOf(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`
}
