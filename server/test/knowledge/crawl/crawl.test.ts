// What a crawl finds, stores and leaves out.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refusal } from '../../support/server.ts'
import { testPorts } from '../../support/ports.ts'
import { type Crawler, pageOf, soon, startCrawler, startSite } from './fixture.ts'

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
  const chunking_strategy = { method: 'structure_based', chunk_size: 400, chunk_overlap: 0 }
  await client.updateSource({ source_id: id, metadata: { team: 'b' }, chunking_strategy })
  expect((await crawler.pages(id))['/a']).toMatchObject({ metadata: { team: 'b' }, chunking_strategy })
  const { data } = await client.listDatasetSources({ dataset_id })
  expect(data.map((attached) => attached.chunking_strategy)).toEqual([chunking_strategy, chunking_strategy])
})

describe('options', () => {
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

describe('one page under several addresses', () => {
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

describe('what a site asks of robots', () => {
  const robots = (body: string, status = 200) => ({ status, headers: { 'content-type': 'text/plain' }, body })

  test('robots.txt is obeyed', async () => {
    await using site = await startSite({
      '/robots.txt': robots('User-agent: parleybot\nDisallow: /private\nUser-agent: *\nDisallow: /'),
      ...{ '/': pageOf('Home', '/a', '/private/x'), '/a': pageOf('A') },
    })
    const source = await crawler.crawled((await crawler.create(site.url, plain)).id)
    expect(await crawler.outcomes(source)).toEqual({ '/': 'stored', '/a': 'stored', '/private/x': 'robots' })
    expect(site.requests).not.toContain('/private/x')
  })

  test('a start page that it does not allow fails', async () => {
    await using site = await startSite({ '/robots.txt': robots('User-agent: *\nDisallow: /'), '/': pageOf('Home') })
    const source = await crawler.crawled((await crawler.create(site.url)).id)
    expect(source).toMatchObject({
      ...{ status: 'failed', status_reason: { code: 'robots_disallowed' }, file_upload_status: 'FAILED' },
      crawl: { status: 'failed', reason: { code: 'robots_disallowed' } },
    })
    expect(site.requests).toEqual(['/robots.txt'])
    const [, failed] = await crawler.events(source.id)
    expect(failed).toMatchObject({ type: 'source.crawl_failed', data: { reason: { code: 'robots_disallowed' } } })
  })

  test.each([[401], [403], [404], [410]])('without one (%i) everything is allowed', async (status) => {
    await using site = await startSite({
      '/robots.txt': robots('User-agent: *\nDisallow: /', status),
      '/': pageOf('Home'),
    })
    expect((await crawler.crawled((await crawler.create(site.url)).id)).crawl.status).toBe('complete')
  })

  test.each([[500], [503], [429]])(
    'while it cannot be read (%i) nothing is fetched, then the crawl fails',
    async (status) => {
      await using site = await startSite({ '/robots.txt': robots('', status), '/': pageOf('Home') })
      const source = await crawler.crawled((await crawler.create(site.url)).id)
      expect(source).toMatchObject({ status: 'failed', status_reason: { code: 'robots_unavailable' }, tries: 6 })
      expect(site.requests).toEqual(Array(6).fill('/robots.txt'))
    },
  )

  test('noindex and nofollow, in head and header', async () => {
    const meta = (content: string, ...links: string[]) =>
      pageOf(content, ...links).replace('<head>', `<head><meta name="robots" content="${content}">`)
    await using site = await startSite({
      '/': pageOf('Home', '/noindex', '/nofollow', '/header', '/none'),
      '/noindex': meta('noindex', '/behind-noindex'),
      '/nofollow': meta('nofollow', '/behind-nofollow'),
      '/header': { headers: { 'x-robots-tag': 'noindex, nofollow' }, body: pageOf('Header', '/behind-header') },
      '/none': { headers: { 'x-robots-tag': 'googlebot: none' }, body: pageOf('None for others') },
      '/behind-noindex': pageOf('Behind'),
    })
    const source = await crawler.crawled((await crawler.create(site.url, plain)).id)
    expect(await crawler.outcomes(source)).toEqual({
      ...{ '/': 'stored', '/noindex': 'noindex', '/nofollow': 'stored', '/header': 'noindex', '/none': 'stored' },
      '/behind-noindex': 'stored',
    })
  })
})

describe('sitemaps', () => {
  const xml = (body: string | Buffer) => ({ headers: { 'content-type': 'application/xml' }, body })
  const urls = (site: { url: string }, ...paths: string[]) =>
    `<urlset>${paths.map((path) => `<url><loc>${site.url}${path}</loc></url>`).join('')}</urlset>`

  test('their pages are found without links, of this site only', async () => {
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

  test('robots.txt names them; an index leads to packed ones', async () => {
    const { gzipSync } = await import('node:zlib')
    await using site = await startSite({ '/': pageOf('Home'), '/a': pageOf('A') })
    site.pages['/robots.txt'] = { headers: { 'content-type': 'text/plain' }, body: `Sitemap: ${site.url}/maps.xml` }
    site.pages['/maps.xml'] = xml(`<sitemapindex><sitemap><loc>${site.url}/one.xml.gz</loc></sitemap></sitemapindex>`)
    site.pages['/one.xml.gz'] = { headers: { 'content-type': 'application/gzip' }, body: gzipSync(urls(site, '/a')) }
    const source = await crawler.crawled((await crawler.create(site.url, {})).id)
    expect(await crawler.outcomes(source)).toEqual({ '/': 'stored', '/a': 'stored' })
    expect(site.requests).not.toContain('/sitemap.xml')
  })

  test('they can be left alone', async () => {
    await using site = await startSite({ '/': pageOf('Home') })
    await crawler.crawled((await crawler.create(site.url, plain)).id)
    expect(site.requests).toEqual(['/robots.txt', '/'])
  })
})

describe('datasets', () => {
  test('a crawled source brings its pages, also later ones; detaching it detaches them', async () => {
    const { client } = crawler.server
    await using site = await startSite({ '/': pageOf('Home', '/a'), '/a': pageOf('A') })
    const { id } = await crawler.create(site.url, plain)
    await crawler.crawled(id)
    const { id: dataset_id } = await client.createDataset({ name: 'Later' })
    const [attachment] = await client.attachSources({ dataset_id, items: { source_id: id } })
    const names = async () =>
      (await client.listDatasetSources({ dataset_id })).data
        .map(({ sources }) => sources.name.slice(site.url.length))
        .toSorted()
    expect(await names()).toEqual(['/', '/a'])

    site.pages['/a'] = pageOf('A', '/b')
    site.pages['/b'] = pageOf('B')
    await crawler.again(id)
    expect(await names()).toEqual(['/', '/a', '/b'])
    await client.detachSource({ dataset_id, dataset_source_id: attachment!.id })
    expect(await names()).toEqual([])
    expect(Object.keys(await crawler.pages(id))).toHaveLength(2)
  })
})

describe('the operations', () => {
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
    const asked: number[] = []
    const clock = {
      ...testPorts.clock,
      after: (ms: number, call: () => void) => (asked.push(ms), testPorts.clock.after(ms === 7000 ? 0 : ms, call)),
    }
    await using other = await startCrawler({}, { ports: { clock } })
    await using site = await startSite({ '/': pageOf('Home', '/a'), '/a': pageOf('A') })
    await other.crawled((await other.create(site.url, { use_sitemap: false, delay_ms: 123 })).id)
    expect(asked.filter((ms) => ms === 123)).toHaveLength(2)
    site.pages['/robots.txt'] = { headers: { 'content-type': 'text/plain' }, body: 'User-agent: *\nCrawl-delay: 7' }
    await other.crawled((await other.create(site.url, { use_sitemap: false, delay_ms: 123 })).id)
    expect(asked.filter((ms) => ms === 123)).toHaveLength(2)
    expect(asked.filter((ms) => ms === 7000)).toHaveLength(2)
  })

  test('a crawl is joined while it runs, and cancelled: what is stored stays', async () => {
    const { client } = crawler.server
    const held = Promise.withResolvers<void>()
    await using site = await startSite({
      '/': pageOf('Home', '/a', '/slow', '/b'),
      ...{ '/a': pageOf('A'), '/b': pageOf('B') },
      '/slow': (_request, response) => void held.promise.then(() => response.end(pageOf('Slow'))),
    })
    const { id } = await crawler.create(site.url, plain)
    await expect.poll(() => site.requests, { timeout: 20_000 }).toContain('/slow')
    const joined = await client.crawlSource({ source_id: id })
    expect(joined).toMatchObject({ file_upload_status: 'IN_PROGRESS', crawl: { status: 'running' } })
    expect((await client.listSourceCrawls({ source_id: id })).data).toHaveLength(1)

    const cancelled = await client.cancelSourceCrawl({ source_id: id })
    expect(cancelled).toMatchObject({ file_upload_status: 'COMPLETE', crawl: { status: 'cancelled', reason: null } })
    held.resolve()
    const turns = `select count(*)::int as count from crawls where has_turn`
    await expect.poll(() => crawler.rows(turns), { timeout: 20_000 }).toEqual([{ count: 0 }])
    expect(Object.keys(await crawler.pages(id))).toEqual(['/a'])
    expect(site.requests).not.toContain('/b')
    expect(await client.cancelSourceCrawl({ source_id: id })).toMatchObject({ crawl: { status: 'cancelled' } })
    expect((await crawler.events(id)).at(-1)).toMatchObject({ data: { reason: { code: 'cancelled' } } })
    expect((await crawler.again(id)).crawl.counts).toMatchObject({ stored: 2, unchanged: 2 })
  })

  test('the last ten reports are kept', async () => {
    await using site = await startSite({ '/': pageOf('Home') })
    const { id } = await crawler.create(site.url)
    await crawler.crawled(id)
    for (let n = 0; n < 11; n += 1) await crawler.again(id)
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

  test('a file is no URL', async () => {
    const { client } = crawler.server
    const [file] = await client.createSources({ items: { name: 'a.txt', type: 'FILE' } })
    const source_id = file!.id
    for (const call of [client.crawlSource, client.cancelSourceCrawl, client.listSourceCrawls])
      expect(await refusal(call({ source_id }))).toMatchObject({ status: 409, code: 'not_a_url' })
    expect(await refusal(client.listCrawlPages({ source_id, crawl_id: source_id }))).toMatchObject({ status: 409 })
  })

  test('a deleted source takes its pages and its running crawl along', async () => {
    const { client } = crawler.server
    const held = Promise.withResolvers<void>()
    await using site = await startSite({
      ...{ '/': pageOf('Home', '/a', '/slow'), '/a': pageOf('A') },
      '/slow': (_request, response) => void held.promise.then(() => response.end(pageOf('Slow'))),
    })
    const { id } = await crawler.create(site.url, plain)
    await expect.poll(() => site.requests, { timeout: 20_000 }).toContain('/slow')
    await client.deleteSource({ source_id: id })
    held.resolve()
    const left = `select (select count(*) from sources where id = $1 or parent_source_id = $1)::int as sources,
      (select count(*) from work where kind = 'crawl_source' and lease is not null)::int as work`
    await expect.poll(() => crawler.rows(left, [id]), { timeout: 20_000 }).toEqual([{ sources: 0, work: 0 }])
  })
})
