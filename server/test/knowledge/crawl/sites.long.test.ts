// What a site asks of crawlers, and its sitemaps.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Crawler, pageOf, startCrawler, startSite } from './fixture.ts'

let crawler: Crawler

beforeAll(async () => {
  crawler = await startCrawler()
})
afterAll(() => crawler[Symbol.asyncDispose]())

const plain = { use_sitemap: false } as const

describe.concurrent('what a site asks of robots', () => {
  const robots = (body: string, status = 200) => ({ status, headers: { 'content-type': 'text/plain' }, body })

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

  test.each([[401], [404]])('without one (%i) everything is allowed', async (status) => {
    await using site = await startSite({
      '/robots.txt': robots('User-agent: *\nDisallow: /', status),
      '/': pageOf('Home'),
    })
    expect((await crawler.crawled((await crawler.create(site.url)).id)).crawl.status).toBe('complete')
  })

  test.each([[503], [429]])('while it cannot be read (%i) nothing is fetched, then the crawl fails', async (status) => {
    await using site = await startSite({ '/robots.txt': robots('', status), '/': pageOf('Home') })
    const source = await crawler.crawled((await crawler.create(site.url)).id)
    expect(source).toMatchObject({ status: 'failed', status_reason: { code: 'robots_unavailable' }, tries: 6 })
    expect(site.requests).toEqual(Array(6).fill('/robots.txt'))
  })

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

describe.concurrent('sitemaps', () => {
  const xml = (body: string | Buffer) => ({ headers: { 'content-type': 'application/xml' }, body })
  const urls = (site: { url: string }, ...paths: string[]) =>
    `<urlset>${paths.map((path) => `<url><loc>${site.url}${path}</loc></url>`).join('')}</urlset>`

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
