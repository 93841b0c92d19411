// Crawling again, in more cases: which pages stay, which go, and when.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Crawler, type Site, pageOf, startCrawler, startSite } from './fixture.ts'

let crawler: Crawler

beforeAll(async () => {
  crawler = await startCrawler()
})
afterAll(() => crawler[Symbol.asyncDispose]())

const plain = { use_sitemap: false } as const

async function crawl(site: Site, options: object = plain) {
  const { id } = await crawler.create(site.url, options)
  return crawler.crawled(id)
}

const revisionsOf = async (id: string) =>
  Object.fromEntries(Object.entries(await crawler.pages(id)).map(([path, { revision }]) => [path, revision]))

/** Of the source and its pages, ever. */
const contents = async (id: string) =>
  (
    await crawler.rows<{ count: number }>(
      'select sum(revision)::int as count from sources where id = $1 or parent_source_id = $1',
      [id],
    )
  )[0]!.count

test.concurrent.each([
  ['an error of the server', { status: 500 }],
  ['another refusal', { status: 403 }],
  ['an empty page', { body: '' }],
  ['a page without text', { body: '<html><body><script>draw()</script></body></html>'.replace('draw()', '') }],
])('%s keeps the old content', async (_what, page) => {
  await using site = await startSite({ '/': pageOf('Home', '/a'), '/a': pageOf('A') })
  const { id } = await crawl(site)
  site.pages['/a'] = page
  for (let n = 0; n < 3; n += 1) {
    const source = await crawler.again(id)
    expect(await crawler.outcomes(source)).toMatchObject({ '/a': 'failed' })
  }
  expect(await revisionsOf(id)).toEqual({ '/a': 1 })
})

test.concurrent('pages that the options leave out now are removed at once', async () => {
  await using site = await startSite({ '/': pageOf('Home', '/a', '/b'), '/a': pageOf('A'), '/b': pageOf('B') })
  const { id } = await crawl(site)
  await crawler.server.client.updateSource({
    source_id: id,
    url_crawl_options: { ...plain, delay_ms: 0, exclude_paths: ['^/b'] },
  })
  expect(await crawler.outcomes(await crawler.again(id))).toMatchObject({ '/b': 'excluded' })
  expect(Object.keys(await revisionsOf(id))).toEqual(['/a'])
})

test.concurrent('a page that is noindex now, or a copy of another, goes with the second crawl in a row', async () => {
  await using site = await startSite({ '/': pageOf('Home', '/a', '/b', '/c', '/d') })
  for (const path of ['/a', '/b', '/c', '/d']) site.pages[path] = pageOf(`Page ${path}`)
  const { id } = await crawl(site)
  site.pages['/b'] = { headers: { 'x-robots-tag': 'noindex' }, body: pageOf('Page /b') }
  site.pages['/c'] = pageOf('Page /a')
  site.pages['/d'] = { status: 301, headers: { location: '/a' } }
  const found = { '/': 'unchanged', '/a': 'unchanged', '/b': 'noindex', '/c': 'duplicate', '/d': 'duplicate' }
  expect(await crawler.outcomes(await crawler.again(id))).toEqual(found)
  expect(Object.keys(await revisionsOf(id))).toHaveLength(4)
  expect(await crawler.outcomes(await crawler.again(id))).toEqual(found)
  expect(Object.keys(await revisionsOf(id))).toEqual(['/a'])
})

test.concurrent('a page whose address changes keeps its place within the limit', async () => {
  await using site = await startSite({ '/': pageOf('Home', '/a'), '/a': pageOf('A'), '/b': pageOf('A') })
  const { id } = await crawl(site, { ...plain, limit: 2 })
  site.pages['/a'] = { status: 301, headers: { location: '/b' } }
  expect(await crawler.outcomes(await crawler.again(id))).toEqual({
    '/': 'unchanged',
    '/a': 'duplicate',
    '/b': 'stored',
  })
  await crawler.again(id)
  expect(Object.keys(await revisionsOf(id))).toEqual(['/b'])
})

test.concurrent('a site that moves its pages in each crawl has twice its limit of them at most', async () => {
  await using site = await startSite({ '/': pageOf('Home', '/a') })
  let moves = 0
  const known = new Set<string>()
  site.other = (request, response) => {
    if (request.url === '/robots.txt') return void response.writeHead(404).end()
    const is_new = request.url!.startsWith('/new')
    if (is_new && !known.has(request.url!)) {
      known.add(request.url!)
      return void response.writeHead(200, { 'content-type': 'text/html' }).end(pageOf(request.url!))
    }
    response.writeHead(301, { location: `/new${(moves += 1)}` }).end()
  }
  const { id } = await crawl(site, { ...plain, limit: 2 })
  const counts: number[] = []
  for (let n = 0; n < 6; n += 1) {
    await crawler.again(id)
    counts.push(1 + Object.keys(await revisionsOf(id)).length)
  }
  expect(Math.max(...counts)).toBeGreaterThan(2)
  expect(Math.max(...counts)).toBeLessThanOrEqual(4)
})

test.concurrent('two pages whose texts become equal are one source in the end', async () => {
  await using site = await startSite({ '/': pageOf('Home', '/a', '/b'), '/a': pageOf('A'), '/b': pageOf('B') })
  const { id } = await crawl(site)
  site.pages['/a'] = pageOf('B')
  expect(await crawler.outcomes(await crawler.again(id))).toEqual({
    '/': 'unchanged',
    '/a': 'stored',
    '/b': 'duplicate',
  })
  const found = { '/': 'unchanged', '/a': 'unchanged', '/b': 'duplicate' }
  expect(await crawler.outcomes(await crawler.again(id))).toEqual(found)
  expect(Object.keys(await revisionsOf(id))).toEqual(['/a'])
})

test.concurrent('a page that redirects out of the site keeps its content once, and goes with the second crawl', async () => {
  await using site = await startSite({ '/': pageOf('Home', '/a'), '/a': pageOf('A') })
  const { id } = await crawl(site)
  site.pages['/a'] = { status: 302, headers: { location: 'https://elsewhere.test/' } }
  expect(await crawler.outcomes(await crawler.again(id))).toEqual({ '/': 'unchanged', '/a': 'excluded' })
  expect(Object.keys(await revisionsOf(id))).toEqual(['/a'])
  await crawler.again(id)
  expect(Object.keys(await revisionsOf(id))).toEqual([])
})

test.concurrent('5 unchanged pages: no new content', async () => {
  await using site = await startSite({ '/': pageOf('Home', ...Array.from({ length: 5 }, (_, n) => `/${n}`)) })
  for (let n = 0; n < 5; n += 1) site.pages[`/${n}`] = pageOf(`Page number ${n}`)
  const { id, crawl: first } = await crawl(site, { ...plain, limit: 500 })
  expect(first.counts).toMatchObject({ stored: 6 })
  const before = await contents(id)
  expect((await crawler.again(id)).crawl.counts).toMatchObject({ stored: 0, unchanged: 6 })
  expect(await contents(id)).toBe(before)
})
