// Hostile sites: each fails for the right reason, within its bound, and costs the server nothing that stays.
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type NameServer, startNameServer } from '../../outbound/name-server.ts'
import { type Answer, type Crawler, pageOf, soon, startCrawler, startSite } from './fixture.ts'

let crawler: Crawler
let names: NameServer

beforeAll(async () => {
  names = await startNameServer((name) => ({ addresses: resolved[name]! }))
  crawler = await startCrawler({
    // What tools may reach is not open to crawls.
    PARLEY_ALLOW_PRIVATE_HOSTS: 'localhost,127.0.0.2,169.254.169.254,private.test',
    PARLEY_NAME_SERVERS: names.address,
    PARLEY_LIMIT_CRAWL_BYTES: '3000000',
    PARLEY_LIMIT_CRAWLED_PAGE_BYTES: '1000000',
    PARLEY_LIMIT_SITEMAP_BYTES: '1500000',
    PARLEY_LIMIT_CONVERSION_SECONDS: '20',
  })
})
afterAll(async () => {
  await crawler[Symbol.asyncDispose]()
  await names[Symbol.asyncDispose]()
})

const plain = { use_sitemap: false } as const
const mebibyte = Buffer.alloc(1_048_576, 'a')

/** Never ends, as fast as it is read. */
const endless: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' })
  const more = () => {
    while (!response.destroyed && response.write(mebibyte));
  }
  response.on('drain', more)
  more()
}

const redirect = (location: string): Answer => ({ status: 302, headers: { location } })
const packed = (body: Buffer, encoding = 'gzip'): Answer => ({ headers: { 'content-encoding': encoding }, body })
const bomb = gzipSync(Buffer.alloc(20_000_000))

/** The start page, which has to fail. */
async function failure(start: Answer, path = '/') {
  await using site = await startSite({ [path]: start })
  const source = await crawler.crawled((await crawler.create(site.url + path)).id)
  expect(source).toMatchObject({ status: 'failed', file_upload_status: 'FAILED', crawl: { status: 'failed' } })
  expect(source.status_reason).toEqual(source.crawl.reason)
  await vi.waitUntil(() => site.open === 0, soon)
  return { code: source.crawl.reason!.code, message: source.crawl.reason!.message, requests: site.requests }
}

describe.concurrent('a page', () => {
  test.each<[string, Answer, string, number]>([
    ['an endless body', endless, 'too_large', 1],
    ['a gzip bomb', packed(bomb), 'too_large', 1],
    ['a redirect to itself', redirect('/'), 'too_many_redirects', 1],
    ['a redirect to a file', redirect('file:///etc/passwd'), 'fetch_failed', 1],
  ])('%s', async (_what, start, code, tries) => {
    const failed = await failure(start)
    expect(failed.code).toBe(code)
    expect(failed.requests.filter((path) => path === '/')).toHaveLength(tries)
  })
})

const refused = [
  ...['http://localhost/', 'http://localhost./', 'http://a.localhost/'],
  ...['http://127.0.0.2/', 'http://0x7f000002/', 'http://2130706434/', 'http://0177.0.0.2/', 'http://127.2/'],
  ...['http://１２７.0.0.2/', 'http://127。0。0。2/', 'http://0.0.0.0/', 'http://10.0.0.1/', 'http://192.168.1.1/'],
  ...['http://172.16.0.1/', 'http://100.64.0.1/', 'http://169.254.169.254/latest/meta-data'],
  ...['http://[::1]/', 'http://[::]/', 'http://[::ffff:127.0.0.2]/', 'http://[::127.0.0.2]/', 'http://[fd00::1]/'],
  ...['http://[fe80::1]/', 'http://[64:ff9b::7f00:2]/', 'http://[2002:7f00:2::]/'],
]

/** By name. */
const resolved: Record<string, string[]> = {
  'loopback.test': ['127.0.0.1'],
  'private.test': ['10.1.2.3'],
  'metadata.test': ['169.254.169.254'],
  'six.test': ['::1'],
  'local-six.test': ['fd00::1'],
  'mapped.test': ['::ffff:7f00:1'],
  'translated.test': ['64:ff9b::7f00:1'],
  'mixed.test': ['8.8.8.8', '192.168.0.1'],
}

describe('addresses', () => {
  test('that are not public are refused in every form, by name too', async () => {
    const { client } = crawler.server
    const names = [...refused, ...Object.keys(resolved).map((name) => `http://${name}/`)]
    const sources = await client.createSources({ items: names.map((name) => ({ name, type: 'URL' })) })
    for (const { id, name } of sources) {
      const { status, status_reason } = await crawler.crawled(id)
      expect([name, status, status_reason?.code]).toEqual([name, 'failed', 'refused_address'])
    }
  })

  test.concurrent.for(['http://127.0.0.2:1/', 'http://[::1]:1/', 'http://mixed.test/'])(
    'a redirect to %s is refused',
    async (to, { expect }) => {
      expect(await failure(redirect(to))).toMatchObject({ code: 'refused_address' })
    },
  )

  test('a robots.txt that redirects there is refused', async () => {
    await using site = await startSite({ '/': pageOf('Home'), '/robots.txt': redirect('http://169.254.169.254/') })
    const source = await crawler.crawled((await crawler.create(site.url)).id)
    expect(source.status_reason).toMatchObject({ code: 'refused_address' })
    expect(site.requests).toEqual(['/robots.txt'])
  })

  test('links and canonical addresses elsewhere are never fetched', async () => {
    const html = pageOf('Home', 'http://169.254.169.254/', 'http://10.0.0.1/x', '//[::1]/').replace(
      '<head>',
      '<head><base href="http://169.254.169.254/"><link rel=canonical href="http://10.0.0.1/">',
    )
    await using site = await startSite({ '/': html })
    const source = await crawler.crawled((await crawler.create(site.url, plain)).id)
    expect(source.crawl.counts).toMatchObject({ stored: 1, waiting: 0, excluded: 0, failed: 0 })
  })
})
