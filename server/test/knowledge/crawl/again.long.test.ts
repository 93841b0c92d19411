// Crawling again: what has not changed costs nothing, what is gone goes carefully.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Crawler, type Site, pageOf, soon, startCrawler, startSite } from './fixture.ts'

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

test.concurrent('equal text ends there, whatever else of the page changed', async () => {
  await using site = await startSite({ '/': pageOf('Home', '/a'), '/a': pageOf('A') })
  const { id } = await crawl(site)
  site.pages['/a'] = pageOf('A').replace('<head>', '<head><meta name="generated" content="now">')
  const before = await contents(id)
  expect((await crawler.again(id)).crawl.counts).toMatchObject({ stored: 0, unchanged: 2 })
  expect(await contents(id)).toBe(before)

  site.pages['/a'] = pageOf('A in other words')
  expect((await crawler.again(id)).crawl.counts).toMatchObject({ stored: 1, unchanged: 1 })
  expect(await revisionsOf(id)).toEqual({ '/a': 2 })
})

test.concurrent('404 or 410 twice in a row removes a page', async () => {
  await using site = await startSite({ '/': pageOf('Home', '/a', '/b', '/c'), '/a': pageOf('A'), '/b': pageOf('B') })
  site.pages['/c'] = pageOf('C')
  const { id } = await crawl(site)
  site.pages['/a'] = { status: 404 }
  site.pages['/b'] = { status: 410 }
  site.pages['/c'] = { status: 404 }
  expect(await crawler.outcomes(await crawler.again(id))).toEqual({
    '/': 'unchanged',
    '/a': 'gone',
    '/b': 'gone',
    '/c': 'gone',
  })
  expect(Object.keys(await revisionsOf(id)).toSorted()).toEqual(['/a', '/b', '/c'])
  // Back in between: it starts from the beginning.
  site.pages['/c'] = pageOf('C')
  await crawler.again(id)
  expect(Object.keys(await revisionsOf(id))).toEqual(['/c'])
  site.pages['/c'] = { status: 404 }
  await crawler.again(id)
  expect(Object.keys(await revisionsOf(id))).toEqual(['/c'])
  await crawler.again(id)
  expect(Object.keys(await revisionsOf(id))).toEqual([])
  const left = await crawler.rows('select from crawled_pages where root_source_id = $1 and source_id <> $1', [id])
  expect(left).toEqual([])
})

test.concurrent('a 404 of what was never stored is a failure', async () => {
  await using site = await startSite({ '/': pageOf('Home', '/a') })
  const source = await crawl(site)
  const [, page] = await crawler.report(source)
  expect(page).toMatchObject({ outcome: 'failed', reason: 'The site answered 404.' })
})

test.concurrent('a start page that fails keeps everything', async () => {
  await using site = await startSite({ '/': pageOf('Home', '/a'), '/a': pageOf('A') })
  const { id } = await crawl(site)
  site.pages['/'] = { status: 500 }
  const source = await crawler.again(id)
  expect(source).toMatchObject({
    ...{ revision: 1, file_upload_status: 'COMPLETE', status_reason: null },
    crawl: { status: 'failed', reason: { code: 'fetch_status', message: 'The site answered 500.' } },
  })
  expect(await revisionsOf(id)).toEqual({ '/a': 1 })
})

test.concurrent('where more than half would go, none goes, until that is accepted', async () => {
  const paths = Array.from({ length: 18 }, (_, n) => `/${n}`)
  await using site = await startSite({ '/': pageOf('Home', ...paths) })
  for (const path of paths) site.pages[path] = pageOf(`Page ${path}`)
  const { id } = await crawl(site, { ...plain, limit: 100 })
  for (const path of paths.slice(0, 10)) site.pages[path] = { status: 404 }
  await crawler.again(id)
  for (let n = 0; n < 2; n += 1) {
    const source = await crawler.again(id)
    expect(source).toMatchObject({
      file_upload_status: 'COMPLETE',
      crawl: { status: 'failed', reason: { code: 'too_many_gone' } },
    })
    expect(source.crawl.reason!.message).toContain('10 of 18 pages')
    expect(Object.keys(await revisionsOf(id))).toHaveLength(18)
  }
  expect((await crawler.events(id)).at(-1)).toMatchObject({ type: 'source.crawl_failed' })
  const accepted = await crawler.again(id, { accept_removals: true })
  expect(accepted.crawl).toMatchObject({ status: 'complete', counts: { gone: 10 } })
  expect(Object.keys(await revisionsOf(id)).toSorted()).toEqual(paths.slice(10).toSorted())
})

test.concurrent('a site that moves for a day keeps its pages; one that moves for good leaves them behind', async () => {
  await using other = await startSite({ '/': pageOf('Closed for a day') })
  await using site = await startSite({ '/': pageOf('Home', '/a'), '/a': pageOf('A') })
  const { id } = await crawl(site)
  const away = { status: 302, headers: { location: `${other.url}/` } }
  const home = site.pages['/']!
  for (const start of [away, home, away]) {
    site.pages['/'] = start
    const source = await crawler.again(id)
    expect(source.crawl.status).toBe('complete')
    expect(Object.keys(await revisionsOf(id))).toEqual(['/a'])
  }
  await crawler.again(id)
  expect(Object.keys(await revisionsOf(id))).toEqual([])
})

test.concurrent('an interval plans the next crawl, a tenth earlier or later; the timer starts it', async () => {
  await using site = await startSite({ '/': pageOf('Home') })
  const { id } = await crawler.create(site.url, null, { refresh_interval_hours: 10 })
  const source = await crawler.crawled(id)
  const hours = (Date.parse(source.next_refresh_at!) - Date.now()) / 3_600_000
  expect(hours).toBeGreaterThan(8.9)
  expect(hours).toBeLessThan(11.1)
  // Too early, then due.
  const fire = `update work set due_at = now(), ready = true where kind = 'refresh_source' and subject = $1`
  const crawls = async () => (await crawler.server.client.listSourceCrawls({ source_id: id })).data.length
  const waits = `select due_at > now() + interval '8 hours' as waits from work where kind = 'refresh_source' and subject = $1 and lease is null`
  await crawler.rows(fire, [id])
  await vi.waitUntil(async () => (await crawler.rows(waits, [id]))[0]?.['waits'], soon)
  expect(await crawls()).toBe(1)
  await crawler.rows('update sources set next_refresh_at = now() where id = $1', [id])
  await crawler.rows(fire, [id])
  await vi.waitUntil(async () => (await crawls()) === 2, soon)
  const refreshed = await crawler.crawled(id)
  expect(refreshed).toMatchObject({ crawl: { counts: { unchanged: 1 } } })
  expect(Date.parse(refreshed.next_refresh_at!)).toBeGreaterThan(Date.now() + 8 * 3_600_000)

  await crawler.server.client.updateSource({ source_id: id, refresh_interval_hours: null })
  expect((await crawler.server.client.getSource({ source_id: id })).next_refresh_at).toBeNull()
})
