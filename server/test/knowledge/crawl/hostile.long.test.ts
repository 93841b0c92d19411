// Hostile sites that take long, for each of their pages is read in a process of its own.
import { once } from 'node:events'
import { createServer as createTcpServer } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Answer, type Crawler, type Site, pageOf, soon, startCrawler, startSite } from './fixture.ts'

let crawler: Crawler

beforeAll(async () => {
  crawler = await startCrawler({
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

const redirect = (location: string): Answer => ({ status: 302, headers: { location } })
const packed = (body: Buffer, encoding = 'gzip'): Answer => ({ headers: { 'content-encoding': encoding }, body })
const bomb = gzipSync(Buffer.alloc(50_000_000))

/** The start page, which has to fail. */
async function failure(start: Answer, on = crawler) {
  await using site = await startSite({ '/': start })
  const source = await on.crawled((await on.create(site.url)).id)
  expect(source).toMatchObject({ status: 'failed', file_upload_status: 'FAILED', crawl: { status: 'failed' } })
  expect(source.status_reason).toEqual(source.crawl.reason)
  await vi.waitUntil(() => site.open === 0, soon)
  return { code: source.crawl.reason!.code, message: source.crawl.reason!.message, requests: site.requests }
}

describe.concurrent('a page', () => {
  test.each<[string, Answer, string, number]>([
    ['what is said to be packed', packed(Buffer.from('plain')), 'fetch_failed', 1],
    ['an unknown encoding', packed(Buffer.from('x'), 'constructor'), 'fetch_failed', 1],
    ['encodings over each other', packed(bomb, 'gzip, gzip'), 'fetch_failed', 1],
    [
      'a length that is too long',
      (_q, r) => (r.writeHead(200, { 'content-length': '500' }), r.write('short'), r.destroy()),
      'fetch_failed',
      3,
    ],
    ['headers without end', (_q, r) => r.writeHead(200, { 'x-long': 'a'.repeat(100_000) }).end(), 'fetch_failed', 3],
    ['a redirect to itself with tracking', redirect('/?utm_source=x'), 'too_many_redirects', 1],
    ['a redirect to no page', redirect('javascript:alert(1)'), 'fetch_failed', 1],
    ['an image', { headers: { 'content-type': 'image/png' }, body: 'png' }, 'unsupported_type', 1],
    ['nothing', { body: '' }, 'empty', 1],
    ['a missing page', { status: 404 }, 'fetch_status', 1],
    ['a broken server', { status: 502 }, 'fetch_status', 3],
  ])('%s', async (_what, start, code, tries) => {
    const failed = await failure(start)
    expect(failed.code).toBe(code)
    expect(failed.requests.filter((path) => path === '/')).toHaveLength(tries)
  })

  test.each<[string, Answer]>([
    ['ten bytes a second', slow],
    ['no answer at all', () => {}],
  ])('%s', async (_what, start) => {
    await using impatient = await startCrawler({ PARLEY_LIMIT_CRAWL_REQUEST_SECONDS: '5' })
    const failed = await failure(start, impatient)
    expect(failed.code).toBe('fetch_failed')
    expect(failed.requests.filter((path) => path === '/')).toHaveLength(3)
  })

  test('redirects in a circle', async () => {
    await using site = await startSite({ '/': redirect('/b'), '/b': redirect('/c'), '/c': redirect('/') })
    const source = await crawler.crawled((await crawler.create(site.url, plain)).id)
    expect(source.status_reason).toMatchObject({ code: 'too_many_redirects' })
    expect(site.requests).toEqual(['/robots.txt', '/', '/b', '/c'])
  })

  test('endless redirects', async () => {
    await using site = await startSite()
    site.other = (request, response) => {
      if (request.url === '/robots.txt') response.writeHead(404).end()
      else response.writeHead(302, { location: `/${Number(request.url!.slice(1)) + 1}` }).end()
    }
    const source = await crawler.crawled((await crawler.create(`${site.url}/0`)).id)
    expect(source.crawl.reason).toMatchObject({ code: 'too_many_redirects' })
    expect(site.requests).toEqual(['/robots.txt', '/0', '/1', '/2', '/3', '/4', '/5'])
  })

  test('a false length that is too short', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', (data) => {
        const is_robots = data.toString().startsWith('GET /robots.txt')
        const body = is_robots ? '' : pageOf('Home')
        socket.end(`HTTP/1.1 ${is_robots ? 404 : 200} OK\r\ncontent-length: ${is_robots ? 0 : 10}\r\n\r\n${body}`)
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const source = await crawler.crawled((await crawler.create(`http://127.0.0.1:${port}/`)).id)
    // Nothing beyond the length is read.
    expect(source.crawl).toMatchObject({ status: 'failed', reason: { code: 'no_text' } })
    server.close()
  })
})

describe('a site', () => {
  const crawl = async (site: Site, options: object = plain, path = '/') =>
    crawler.crawled((await crawler.create(site.url + path, { limit: 1000, max_discovery_depth: 100, ...options })).id)

  test('a robots.txt without end is read in part', async () => {
    await using site = await startSite({
      '/': pageOf('Home', '/private', '/a'),
      '/a': pageOf('A'),
      '/private': pageOf('P'),
    })
    site.pages['/robots.txt'] = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.write('User-agent: *\nDisallow: /private\n')
      const more = () => {
        while (!response.destroyed && response.write(mebibyte));
      }
      response.on('drain', more)
      more()
    }
    const source = await crawl(site)
    expect(await crawler.outcomes(source)).toEqual({ '/': 'stored', '/a': 'stored', '/private': 'robots' })
  })

  test('a packed robots.txt is read in part too', async () => {
    const rules = 'User-agent: *\nDisallow: /private\n'
    const long = `${rules}${'#'.repeat(20_000_000)}`
    // A bomb; and one that ends in the middle, for not even its packed bytes fit.
    for (const body of [gzipSync(long), gzipSync(long.slice(0, 1_000_000), { level: 0 })]) {
      await using site = await startSite({ '/': pageOf('Home', '/private') })
      site.pages['/robots.txt'] = packed(body)
      const source = await crawl(site)
      expect(await crawler.outcomes(source)).toEqual({ '/': 'stored', '/private': 'robots' })
    }
  })

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
  let seed = 1
  const text = () =>
    Array.from({ length: 1900 }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return (seed >> 16) % 2 === 0 ? 'a' : 'b'
    }).join('')
  const links = Array.from({ length: 130 }, () => `<a href="/${text()}">x</a>`)
  await using site = await startSite({ '/': `<html><body><p>Home</p>${links.join(' ')}</body></html>` })
  const before = process.cpuUsage()
  const options = {
    ...plain,
    limit: 3,
    exclude_paths: ['(?:[ab]|ab)*b[ab]{900}[^ab]', '(?:a|b|ab|ba)*a[ab]{999}[^ab]'],
  }
  const source = await crawler.crawled((await crawler.create(site.url, options)).id)
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5)
  expect(source.crawl).toMatchObject({ status: 'complete', counts: { stored: 1 } })
  expect(source.crawl.warning).toContain('the patterns of the options take too much time')
})

test('after all of them the server answers, and its memory is what it was', async () => {
  const { client } = crawler.server
  const measure = async () => {
    await new Promise<void>((resolve) => setImmediate(resolve))
    collectGarbage()
    return process.memoryUsage().heapUsed + process.memoryUsage().external
  }
  await using site = await startSite({ '/': endless, '/b': packed(bomb) })
  const round = async () => {
    for (const path of ['/', '/b']) await crawler.crawled((await crawler.create(site.url + path)).id)
  }
  await round()
  const before = await measure()
  for (let n = 0; n < 3; n += 1) await round()
  expect((await client.getHealth({})).status).toBeDefined()
  // What ended a moment ago may need another collection.
  await expect.poll(async () => (await measure()) / before).toBeLessThan(1.2)
})
