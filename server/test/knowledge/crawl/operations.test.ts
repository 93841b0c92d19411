// The operations on crawls, and what else happens to a source while it is crawled.
import { describeError } from '@parley/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { max_attachments } from '../../../src/knowledge/ingest/rows.ts'
import { makeOrganization } from '../../support/actors.ts'
import { refusal } from '../../support/server.ts'
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
/** What happens when the next crawl is about to end. */
let atEnd: (() => Promise<unknown>) | null = null
async function reached(point: string): Promise<void> {
  conversions += Number(point === 'knowledge.converting')
  if (point !== 'crawl.finishing') return
  const call = atEnd
  atEnd = null
  await call?.()
}

beforeAll(async () => {
  crawler = await startCrawler({}, { ports: { clock, reached } })
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

describe('one commit changes a bounded number of attachments', () => {
  test('a call that would bring more pages, delete or rebuild more attachments is refused as a whole', async () => {
    const { client } = crawler.server
    await using site = await startSite({ '/': pageOf('Home') })
    const { id } = await crawler.create(site.url, plain)
    await crawler.crawled(id)
    const { id: dataset_id } = await client.createDataset({ name: 'Full' })
    const refused = { status: 409, code: 'too_many_attachments' }
    expect(describeError('too_many_attachments').detail).toContain(`more than ${max_attachments.toLocaleString('en')} `)
    const pages = `insert into sources (id, organization_id, type, name, domain, upload_status, chunking, parent_source_id)
      select gen_random_uuid(), organization_id, 'URL', name || n, domain, 'COMPLETE', chunking, id
      from sources, generate_series(1, ${max_attachments}) n where id = $1`
    await crawler.rows(pages, [id])
    expect(await refusal(client.attachSources({ dataset_id, items: { source_id: id } }))).toMatchObject(refused)
    const url_crawl_options = { ...plain, delay_ms: 0, add_to_datasets: [dataset_id] }
    expect(await refusal(client.updateSource({ source_id: id, url_crawl_options }))).toMatchObject(refused)
    expect((await client.listDatasetSources({ dataset_id })).data).toEqual([])

    const attachments = `insert into dataset_sources (id, organization_id, dataset_id, source_id, attached_by)
      select gen_random_uuid(), organization_id, $2, id, 'crawl' from sources where id = $1 or parent_source_id = $1`
    await crawler.rows(attachments, [id, dataset_id])
    expect(await refusal(client.deleteSource({ source_id: id }))).toMatchObject(refused)
    const chunking_strategy = 'structure_based'
    expect(await refusal(client.updateSource({ source_id: id, chunking_strategy }))).toMatchObject(refused)
    // One less, and all goes in one commit.
    const [page] = (await client.listSources({ parent_source_id: id, limit: 1 })).data
    await client.deleteSource({ source_id: page!.id })
    await client.deleteSource({ source_id: id })
    const left = `select (select count(*) from sources where id = $1 or parent_source_id = $1)::int as sources,
      (select count(*) from dataset_sources where dataset_id = $2)::int as attachments`
    expect(await crawler.rows(left, [id, dataset_id])).toEqual([{ sources: 0, attachments: 0 }])
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
}, 60_000)

test('a crawl without a page for a day ends as stuck', async () => {
  const { client } = crawler.server
  await using site = await startSite({ '/robots.txt': { status: 503 } })
  const { id } = await crawler.create(site.url)
  await expect.poll(() => site.requests.length, soon).toBeGreaterThan(0)
  await crawler.rows(`update crawls set started_at = now() - interval '25 hours' where source_id = $1`, [id])
  expect(await crawler.crawled(id)).toMatchObject({ status: 'failed', status_reason: { code: 'deadline' } })
  expect(await client.getSource({ source_id: id })).toMatchObject({ file_upload_status: 'FAILED' })
})
