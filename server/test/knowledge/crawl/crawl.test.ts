// What a crawl finds, stores and leaves out.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { childrenOf } from '../../isolation/processes.ts'
import { refusal } from '../../support/server.ts'
import { type Crawler, pageOf, soon, startCrawler, startSite } from './fixture.ts'

let crawler: Crawler

beforeAll(async () => {
  crawler = await startCrawler()
})
afterAll(() => crawler[Symbol.asyncDispose]())

const plain = { use_sitemap: false } as const
const readers = () => childrenOf(process.pid)

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

test('the encoding that a site says is used, also when the page is converted again', async () => {
  const { client } = crawler.server
  const body = Buffer.from('<html><body><p>\xcf\xf0\xe8\xe2\xe5\xf2</p></body></html>', 'latin1')
  await using site = await startSite({ '/': { headers: { 'content-type': 'text/html; charset=windows-1251' }, body } })
  const { id: dataset_id } = await client.createDataset({ name: 'Encoded' })
  const { id } = await crawler.create(site.url, { ...plain, add_to_datasets: [dataset_id] })
  await crawler.crawled(id)
  const readText = async () => (await client.getSourceMarkdown({ source_id: id })).text()
  expect(await readText()).toBe('Привет')
  const [attached] = (await client.listDatasetSources({ dataset_id })).data
  await client.reprocessDatasetSource({ dataset_id, dataset_source_id: attached!.id })
  await expect.poll(async () => (await client.getSource({ source_id: id })).status, soon).toBe('ready')
  expect(await readText()).toBe('Привет')
})

test('the pages of a crawl are read by one process, which ends with it', async () => {
  const paths = ['/a', '/b', '/c', '/d']
  await using site = await startSite({ '/': pageOf('Home', ...paths) })
  const seen: string[][] = []
  for (const path of paths) {
    site.pages[path] = (_request, response) => {
      seen.push(readers())
      response.end(pageOf(`Page ${path}`))
    }
  }
  expect((await crawler.crawled((await crawler.create(site.url, plain)).id)).crawl.counts).toMatchObject({ stored: 5 })
  expect(seen).toHaveLength(4)
  expect(new Set(seen.flat()).size).toBe(1)
  await expect.poll(readers).toEqual([])
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
  const chunking_strategy = { method: 'structure_based', chunk_size: 400, chunk_overlap: 0 }
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

  test.each([
    ['the limit counts the start page', { limit: 3 }, ['/docs/', '/docs/a', '/docs/a/b']],
    [
      'the depth is counted from the start',
      { max_depth: 1, max_discovery_depth: 1 },
      ['/1', '/blog/x', '/docs/', '/docs/a'],
    ],
    ['link hops', { max_discovery_depth: 2, include_paths: ['^/\\d'] }, ['/1', '/2', '/docs/']],
    ['no hop at all', { max_discovery_depth: 0 }, ['/docs/']],
    ['paths to include', { include_paths: ['^/blog/'] }, ['/blog/x', '/docs/']],
    [
      'paths to exclude win',
      { include_paths: ['/docs/'], exclude_paths: ['**/b/*', '^/docs/a/b$'] },
      ['/docs/', '/docs/a'],
    ],
  ])('%s', async (_what, options, stored) => {
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

describe.concurrent('one page under several addresses', () => {
  test('equal content is one source', async () => {
    await using site = await startSite({
      ...{ '/': pageOf('Home', '/a', '/b', '/c'), '/a': pageOf('Same'), '/b': pageOf('Same'), '/c': pageOf('Other') },
    })
    const source = await crawler.crawled((await crawler.create(site.url, plain)).id)
    expect(await crawler.outcomes(source)).toEqual({ '/': 'stored', '/a': 'stored', '/b': 'duplicate', '/c': 'stored' })
    expect(Object.keys(await crawler.pages(source.id)).toSorted()).toEqual(['/a', '/c'])
  })

  test('a canonical address of the same site counts, another site’s does not', async () => {
    const canonical = (text: string, href: string) =>
      pageOf(text).replace('<head>', `<head><link rel=canonical href="${href}">`)
    await using site = await startSite({
      '/': canonical('Home', '/index').replace(
        '</main>',
        '<a href="/a?x=1">a</a><a href="/b">b</a><a href="/l">l</a></main>',
      ),
      '/a?x=1': canonical('A', '/a'),
      '/a': canonical('A', '/a'),
      '/b': canonical('B', 'https://elsewhere.test/b'),
      // Each says that it is the other.
      '/l': canonical('L', '/m'),
      '/m': canonical('M', '/l'),
    })
    const source = await crawler.crawled((await crawler.create(site.url, plain)).id)
    expect(await crawler.outcomes(source)).toEqual({
      ...{ '/': 'stored', '/a?x=1': 'duplicate', '/a': 'stored', '/b': 'stored', '/l': 'duplicate', '/m': 'stored' },
    })
    expect(Object.keys(await crawler.pages(source.id)).toSorted()).toEqual(['/a', '/b', '/m'])
  })

  test('redirects lead to one page; beyond the site they are left out', async () => {
    const to = (location: string, status = 302) => ({ status, headers: { location } })
    await using elsewhere = await startSite({ '/': pageOf('Elsewhere') })
    await using site = await startSite({
      '/': to('/home', 301),
      '/home': pageOf('Home', '/old', '/new', '/out', '/down'),
      ...{ '/old': to('/new'), '/new': pageOf('New'), '/out': to(`${elsewhere.url}/`), '/down': to('ftp://x.test/') },
    })
    const source = await crawler.crawled((await crawler.create(site.url, plain)).id)
    expect(await crawler.outcomes(source)).toEqual({
      ...{
        '/': 'duplicate',
        '/home': 'stored',
        '/old': 'duplicate',
        '/new': 'stored',
        '/out': 'excluded',
        '/down': 'failed',
      },
    })
    expect(source.revision).toBe(1)
    expect(Object.keys(await crawler.pages(source.id))).toEqual(['/new'])
    expect(elsewhere.requests).toEqual([])
  })

  test('a start page that moves to another site takes the crawl with it, and obeys that site', async () => {
    await using target = await startSite({ '/': pageOf('Home', '/a', '/b'), '/a': pageOf('A'), '/b': pageOf('B') })
    target.pages['/robots.txt'] = { headers: { 'content-type': 'text/plain' }, body: 'User-agent: *\nDisallow: /b' }
    await using site = await startSite({ '/': { status: 301, headers: { location: `${target.url}/` } } })
    const source = await crawler.crawled((await crawler.create(site.url, plain)).id)
    expect(source.crawl.status).toBe('complete')
    expect(Object.keys(await crawler.pages(source.id))).toEqual(['/a'])
    expect(target.requests).toEqual(['/robots.txt', '/', '/a'])
  })
})
