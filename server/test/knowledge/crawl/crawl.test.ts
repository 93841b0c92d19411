// What a crawl finds, stores and leaves out.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refusal } from '../../support/server.ts'
import { type Crawler, pageOf, startCrawler, startSite } from './fixture.ts'

let crawler: Crawler

beforeAll(async () => {
  crawler = await startCrawler()
})
afterAll(() => crawler[Symbol.asyncDispose]())

const plain = { use_sitemap: false } as const

test('without options a URL is one page', async () => {
  await using site = await startSite({ '/docs': pageOf('Docs', '/docs/a') })
  const { id } = await crawler.create(`${site.url}/docs`)
  const source = await crawler.crawled(id)
  expect(source).toMatchObject({ file_upload_status: 'COMPLETE', revision: 1, crawl: { status: 'complete' } })
  expect(source.crawl.counts).toMatchObject({ stored: 1, waiting: 0 })
  expect(site.requests).toEqual(['/robots.txt', '/docs'])
  expect(site.headersOf('/docs')[0]).toMatchObject({ 'user-agent': 'ParleyBot/1.0' })
  expect(await crawler.pages(id)).toEqual({})
  expect((await crawler.events(id)).map(({ type }) => type)).toEqual(['source.created', 'source.crawled'])
})

test('with options each further page is a source of its own, named by its URL', async () => {
  await using site = await startSite({
    '/': pageOf('Home', '/a', '/b#part', '/a?utm_source=x', 'https://elsewhere.test/x'),
    '/a': pageOf('A', '/b', '/c'),
    '/b': pageOf('B', '/'),
    '/c': pageOf('C'),
  })
  const { id } = await crawler.create(site.url, plain, { metadata: { team: 'docs' } })
  const source = await crawler.crawled(id)
  expect(await crawler.outcomes(source)).toEqual({ '/': 'stored', '/a': 'stored', '/b': 'stored', '/c': 'stored' })
  const pages = await crawler.pages(id)
  expect(Object.keys(pages).toSorted()).toEqual(['/a', '/b', '/c'])
  expect(pages['/a']).toMatchObject({
    ...{ type: 'URL', name: `${site.url}/a`, domain: '127.0.0.1', parent_source_id: id, revision: 1 },
    ...{ file_upload_status: 'COMPLETE', metadata: { team: 'docs' } },
  })
  expect(site.requests.toSorted()).toEqual(['/', '/a', '/b', '/c', '/robots.txt'])
  expect(site.most_open).toBe(1)
  expect(await crawler.events(pages['/a']!.id)).toEqual([])
})

test('pages keep the metadata and the strategy of their parent, also when these change', async () => {
  const { client } = crawler.server
  const { id: dataset_id } = await client.createDataset({ name: 'Followers' })
  await using site = await startSite({ '/': pageOf('Home', '/a'), '/a': pageOf('A') })
  const { id } = await crawler.create(
    site.url,
    { ...plain, add_to_datasets: [dataset_id] },
    { metadata: { team: 'a' } },
  )
  await crawler.crawled(id)
  const chunking_strategy = { method: 'structure_based' as const, chunk_size: 400, chunk_overlap: 0 }
  await client.updateSource({ source_id: id, metadata: { team: 'b' }, chunking_strategy })
  expect((await crawler.pages(id))['/a']).toMatchObject({ metadata: { team: 'b' }, chunking_strategy })
  const { data } = await client.listDatasetSources({ dataset_id })
  expect(data.map((attached) => attached.chunking_strategy)).toEqual([chunking_strategy, chunking_strategy])

  // A page's own strategy stays where only the metadata changes.
  const own = { ...chunking_strategy, chunk_size: 500 }
  await client.updateSource({ source_id: (await crawler.pages(id))['/a']!.id, chunking_strategy: own })
  await client.updateSource({ source_id: id, metadata: { team: 'c' } })
  expect((await crawler.pages(id))['/a']).toMatchObject({ metadata: { team: 'c' }, chunking_strategy: own })
  await client.updateSource({ source_id: id, chunking_strategy: { ...chunking_strategy, chunk_size: 600 } })
  expect((await crawler.pages(id))['/a']).toMatchObject({ chunking_strategy: { chunk_size: 600 } })
})

describe.concurrent('options', () => {
  const site_of = () =>
    startSite({
      '/docs/': pageOf('Docs', '/docs/a', '/docs/a/b', '/docs/a/b/c', '/blog/x', '/1'),
      '/docs/a': pageOf('A'),
      '/docs/a/b': pageOf('B'),
      '/docs/a/b/c': pageOf('C'),
      '/blog/x': pageOf('Blog'),
      '/1': pageOf('One', '/2'),
      '/2': pageOf('Two', '/3'),
      '/3': pageOf('Three'),
    })

  test('paths to exclude win', async () => {
    const options = { include_paths: ['/docs/'], exclude_paths: ['**/b/*', '^/docs/a/b$'] }
    const stored = ['/docs/', '/docs/a']
    await using site = await site_of()
    const source = await crawler.crawled((await crawler.create(`${site.url}/docs/`, { ...plain, ...options })).id)
    const outcomes = await crawler.outcomes(source)
    const paths = Object.keys(outcomes).filter((path) => outcomes[path] === 'stored')
    expect(paths.toSorted()).toEqual(stored)
    expect(site.requests.filter((path) => path !== '/robots.txt').toSorted()).toEqual(stored)
    expect(source.crawl).toMatchObject({ status: 'complete', warning: null })
  })

  test('what the options leave out is reported with why', async () => {
    await using site = await site_of()
    const source = await crawler.crawled((await crawler.create(`${site.url}/docs/`, { ...plain, max_depth: 1 })).id)
    const report = await crawler.report(source)
    expect(report.find(({ url }) => url.endsWith('/docs/a/b'))).toMatchObject({
      ...{ outcome: 'excluded', reason: 'It is more than 1 path segments below the start.' },
    })
    const excluded = await crawler.server.client.listCrawlPages({
      ...{ source_id: source.id, crawl_id: source.crawl.id, outcome: 'excluded' },
    })
    expect(excluded.data).toHaveLength(source.crawl.counts.excluded)
    expect(excluded.data.length).toBeGreaterThan(0)
  })

  test('datasets are attached at once, unknown ones refused', async () => {
    await using site = await site_of()
    const dataset = await crawler.server.client.createDataset({ name: 'All' })
    const options = { ...plain, limit: 2 }
    const { id } = await crawler.create(`${site.url}/docs/`, { ...options, add_to_datasets: [dataset.id] })
    await crawler.crawled(id)
    const { data } = await crawler.server.client.listDatasetSources({ dataset_id: dataset.id })
    expect(data.map(({ attached_by }) => attached_by).toSorted()).toEqual(['caller', 'crawl'])
    const unknown = { ...options, add_to_datasets: ['00000000-0000-4000-8000-000000000000'] }
    const refused = await refusal(crawler.create(site.url, unknown))
    expect(refused).toMatchObject({ status: 422, errors: [{ path: 'url_crawl_options.add_to_datasets.0' }] })
    const broken = await refusal(crawler.create(site.url, { exclude_paths: ['(?:abcdefghij){900}'] }))
    expect(broken).toMatchObject({ status: 422, errors: [{ path: 'url_crawl_options.exclude_paths.0' }] })
  })
})

describe.concurrent('a site', () => {
  const robots = (body: string, status = 200) => ({ status, headers: { 'content-type': 'text/plain' }, body })
  const xml = (body: string | Buffer) => ({ headers: { 'content-type': 'application/xml' }, body })
  const urls = (site: { url: string }, ...paths: string[]) =>
    `<urlset>${paths.map((path) => `<url><loc>${site.url}${path}</loc></url>`).join('')}</urlset>`

  test('robots.txt is obeyed', async () => {
    await using site = await startSite({
      '/robots.txt': robots('User-agent: parleybot\nDisallow: /private\nUser-agent: *\nDisallow: /'),
      ...{ '/': pageOf('Home', '/a', '/private/x'), '/a': pageOf('A') },
    })
    const source = await crawler.crawled((await crawler.create(site.url, plain)).id)
    expect(await crawler.outcomes(source)).toEqual({ '/': 'stored', '/a': 'stored', '/private/x': 'robots' })
    expect(site.requests).not.toContain('/private/x')
  })

  test('pages of its sitemap are found without links, of this site only', async () => {
    await using site = await startSite({
      '/': pageOf('Home'),
      '/a': pageOf('A'),
      '/b': pageOf('B'),
      '/c/d/e/f': pageOf('C'),
    })
    site.pages['/sitemap.xml'] = xml(
      urls(site, '/a', '/b', '/c/d/e/f').replace('</urlset>', '<url><loc>https://x.test/</loc></url></urlset>'),
    )
    const source = await crawler.crawled((await crawler.create(site.url, {})).id)
    expect(await crawler.outcomes(source)).toEqual({
      '/': 'stored',
      '/a': 'stored',
      '/b': 'stored',
      '/c/d/e/f': 'excluded',
    })
  })
})

describe.concurrent('crawling again', () => {
  test('a page that the site says is the same is not read again, and its links are followed', async () => {
    const tagged = (tag: string, body: string) => ({ headers: { etag: `"${tag}"` }, body })
    await using site = await startSite({
      '/': tagged('1', pageOf('Home', '/a', '/b')),
      '/a': tagged('2', pageOf('A', '/c')),
    })
    site.pages['/b'] = { headers: { 'last-modified': 'Wed, 01 Jan 2025 00:00:00 GMT' }, body: pageOf('B') }
    const { id } = await crawler.crawled((await crawler.create(site.url, plain)).id)
    // A link that failed before is tried again, although the page that has it is the same.
    site.pages['/c'] = pageOf('C')
    const again = await crawler.again(id)
    expect(again.crawl.counts).toMatchObject({ stored: 1, unchanged: 3 })
    expect(site.headersOf('/').map((headers) => headers['if-none-match'])).toEqual([undefined, '"1"'])
    expect(site.headersOf('/b').at(-1)).toMatchObject({ 'if-modified-since': 'Wed, 01 Jan 2025 00:00:00 GMT' })
    expect(Object.values(await crawler.pages(id)).map(({ revision }) => revision)).toEqual([1, 1, 1])
  })

  test('at its limit a crawl still waits for a known page that is tried again', async () => {
    await using site = await startSite({ '/': pageOf('Home', '/a', '/b'), '/a': pageOf('A'), '/b': pageOf('B') })
    const { id } = await crawler.crawled((await crawler.create(site.url, { ...plain, limit: 3 })).id)
    site.pages['/'] = pageOf('Home', '/a', '/b', '/c')
    site.pages['/c'] = pageOf('C')
    site.pages['/a'] = (_request, response) => {
      site.pages['/a'] = pageOf('A, newly')
      response.writeHead(503, { 'retry-after': '2' }).end()
    }
    expect(await crawler.outcomes(await crawler.again(id))).toEqual({
      '/': 'stored',
      '/a': 'stored',
      '/b': 'unchanged',
    })
    expect(site.requests).not.toContain('/c')
  })
})
