// What a crawl finds, stores and leaves out.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Crawler, pageOf, startCrawler, startSite } from './fixture.ts'

let crawler: Crawler

beforeAll(async () => {
  crawler = await startCrawler()
})
afterAll(() => crawler[Symbol.asyncDispose]())

describe('without options', () => {
  test('a URL is one page', async () => {
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
})

describe('with options', () => {
  test('each further page is a source of its own, named by its URL', async () => {
    await using site = await startSite({
      '/': pageOf('Home', '/a', '/b#part', '/a?utm_source=x', 'https://elsewhere.test/x'),
      '/a': pageOf('A', '/b', '/c'),
      '/b': pageOf('B', '/'),
      '/c': pageOf('C'),
    })
    const { id } = await crawler.create(site.url, { use_sitemap: false }, { metadata: { team: 'docs' } })
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
  })
})
