// Sources for each slug of an address.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { refusal } from '../../support/server.ts'
import { type Crawler, pageOf, startCrawler, startSite } from './fixture.ts'

let crawler: Crawler

beforeAll(async () => {
  crawler = await startCrawler()
})
afterAll(() => crawler[Symbol.asyncDispose]())

test('a page source for each slug, attached, in their order; a known one is fetched again', async () => {
  const { client } = crawler.server
  const { id: dataset_id } = await client.createDataset({ name: 'Products' })
  await using site = await startSite({ '/p/a': pageOf('A'), '/p/b%20c': pageOf('B'), '/p/..%2Fx': pageOf('X') })
  const known = await crawler.create(`${site.url}/p/a`)
  await crawler.crawled(known.id)

  const url_pattern = `${site.url}/p/{slug}`
  const slugs = ['b c', 'a', '../x', 'a']
  const chunking_strategy = { method: 'structure_based', chunk_size: 300, chunk_overlap: 0 }
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
