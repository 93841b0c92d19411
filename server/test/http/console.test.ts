// The console's files as the server sends them: with their policy, compression and caching.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { registerConsole } from '../../src/http/console.ts'

const page = '<!doctype html><title>Parley</title>'
const paths = ['/', '/inbox', '/conversations/*']
const script = 'console.log("Parley")'
let folder: string
let server: FastifyInstance

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-console-'))
  await mkdir(join(folder, 'assets'))
  const texts = { 'index.html': page, 'theme.js': script, 'icon.svg': '<svg/>', 'assets/main-abc123.js': script }
  for (const [name, text] of Object.entries(texts)) {
    await writeFile(join(folder, name), text)
    await writeFile(join(folder, `${name}.br`), brotliCompressSync(text))
    await writeFile(join(folder, `${name}.gz`), gzipSync(text))
  }
  await writeFile(join(folder, 'paths.json'), JSON.stringify(paths))
  await writeFile(join(folder, '..', 'parley-outside.js'), 'secret')
  server = await startServer(folder)
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
  await rm(join(folder, '..', 'parley-outside.js'))
})

async function startServer(folder: string, widget_url?: string): Promise<FastifyInstance> {
  const server = Fastify()
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ detail: 'Not found' }))
  await registerConsole(server, folder, widget_url)
  return server
}

const addresses = paths.map((path) => path.replace('*', '01a2134c-0eb5-77e5-84e8-43d3d50e2fba'))

describe('a page', () => {
  test.each(addresses)('%s is the page, revalidated each time, with a policy without exceptions', async (url) => {
    const { statusCode, headers, body } = await server.inject({ url })
    expect([statusCode, body]).toEqual([200, page])
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:|blob:/)
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
  })

  test('can frame web widgets of an origin of their own, and nothing else of it', async () => {
    const apart = await startServer(folder, 'https://chat.example')
    const { headers } = await apart.inject({ url: '/' })
    await apart.close()
    const policy = String(headers['content-security-policy']).split('; ')
    expect(policy).toContain("frame-src 'self' https://chat.example")
    expect(policy.filter((directive) => directive.includes('chat.example'))).toHaveLength(1)
  })

  test('is 304 for a browser that has it', async () => {
    const { headers } = await server.inject({ url: '/' })
    const again = await server.inject({ url: '/', headers: { 'if-none-match': headers.etag as string } })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  })
})

describe('an asset', () => {
  const url = '/assets/main-abc123.js'

  test.each([
    ['br', brotliCompressSync(script)],
    ['gzip', gzipSync(script)],
  ])('is sent as %s, and is cached permanently', async (encoding, bytes) => {
    const { headers, rawPayload } = await server.inject({ url, headers: { 'accept-encoding': encoding } })
    expect(rawPayload.equals(bytes)).toBe(true)
    expect(headers).toMatchObject({
      'content-encoding': encoding,
      'content-type': expect.stringContaining('javascript'),
      'cache-control': 'public, max-age=31536000, immutable',
      vary: expect.stringMatching(/accept-encoding/i),
    })
  })

  test.each([
    '/assets/none.js',
    '/assets/',
    '/assets/..%2f..%2fparley-outside.js',
    '/assets/%2e%2e/index.htm',
    '/index.html',
    '/paths.json',
    '/agents',
  ])('%s is not an asset, and that response is not cached', async (url) => {
    const { statusCode, headers, body } = await server.inject({ url })
    expect([statusCode, JSON.parse(body)]).toEqual([404, { detail: 'Not found' }])
    expect(headers['cache-control']).toBeUndefined()
  })
})

describe('without a build', () => {
  test.each(['/', '/inbox', '/conversations/1?a=1', '/new-page'])('%s says what to do', async (url) => {
    await using bare = await startServer(join(folder, 'none'))
    const { statusCode, headers, body } = await bare.inject({ url, headers: { accept: 'text/html,*/*;q=0.8' } })
    expect([statusCode, headers['content-type']]).toEqual([503, 'text/plain; charset=utf-8'])
    expect(body).toContain('npm run build')
  })

  test.each(['/core/none', '/auth/none', '/docs/none', '/theme.js', '/assets/main-abc123.js'])(
    '%s is not found',
    async (url) => {
      await using bare = await startServer(join(folder, 'none'))
      const { statusCode, body } = await bare.inject({ url })
      expect([statusCode, JSON.parse(body)]).toEqual([404, { detail: 'Not found' }])
    },
  )

  test('a client other than a browser gets 404 for an unknown path', async () => {
    await using bare = await startServer(join(folder, 'none'))
    expect((await bare.inject({ url: '/metrics', headers: { accept: '*/*' } })).statusCode).toBe(404)
  })

  test('a build without paths counts as no build', async () => {
    const old = await mkdtemp(join(tmpdir(), 'parley-console-'))
    await writeFile(join(old, 'index.html'), page)
    await using bare = await startServer(old)
    expect((await bare.inject({ url: '/' })).statusCode).toBe(503)
    await rm(old, { recursive: true })
  })
})
