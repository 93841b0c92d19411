// The pages and files of web widgets as routes: loader, frame, challenge, and what the frame loads.
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../base/errors.ts'
import type { Embeds, Page } from '../web-widgets/web-widgets.ts'
import { accepts } from './accept.ts'
import type { Sites } from './sites.ts'
import type { AddressLimiter } from './unknown-callers.ts'

interface Around {
  sites: Sites
  site_callers: AddressLimiter
  /** Whether the server is for development, and shows a demo. */
  has_demo: boolean
}

const zip = promisify(gzip)

const types: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
}

/** Best first. */
const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

export function registerWidgetPages(server: FastifyInstance, embeds: Embeds, around: Around): void {
  const { sites, site_callers, has_demo } = around
  const get = (path: string, show: (request: FastifyRequest) => Promise<Page>) =>
    server.get(path, async (request, reply) => {
      requireRoom(site_callers, request)
      return sendPage(request, reply, await show(request))
    })

  get('/public/embed/:id', (request) => embeds.loader(idOf(request), sites.ownOrigin(request)))
  get('/public/embed/:id/captcha', (request) => embeds.captcha(idOf(request), sites.ownOrigin(request)))
  const frameOf = (request: FastifyRequest) => {
    const { parentOrigin, preview } = request.query as Record<string, unknown>
    return {
      own_origin: sites.ownOrigin(request),
      parent_origin: textOf(parentOrigin),
      preview: textOf(preview),
      destination: textOf(request.headers['sec-fetch-dest']),
    }
  }
  get('/public/embed/:id/frame', (request) => embeds.frame(idOf(request), frameOf(request)))
  get('/public/embed/:id/sample', (request) => embeds.sample(idOf(request), frameOf(request)))
  if (has_demo) get('/widget-demo', (request) => embeds.demo(sites.ownOrigin(request)))
  server.get('/public/widget/:file', async (request, reply) => {
    const { file } = request.params as { file: string }
    const plain = await embeds.asset(file)
    const type = types[file.split('.').at(-1)!]
    if (!plain || !type) return reply.callNotFound()
    return sendAsset(request, reply, { file, plain, type }, embeds)
  })
}

const idOf = ({ params }: FastifyRequest) => (params as { id: string }).id

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

function requireRoom(site_callers: AddressLimiter, { ip }: FastifyRequest): void {
  const { allowed, retry_after_seconds } = site_callers.take(ip)
  if (!allowed) throw new AppError('rate_limited', undefined, {}, { retry_after: retry_after_seconds })
}

const least_zipped_bytes = 1024

async function sendPage(request: FastifyRequest, reply: FastifyReply, { status, headers, body }: Page) {
  reply.code(status).headers({ 'x-content-type-options': 'nosniff', ...headers })
  if (status === 200 && headers['cache-control'] !== 'no-store') {
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`
    reply.headers({ etag, vary: 'accept-encoding' })
    if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send()
  }
  if (body.length < least_zipped_bytes || !accepts(request.headers['accept-encoding'], 'gzip')) return reply.send(body)
  return reply
    .header('content-encoding', 'gzip')
    .header('vary', 'accept-encoding')
    .send(await zip(body))
}

/** Its name contains the hash of its content. */
async function sendAsset(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { file, plain, type }: { file: string; plain: Buffer; type: string },
  embeds: Embeds,
) {
  reply.headers({
    'content-type': type,
    'cache-control': 'public, max-age=31536000, immutable',
    'cross-origin-resource-policy': 'cross-origin',
    // Pages of sites import the loader's second part as a module.
    'access-control-allow-origin': '*',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
  })
  for (const [encoding, suffix] of encodings) {
    const packed = accepts(headers['accept-encoding'], encoding) ? await embeds.asset(`${file}${suffix}`) : null
    if (packed) return reply.header('content-encoding', encoding).send(packed)
  }
  return reply.send(plain)
}
