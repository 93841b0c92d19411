// The files of the documentation as the server sends them: with their policy and caching, and none but those of the build.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { registerDocs } from '../../src/http/docs.ts'

let folder: string
let server: FastifyInstance

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-docs-'))
  const dist = join(folder, 'dist')
  await mkdir(join(dist, 'assets'), { recursive: true })
  const files = ['index.html', 'tools.html', 'assets/main-abc.js', 'assets/turn-abc.svg', 'assets/notes.txt']
  for (const file of files) await writeFile(join(dist, file), `this is ${file}`)
  await writeFile(join(folder, 'outside.html'), 'secret')
  server = startServer(dist)
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

function startServer(dist: string): FastifyInstance {
  const server = Fastify()
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ detail: 'Not found' }))
  registerDocs(server, dist, () => ({}))
  return server
}

test.each([
  ['/docs/', 'index.html'],
  ['/docs/tools', 'tools.html'],
])('%s is a page, revalidated each time, with a policy without exceptions', async (url, file) => {
  const { statusCode, headers, body } = await server.inject({ url })
  expect([statusCode, body]).toEqual([200, `this is ${file}`])
  expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
  const policy = String(headers['content-security-policy'])
  expect(policy).toContain("default-src 'self'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe|\*|https?:|data:|blob:/)
})

test('without its slash the address leads to the first page', async () => {
  const { statusCode, headers } = await server.inject({ url: '/docs' })
  expect([statusCode, headers['location']]).toEqual([301, '/docs/'])
})

test('an asset is kept for a year; a picture may have its style within, and nothing else', async () => {
  const script = await server.inject({ url: '/docs/assets/main-abc.js' })
  expect(script.headers).toMatchObject({ 'content-type': 'text/javascript; charset=utf-8' })
  expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  const picture = await server.inject({ url: '/docs/assets/turn-abc.svg' })
  expect(picture.headers['content-type']).toBe('image/svg+xml')
  expect(picture.headers['content-security-policy']).toBe(
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  )
})

describe('no page', () => {
  test.each([
    '/docs/none',
    '/docs/index.html',
    '/docs/..%2Foutside',
    '/docs/assets/..%2F..%2Foutside.html',
    '/docs/assets/notes.txt',
    '/docs/assets/none.js',
    '/docs/assets/main-abc.js/more',
    '/docs/tools/',
  ])('%s', async (url) => {
    const { statusCode, body } = await server.inject({ url })
    expect([statusCode, JSON.parse(body)]).toEqual([404, { detail: 'Not found' }])
  })
})

test('without a build the first page says what to do, and is there as soon as it is built', async () => {
  const dist = join(folder, 'later')
  await using bare = startServer(dist)
  const { statusCode, headers, body } = await bare.inject({ url: '/docs/' })
  expect([statusCode, headers['cache-control']]).toEqual([503, 'no-store'])
  expect(body).toContain('npm run build')
  await mkdir(dist)
  await writeFile(join(dist, 'index.html'), 'built')
  expect((await bare.inject({ url: '/docs/' })).body).toBe('built')
})
