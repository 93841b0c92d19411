// Crawls as leased work: how many at once, on one node and over all; a node that dies or stalls. And how much one commit may change.
import { describeError } from '@parley/contract'
import { expect, test } from 'vitest'
import { max_attachments } from '../../../src/knowledge/ingest/rows.ts'
import { makeOrganization } from '../../support/actors.ts'
import { refusal } from '../../support/server.ts'
import { type Site, pageOf, soon, startCrawler, startSite } from './fixture.ts'

const plain = { use_sitemap: false, delay_ms: 0 } as const

/** A site whose start page answers once it is released. */
async function startHeldSite(): Promise<Site & { release(): void }> {
  const held = Promise.withResolvers<void>()
  const site = await startSite()
  site.pages['/'] = (_request, response) => void held.promise.then(() => response.end(pageOf('Home')))
  return Object.assign(site, { release: () => held.resolve() })
}

const isAsked = (site: Site) => site.requests.includes('/')

test('a node crawls two sites at once; the third waits for its place', async () => {
  await using crawler = await startCrawler({ PARLEY_LIMIT_CRAWLS: '2' })
  const sites = [await startHeldSite(), await startHeldSite(), await startHeldSite()]
  const ids = []
  for (const site of sites) ids.push((await crawler.create(site.url)).id)
  await expect.poll(() => sites.filter(isAsked).length, soon).toBe(2)
  const waiting = sites.find((site) => !isAsked(site))!
  // Another organization's does not overtake the bound.
  const other = await makeOrganization(crawler.server, 'Other')
  const fourth = await startHeldSite()
  await crawler.server.as({ token: other.key }).createSources({ items: { name: fourth.url, type: 'URL' } })
  await expect.poll(() => crawler.rows(`select from work_arrivals where kind = 'crawl_source'`), soon).toEqual([])
  expect([waiting, fourth].filter(isAsked)).toEqual([])
  for (const site of [...sites, fourth]) site.release()
  for (const id of ids) expect((await crawler.crawled(id)).crawl.status).toBe('complete')
  await expect.poll(() => isAsked(fourth), soon).toBe(true)
  for (const site of [...sites, fourth]) await site[Symbol.asyncDispose]()
})

test('one crawl of a host at a time, over all nodes and organizations', async () => {
  await using crawler = await startCrawler()
  const { server } = crawler
  await using _second = await server.startAnother()
  await using _third = await server.startAnother()
  await using site = await startSite()
  site.other = (request, response) => void setTimeout(() => response.end(pageOf(request.url!)), 5)
  const other = await makeOrganization(server, 'Other')
  const ids: string[] = []
  for (let n = 0; n < 6; n += 1) ids.push((await crawler.create(`${site.url}/${n}`)).id)
  const [foreign] = await server
    .as({ token: other.key })
    .createSources({ items: { name: `${site.url}/x`, type: 'URL' } })
  for (const id of ids) expect((await crawler.crawled(id)).crawl.status).toBe('complete')
  const status = async () => (await server.as({ token: other.key }).getSource({ source_id: foreign!.id })).crawl?.status
  await expect.poll(status, soon).toBe('complete')
  expect(site.most_open).toBe(1)
  expect(await crawler.rows('select from crawls where has_turn')).toEqual([])
})

test('a node that stalls loses the crawl: stored pages stay, one request is repeated, and it writes nothing more', async () => {
  const stalled = Promise.withResolvers<void>()
  let fetched = 0
  const reached = (point: string) => {
    if (point === 'crawl.fetched') fetched += 1
    return point === 'crawl.fetched' && fetched === 3 ? stalled.promise : undefined
  }
  await using crawler = await startCrawler({}, { ports: { reached } })
  await using site = await startSite({ '/': pageOf('Home', '/a', '/b', '/c') })
  for (const path of ['/a', '/b', '/c']) site.pages[path] = pageOf(`Page ${path}`)
  const { id } = await crawler.create(site.url, plain)
  await expect.poll(() => fetched, soon).toBe(3)
  const before = Object.keys(await crawler.pages(id))
  expect(before).toEqual(['/a'])

  await using _other = await crawler.server.startAnother({}, { ports: {} })
  // As if its node had not renewed it for longer than it lasts.
  await crawler.rows(
    `update work set due_at = now() - interval '1 second' where kind = 'crawl_source' and lease is not null`,
  )
  const source = await crawler.crawled(id)
  expect(source.crawl).toMatchObject({ status: 'complete', counts: { stored: 4 } })
  stalled.resolve()
  await expect
    .poll(() => crawler.server.log.some((line) => line.includes('another node took the work over')), soon)
    .toBe(true)
  expect(site.requests.toSorted()).toEqual(['/', '/a', '/b', '/b', '/c', '/robots.txt'])
  expect(Object.keys(await crawler.pages(id)).toSorted()).toEqual(['/a', '/b', '/c'])
  const doubled = await crawler.rows(
    'select name from sources where parent_source_id = $1 group by name having count(*) > 1',
    [id],
  )
  expect(doubled).toEqual([])
})

test('a restart goes on where the crawl was', async () => {
  await using crawler = await startCrawler()
  const held = Promise.withResolvers<void>()
  await using site = await startSite({ '/': pageOf('Home', '/a', '/slow'), '/a': pageOf('A') })
  site.pages['/slow'] = (_request, response) => void held.promise.then(() => response.end(pageOf('Slow')))
  const { id } = await crawler.create(site.url, plain)
  await expect.poll(() => site.requests, soon).toContain('/slow')
  const restarted = crawler.server.restart()
  await restarted
  held.resolve()
  expect((await crawler.crawled(id)).crawl).toMatchObject({ status: 'complete', counts: { stored: 3 } })
  expect(site.requests.filter((path) => path === '/a' || path === '/')).toEqual(['/', '/a'])
})

test('a call that would bring more pages, delete or rebuild more attachments than one commit may is refused as a whole', async () => {
  await using crawler = await startCrawler()
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
