// Hostile sites that take long, for each of their pages is read in a process of its own.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type Crawler, type Site, pageOf, startCrawler, startSite } from './fixture.ts'

let crawler: Crawler

beforeAll(async () => {
  crawler = await startCrawler({
    PARLEY_LIMIT_CRAWL_REQUEST_SECONDS: '1',
    PARLEY_LIMIT_CRAWL_BYTES: '3000000',
    PARLEY_LIMIT_CRAWLED_PAGE_BYTES: '1000000',
    PARLEY_LIMIT_SITEMAP_BYTES: '1500000',
    PARLEY_LIMIT_CONVERSION_SECONDS: '20',
  })
})
afterAll(() => crawler[Symbol.asyncDispose]())

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

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

const slow: Answer = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' })
  const timer = setInterval(() => response.write('a'), 100)
  response.on('close', () => clearInterval(timer))
}

const packed = (body: Buffer, encoding = 'gzip'): Answer => ({ headers: { 'content-encoding': encoding }, body })
const bomb = gzipSync(Buffer.alloc(50_000_000))

describe('a site', () => {
  const crawl = async (site: Site, options: object = plain, path = '/') =>
    crawler.crawled((await crawler.create(site.url + path, { limit: 1000, max_discovery_depth: 100, ...options })).id)

  test('a trap of paths ends at the bound of addresses', async () => {
    await using small = await startCrawler({ PARLEY_LIMIT_CRAWL_ADDRESSES: '12' })
    await using site = await startSite()
    let n = 0
    site.other = (request, response) => {
      if (request.url === '/robots.txt') return void response.writeHead(404).end()
      const links = Array.from({ length: 5 }, () => `/${(n += 1)}`)
      response.writeHead(200, { 'content-type': 'text/html' }).end(pageOf(`At ${request.url}`, ...links))
    }
    const options = { ...plain, limit: 1000, max_discovery_depth: 100 }
    const source = await small.crawled((await small.create(site.url, options)).id)
    expect(source.crawl).toMatchObject({ status: 'complete', counts: { stored: 12, waiting: 0 } })
    expect(source.crawl.warning).toContain('12 addresses')
  }, 300_000)

  test('paths that grow end at the depth, long addresses are not followed', async () => {
    await using site = await startSite()
    site.other = (request, response) => {
      if (request.url === '/robots.txt') return void response.writeHead(404).end()
      const links = [`${request.url!}more/`, `/${'x'.repeat(2048)}`]
      response.writeHead(200, { 'content-type': 'text/html' }).end(pageOf(`At ${request.url}`, ...links))
    }
    const source = await crawl(site, { ...plain, max_depth: 3 })
    expect(await crawler.outcomes(source)).toEqual({
      ...{ '/': 'stored', '/more/': 'stored', '/more/more/': 'stored', '/more/more/more/': 'stored' },
      '/more/more/more/more/': 'excluded',
    })
  })

  test('pages that all fail end after ten requests for each that was asked for', async () => {
    await using site = await startSite({ '/': pageOf('Home', ...Array.from({ length: 250 }, (_, n) => `/${n}`)) })
    const source = await crawl(site, { ...plain, limit: 1 })
    expect(site.requests.length).toBeLessThan(10)
    const more = await crawl(site, { ...plain, limit: 2 })
    expect(more.crawl.warning).toBe('The crawl ended after 120 requests, most of them for nothing new.')
    expect(source.crawl.warning).toBeNull()
  }, 300_000)

  test('a sitemap of a million, a bomb, and one without end are left out with a warning', async () => {
    const million = `<urlset>${'<url><loc>http://127.0.0.1/x</loc></url>'.repeat(1_000_000)}</urlset>`
    for (const body of [endless, packed(gzipSync(million)), { body: gzipSync(million) }, packed(bomb)]) {
      await using site = await startSite({ '/': pageOf('Home', '/a'), '/a': pageOf('A'), '/sitemap.xml': body })
      const source = await crawl(site, {})
      expect(source.crawl).toMatchObject({ status: 'complete', counts: { stored: 2 } })
      expect(source.crawl.warning).toContain('/sitemap.xml could not be read: The page has more than')
    }
  }, 300_000)

  test('a calendar ends at 50 queries of one path', async () => {
    await using site = await startSite()
    site.other = (request, response) => {
      if (request.url === '/robots.txt') return void response.writeHead(404).end()
      const day = Number(new URL(request.url!, site.url).searchParams.get('day'))
      const links = Array.from({ length: 5 }, (_, n) => `/?day=${day + n + 1}`)
      response.writeHead(200, { 'content-type': 'text/html' }).end(pageOf(`Day ${day}`, ...links))
    }
    const source = await crawl(site, plain, '/?day=0')
    expect(source.crawl).toMatchObject({ status: 'complete', counts: { stored: 50, waiting: 0 } })
    expect(source.crawl.warning).toContain('50 different queries')
  }, 300_000)

  test('many large pages end at the bytes of a crawl', async () => {
    await using site = await startSite({ '/': pageOf('Home', ...Array.from({ length: 20 }, (_, n) => `/${n}`)) })
    for (let n = 0; n < 20; n += 1) site.pages[`/${n}`] = pageOf(`${n} ${'word '.repeat(40_000)}`)
    const source = await crawl(site)
    expect(source.crawl).toMatchObject({ status: 'complete', counts: { stored: 6, waiting: 15 } })
    expect(source.crawl.warning).toBe('The crawl ended at its limit of 3000000 bytes.')
  }, 300_000)

  test('sitemaps that name each other end at fifty', async () => {
    await using site = await startSite({ '/': pageOf('Home') })
    site.other = (request, response) => {
      if (!request.url!.includes('sitemap')) return void response.writeHead(404).end()
      const each = Array.from(
        { length: 100 },
        (_, n) => `<sitemap><loc>${site.url}/sitemap-${n}-${request.url!.length}</loc></sitemap>`,
      )
      response.writeHead(200).end(`<sitemapindex>${each.join('')}</sitemapindex>`)
    }
    const source = await crawl(site, {})
    expect(source.crawl.status).toBe('complete')
    expect(site.requests.filter((path) => path.includes('sitemap'))).toHaveLength(50)
  }, 300_000)

  test('pages nested without end, or of one long line, fail alone', async () => {
    const deep = '<div>'.repeat(190_000)
    const wide = `<html><body><p>${'<b>x'.repeat(200_000)}`
    await using site = await startSite({
      '/': pageOf('Home', '/deep', '/wide', '/a'),
      '/deep': deep,
      '/wide': wide,
      '/a': pageOf('A'),
    })
    const source = await crawl(site)
    expect(await crawler.outcomes(source)).toMatchObject({ '/': 'stored', '/a': 'stored', '/deep': 'failed' })
  }, 300_000)
})

test('patterns that take long for each address hold up nothing but their own crawl', async () => {
  const text = (seed: number) =>
    Array.from({ length: 1900 }, (_, n) => ((seed * 31 + n * n * 7 + n) % 5 < 2 ? 'a' : 'b')).join('')
  const links = Array.from({ length: 400 }, (_, n) => `/${text(n)}`)
  await using site = await startSite({ '/': pageOf('Home', ...links) })
  const before = process.cpuUsage()
  const options = { ...plain, limit: 3, exclude_paths: ['[ab]*a[ab]{1800}c', '(?:[ab]|ab)*b[ab]{900}c'] }
  const source = await crawler.crawled((await crawler.create(site.url, options)).id)
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5)
  expect(source.crawl).toMatchObject({ status: 'complete', counts: { stored: 1 } })
  expect(source.crawl.warning).toContain('the patterns of the options take too much time')
}, 60_000)

test('after all of them the server answers, and its memory is what it was', async () => {
  const { client } = crawler.server
  const measure = async () => {
    await new Promise<void>((resolve) => setImmediate(resolve))
    collectGarbage()
    return process.memoryUsage().heapUsed + process.memoryUsage().external
  }
  await using site = await startSite({ '/': endless, '/b': packed(bomb), '/c': slow })
  const round = async () => {
    for (const path of ['/', '/b']) await crawler.crawled((await crawler.create(site.url + path)).id)
  }
  await round()
  const before = await measure()
  for (let n = 0; n < 3; n += 1) await round()
  expect((await client.getHealth({})).status).toBeDefined()
  expect((await measure()) / before).toBeLessThan(1.2)
}, 120_000)
