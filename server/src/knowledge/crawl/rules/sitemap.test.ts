import { assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSitemap } from './sitemap.ts'

const at = 'https://a.example/sitemap.xml'
const read = (text: string, most = 100) => readSitemap(at, text, most)
const urlset = (...locations: string[]) =>
  `<urlset>${locations.map((loc) => `<url><loc>${loc}</loc><lastmod>2026-01-01</lastmod></url>`).join('')}</urlset>`

test('pages and sitemaps, in their one form, each once, of this site only', () => {
  const xml = `<?xml version="1.0"?><s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9">
    <s:url><s:loc> https://a.example/one?b=1&amp;a=2#x </s:loc></s:url>
    <s:url><s:loc><![CDATA[https://a.example/two]]></s:loc></s:url>
    <s:url><s:loc>https://A.example:443/two</s:loc></s:url>
    <s:url><s:loc>https://b.example/three</s:loc></s:url>
    <s:url><s:loc>javascript:alert(1)</s:loc></s:url><s:url/></s:urlset>`
  expect(read(xml)).toEqual({ pages: ['https://a.example/one?a=2&b=1', 'https://a.example/two'], sitemaps: [] })
  expect(read(urlset('https://a.example/only'))!.pages).toEqual(['https://a.example/only'])
  expect(read('<urlset></urlset>')).toEqual({ pages: [], sitemaps: [] })
  expect(read('\ufeff <sitemapindex><sitemap><loc>https://a.example/s.xml</loc></sitemap></sitemapindex>')).toEqual({
    ...{ pages: [], sitemaps: ['https://a.example/s.xml'] },
  })
  expect(read('https://a.example/one\r\nhttps://a.example/two\n')!.pages).toHaveLength(2)
})

test.each([
  ['a page', '<html><body><url><loc>https://a.example/x</loc></url></body></html>'],
  ['a feed', '<rss><channel><link>https://a.example/x</link></channel></rss>'],
  ['a text', 'Not found'],
  ['nothing', ''],
  ['broken XML', '<urlset><url'],
])('%s is no sitemap', (_what, text) => {
  expect(read(text)).toBeNull()
})

describe('hostile sitemaps', () => {
  test('entities are not replaced', () => {
    const define = (text: string) => `<!DOCTYPE urlset [${text}]>${urlset('https://a.example/&x;')}`
    const [file, bomb] = ['<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY y "yyyy"><!ENTITY x "&y;&y;&y;&y;">']
    for (const text of [file, bomb]) expect(read(define(text!))?.pages ?? []).toSatisfy(onlyPlain)
  })
  const onlyPlain = (pages: string[]) => pages.every((page) => page === 'https://a.example/&x;')

  test.each([
    ['deep', '<a>'.repeat(50_000)],
    ['deep in its place', `<urlset>${'<url>'.repeat(50_000)}`],
    ['many', urlset(...Array.from({ length: 20_000 }, (_, n) => `https://a.example/${n}`))],
    ['names of prototypes', '<urlset><__proto__><loc>https://a.example/</loc></__proto__><constructor/></urlset>'],
  ])('%s', (_what, text) => {
    const before = process.cpuUsage()
    expect(read(text)?.pages.length ?? 0).toBeLessThanOrEqual(100)
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(5000)
  })

  test('anything can be read', () => {
    const unit = constantFrom(
      '<',
      '>',
      '/',
      '!',
      '[',
      ']',
      '-',
      '&',
      ';',
      '"',
      'urlset',
      'url',
      'loc',
      'https://a.example/',
    )
    assert(
      property(string({ unit, maxLength: 60 }), (text) => {
        const pages = read(text)?.pages ?? []
        expect(pages.every((page) => page.startsWith('https://a.example/'))).toBe(true)
      }),
    )
  })
})
