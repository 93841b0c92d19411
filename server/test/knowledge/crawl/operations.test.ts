// The operations on crawls, and what else happens to a source while it is crawled.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOrganization } from '../../support/actors.ts'
import { refusal } from '../../support/server.ts'
import { type Crawler, pageOf, soon, startCrawler, startSite } from './fixture.ts'

let crawler: Crawler

/** What happens when the next crawl is about to end. */
let atEnd: (() => Promise<unknown>) | null = null
async function reached(point: string): Promise<void> {
  if (point !== 'crawl.finishing') return
  const call = atEnd
  atEnd = null
  await call?.()
}

beforeAll(async () => {
  crawler = await startCrawler({}, { ports: { reached } })
})
afterAll(() => crawler[Symbol.asyncDispose]())

const plain = { use_sitemap: false } as const

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
  test('removals that are accepted while the crawl ends are accepted', async () => {
    const { client } = crawler.server
    const paths = Array.from({ length: 10 }, (_, n) => `/${n}`)
    await using site = await startSite({ '/': pageOf('Home', ...paths) })
    for (const path of paths) site.pages[path] = pageOf(`Page ${path}`)
    const { id } = await crawler.create(site.url, { ...plain, limit: 20 })
    await crawler.crawled(id)
    for (const path of paths) site.pages[path] = { status: 404 }
    await crawler.rows('update crawled_pages set missed = 1 where root_source_id = $1', [id])
    atEnd = () => client.crawlSource({ source_id: id, accept_removals: true })
    expect((await crawler.again(id)).crawl).toMatchObject({ status: 'complete', reason: null, counts: { gone: 10 } })
    expect(await crawler.pages(id)).toEqual({})
    expect((await client.listSourceCrawls({ source_id: id })).data).toHaveLength(2)
  })

  test('the turn at a host goes to another organization first', async () => {
    const other = await makeOrganization(crawler.server, 'Neighbours')
    const held = Promise.withResolvers<void>()
    await using site = await startSite()
    site.other = (request, response) => {
      if (request.url === '/robots.txt') return void response.writeHead(404).end()
      void (request.url === '/1' ? held.promise : Promise.resolve()).then(() => response.end(pageOf(request.url!)))
    }
    const host = new URL(site.url).host
    const untilWaiting = (crawls: number) =>
      expect
        .poll(
          () =>
            crawler.rows(
              `select c.id from crawls c join work w on w.subject = c.id::text
               where c.host = $1 and not c.has_turn and w.lease is null and w.due_at > now()`,
              [host],
            ),
          soon,
        )
        .toHaveLength(crawls)
    await crawler.create(`${site.url}/1`)
    await expect.poll(() => site.requests, soon).toContain('/1')
    await crawler.create(`${site.url}/2`)
    await untilWaiting(1)
    await crawler.server.as({ token: other.key }).createSources({ items: { name: `${site.url}/3`, type: 'URL' } })
    await untilWaiting(2)
    held.resolve()
    await expect.poll(() => site.requests.filter((path) => path !== '/robots.txt'), soon).toEqual(['/1', '/3', '/2'])
    await expect.poll(() => crawler.rows('select from crawls where has_turn'), soon).toEqual([])
  })

  test('a crawl whose start page moves to another host is one piece of work', async () => {
    const held = Promise.withResolvers<void>()
    await using target = await startSite({
      '/': (_request, response) => void held.promise.then(() => response.end(pageOf('Moved'))),
    })
    await using site = await startSite({ '/': { status: 301, headers: { location: `${target.url}/` } } })
    const { id, crawl } = await crawler.create(site.url)
    await expect.poll(() => target.requests, soon).toContain('/')
    await crawler.server.client.cancelSourceCrawl({ source_id: id })
    const work = `select owner from (select kind, owner, subject from work union select kind, owner, subject from work_arrivals) added
      where kind = 'crawl_source' and subject = $1`
    expect(await crawler.rows(work, [crawl!.id])).toEqual([{ owner: crawl!.id }])
    held.resolve()
    await expect.poll(() => crawler.rows('select from crawls where has_turn'), soon).toEqual([])
  })

  test('what a node that dies has stored of a page is deleted after some minutes', async () => {
    await using site = await startSite({ '/': pageOf('Home') })
    const asked = Promise.withResolvers<void>()
    const held = Promise.withResolvers<void>()
    site.pages['/'] = (_request, response) => {
      asked.resolve()
      void held.promise.then(() => response.end(pageOf('Home')))
    }
    const { id } = await crawler.create(site.url)
    await asked.promise
    const blocking = await crawler.server.database.pool.connect()
    try {
      // The page's commit waits for it, its bytes are there.
      await blocking.query('begin')
      await blocking.query('select from sources where id = $1 for update', [id])
      held.resolve()
      const unkept = `select round(extract(epoch from expires_at - created_at) / 60)::int as minutes from blobs
        where state = 'stored' and uses = 0 and created_at > now() - interval '1 minute'`
      await expect.poll(() => crawler.rows(unkept), soon).toEqual([{ minutes: 5 }, { minutes: 5 }])
    } finally {
      await blocking.query('rollback')
      blocking.release()
    }
    expect(await crawler.crawled(id)).toMatchObject({ revision: 1 })
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
    await expect.poll(() => site.requests, soon).toContain('/slow')
    const joined = await client.crawlSource({ source_id: id })
    expect(joined).toMatchObject({ file_upload_status: 'IN_PROGRESS', crawl: { status: 'running' } })
    expect((await client.listSourceCrawls({ source_id: id })).data).toHaveLength(1)

    const cancelled = await client.cancelSourceCrawl({ source_id: id })
    expect(cancelled).toMatchObject({ file_upload_status: 'COMPLETE', crawl: { status: 'cancelled', reason: null } })
    held.resolve()
    const turns = `select count(*)::int as count from crawls where has_turn`
    await expect.poll(() => crawler.rows(turns), soon).toEqual([{ count: 0 }])
    expect(Object.keys(await crawler.pages(id))).toEqual(['/a'])
    expect(site.requests).not.toContain('/b')
    expect(await client.cancelSourceCrawl({ source_id: id })).toMatchObject({ crawl: { status: 'cancelled' } })
    expect((await crawler.events(id)).at(-1)).toMatchObject({ data: { reason: { code: 'cancelled' } } })
    expect((await crawler.again(id)).crawl.counts).toMatchObject({ stored: 2, unchanged: 2 })
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
    await expect.poll(() => site.requests, soon).toContain('/slow')
    await client.deleteSource({ source_id: id })
    held.resolve()
    const left = `select (select count(*) from sources where id = $1 or parent_source_id = $1)::int as sources,
      (select count(*) from work where kind = 'crawl_source' and lease is not null)::int as work`
    await expect.poll(() => crawler.rows(left, [id]), soon).toEqual([{ sources: 0, work: 0 }])
  })
})

test.each([
  ['https://a.example/docs', ['x'], ['url_pattern']],
  ['https://{slug}.example/', ['x'], ['url_pattern']],
  ['ftp://a.example/{slug}', ['x'], ['url_pattern']],
  ['https://a.example/{slug}', ['x', '..', '.'], ['slugs.1', 'slugs.2']],
  ['https://a.example/{slug}', Array(101).fill('x'), ['slugs']],
  ['https://a.example/{slug}', [], ['slugs']],
])('%s with %s is refused as a whole', async (url_pattern, slugs, paths) => {
  const { client } = crawler.server
  const { id: dataset_id } = await client.createDataset({ name: 'None' })
  const refused = await refusal(client.attachSourcesByPattern({ dataset_id, url_pattern, slugs }))
  expect(refused.status).toBe(422)
  expect(refused.errors!.map(({ path }) => path)).toEqual(paths)
  expect((await client.listDatasetSources({ dataset_id })).data).toEqual([])
})
