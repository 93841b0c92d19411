// What a crawl finds, stores and leaves out, in more cases.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { childrenOf } from '../../isolation/processes.ts'
import { testPorts } from '../../support/ports.ts'
import { type Crawler, pageOf, soon, startCrawler, startSite } from './fixture.ts'

let crawler: Crawler
/** Pauses that the server asked for. */
const asked: number[] = []
let conversions = 0

/** A long pause takes no time. */
const clock = {
  ...testPorts.clock,
  after: (ms: number, call: () => void) => (asked.push(ms), testPorts.clock.after(ms === 7000 ? 0 : ms, call)),
}
const reached = (point: string) => void (conversions += Number(point === 'knowledge.converting'))

beforeAll(async () => {
  crawler = await startCrawler({}, { ports: { clock, reached } })
})
afterAll(() => crawler[Symbol.asyncDispose]())

const readers = () => childrenOf(process.pid)
const plain = { use_sitemap: false } as const

test('a source that failed waits again, with its attachments, and gets its content', async () => {
  const { client } = crawler.server
  const { id: dataset_id } = await client.createDataset({ name: 'Retried' })
  await using site = await startSite({ '/': { status: 500 } })
  const { id } = await crawler.create(site.url, { add_to_datasets: [dataset_id] })
  expect(await crawler.crawled(id)).toMatchObject({
    status: 'failed',
    tries: 3,
    status_reason: { code: 'fetch_status' },
  })
  const attached = async () => (await client.listDatasetSources({ dataset_id })).data[0]!
  expect(await attached()).toMatchObject({ status: 'failed', tries: 3, status_reason: { code: 'fetch_status' } })
  site.pages['/'] = pageOf('Home')
  expect(await client.crawlSource({ source_id: id })).toMatchObject({
    status: 'pending',
    status_reason: null,
    crawl: { status: 'running' },
  })
  expect(await crawler.crawled(id)).toMatchObject({ revision: 1, file_upload_status: 'COMPLETE' })
  await expect.poll(async () => (await attached()).status, soon).toBe('ready')
})

test('requests are apart as the source says, or as its robots.txt asks', async () => {
  await using site = await startSite({ '/': pageOf('Home', '/a'), '/a': pageOf('A') })
  await crawler.crawled((await crawler.create(site.url, { use_sitemap: false, delay_ms: 123 })).id)
  expect(asked.filter((ms) => ms === 123)).toHaveLength(2)
  site.pages['/robots.txt'] = { headers: { 'content-type': 'text/plain' }, body: 'User-agent: *\nCrawl-delay: 7' }
  await crawler.crawled((await crawler.create(site.url, { use_sitemap: false, delay_ms: 123 })).id)
  expect(asked.filter((ms) => ms === 123)).toHaveLength(2)
  expect(asked.filter((ms) => ms === 7000)).toHaveLength(2)
})

test('the last ten reports are kept', async () => {
  await using site = await startSite({ '/': pageOf('Home') })
  const { id } = await crawler.create(site.url)
  await crawler.crawled(id)
  const older = `insert into crawls (id, organization_id, source_id, status, options, start_url, host, started_at, finished_at)
    select gen_random_uuid(), organization_id, source_id, 'complete', options, start_url, host, started_at - n * interval '1 day', now()
    from crawls, generate_series(1, 9) n where source_id = $1`
  await crawler.rows(older, [id])
  await crawler.again(id)
  const { data } = await crawler.server.client.listSourceCrawls({ source_id: id })
  expect(data).toHaveLength(10)
  expect(data.map(({ started_at }) => started_at)).toEqual(
    data
      .map(({ started_at }) => started_at)
      .toSorted()
      .toReversed(),
  )
  const page = await crawler.server.client.listSourceCrawls({ source_id: id, limit: 4 })
  const next = await crawler.server.client.listSourceCrawls({ source_id: id, cursor: page.pagination.next_cursor! })
  expect([...page.data, ...next.data]).toEqual(data)
})

test('what a crawl stores is converted once, cut and found by searches', async () => {
  const { client } = crawler.server
  const before = conversions
  const { id: dataset_id } = await client.createDataset({ name: 'Site' })
  await using site = await startSite({ '/': pageOf('Home', '/tea'), '/tea': pageOf('Green tea from Shizuoka') })
  const { id } = await crawler.create(site.url, { ...plain, add_to_datasets: [dataset_id] })
  await crawler.crawled(id)
  const statuses = async () => (await client.listDatasetSources({ dataset_id })).data.map(({ status }) => status)
  await expect.poll(statuses, soon).toEqual(['ready', 'ready'])
  // The crawl has read the text already.
  expect(conversions).toBe(before)
  const { chunks } = await client.queryDataset({ dataset_id, query: 'Shizuoka' })
  expect(chunks[0]).toMatchObject({ source_name: `${site.url}/tea`, url: `${site.url}/tea` })
})

test('a crawl without a page for a day ends as stuck', async () => {
  const { client } = crawler.server
  await using site = await startSite({ '/robots.txt': { status: 503 } })
  const { id } = await crawler.create(site.url)
  await expect.poll(() => site.requests.length, soon).toBeGreaterThan(0)
  await crawler.rows(`update crawls set started_at = now() - interval '25 hours' where source_id = $1`, [id])
  expect(await crawler.crawled(id)).toMatchObject({ status: 'failed', status_reason: { code: 'deadline' } })
  expect(await client.getSource({ source_id: id })).toMatchObject({ file_upload_status: 'FAILED' })
})

test('a page source for each slug, attached, in their order; a known one is fetched again', async () => {
  const { client } = crawler.server
  const { id: dataset_id } = await client.createDataset({ name: 'Products' })
  await using site = await startSite({ '/p/a': pageOf('A'), '/p/b%20c': pageOf('B'), '/p/..%2Fx': pageOf('X') })
  const known = await crawler.create(`${site.url}/p/a`)
  await crawler.crawled(known.id)

  const url_pattern = `${site.url}/p/{slug}`
  const slugs = ['b c', 'a', '../x', 'a']
  const chunking_strategy = { method: 'structure_based' as const, chunk_size: 300, chunk_overlap: 0 }
  const attached = await client.attachSourcesByPattern({ dataset_id, url_pattern, slugs, chunking_strategy })
  expect(attached.map(({ sources }) => sources.name.slice(site.url.length))).toEqual([
    '/p/b%20c',
    '/p/a',
    '/p/..%2Fx',
    '/p/a',
  ])
  expect(attached[1]!.id).toBe(attached[3]!.id)
  expect(attached[1]!.source_id).toBe(known.id)
  for (const one of attached) {
    expect(one).toMatchObject({ chunking_strategy, attached_by: 'caller', sources: { url_crawl_options: null } })
    expect((await crawler.crawled(one.source_id)).crawl.status).toBe('complete')
  }
  expect(site.requests.filter((path) => path === '/p/a')).toHaveLength(2)
  expect((await client.getSource({ source_id: known.id })).crawl).toMatchObject({ counts: { unchanged: 1 } })
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

test('a page of a crawl is a known page', async () => {
  const { client } = crawler.server
  const { id: dataset_id } = await client.createDataset({ name: 'Pages' })
  await using site = await startSite({ '/': pageOf('Home', '/a'), '/a': pageOf('A') })
  const { id } = await crawler.create(site.url, { use_sitemap: false })
  await crawler.crawled(id)
  const [attached] = await client.attachSourcesByPattern({
    dataset_id,
    url_pattern: `${site.url}/{slug}`,
    slugs: ['a'],
  })
  expect(attached!.sources.parent_source_id).toBe(id)
  expect((await crawler.crawled(attached!.source_id)).crawl.counts).toMatchObject({ unchanged: 1 })
  // It still belongs to the crawl.
  expect(await crawler.outcomes(await crawler.again(id))).toEqual({ '/': 'unchanged', '/a': 'unchanged' })
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
  ])('%s', async (_what, options, stored) => {
    await using site = await site_of()
    const source = await crawler.crawled((await crawler.create(`${site.url}/docs/`, { ...plain, ...options })).id)
    const outcomes = await crawler.outcomes(source)
    const paths = Object.keys(outcomes).filter((path) => outcomes[path] === 'stored')
    expect(paths.toSorted()).toEqual(stored)
    expect(site.requests.filter((path) => path !== '/robots.txt').toSorted()).toEqual(stored)
    expect(source.crawl).toMatchObject({ status: 'complete', warning: null })
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
