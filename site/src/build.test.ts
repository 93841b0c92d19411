import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { renderSite } from './build.ts'
import { readPages } from './pages.ts'

const script = 'assets/main.js'
const files = await renderSite(script)
const pages = new Map(
  [...files].filter(([path]) => path.endsWith('.html')).map(([path, content]) => [path, String(content)]),
)

test('each page of the list has a file', () => {
  expect([...pages.keys()].toSorted()).toEqual(
    readPages()
      .map(({ name }) => `${name || 'index'}.html`)
      .toSorted(),
  )
})

test('a page has at most 60 KB, and what it loads with it, pictures apart, as much when it is sent', () => {
  for (const [path, html] of pages) {
    expect(Buffer.byteLength(html), path).toBeLessThanOrEqual(60 * 1024)
    const loaded = [...html.matchAll(/(?:href|src)="(assets\/[^"]+\.(?:css|js))"/g)].map(([, file]) => file!)
    expect(loaded.length).toBe(3)
    const sent = [Buffer.from(html), ...loaded.flatMap((file) => files.get(file) ?? [])].map(
      (part) => gzipSync(part).length,
    )
    expect(sent.reduce((sum, bytes) => sum + bytes)).toBeLessThanOrEqual(60 * 1024)
  }
})

test('each link within the site leads to a page, an anchor or a file that is there', () => {
  const idsOf = (html: string) => new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!))
  const isThere = (page: string, link: string) => {
    const [path = '', anchor] = link.split('#')
    if (['api/', '../openapi.json', script].includes(path)) return true
    if (path.startsWith('assets/')) return files.has(path)
    const target = pages.get(path === '' ? page : path === './' ? 'index.html' : `${path}.html`)
    return target !== undefined && (anchor === undefined || idsOf(target).has(decodeURIComponent(anchor)))
  }
  const dead = [...pages].flatMap(([page, html]) =>
    [...html.matchAll(/ (?:href|src|srcset)="([^"]+)"/g)]
      .map(([, link]) => link!)
      .filter((link) => !/^https?:/.test(link) && !isThere(page, link))
      .map((link) => `${page}: ${link}`),
  )
  expect(dead).toEqual([])
})

test('the policy of the pages forbids nothing of them: no inline script, no inline style, nothing from elsewhere', () => {
  for (const [path, html] of pages) {
    const outside = html.replaceAll(/<code>[^]*?<\/code>/g, '')
    expect(
      outside.match(/<script(?![^>]* src="assets\/)[^>]*>|<style| style=| on\w+=|(?:src|srcset)="http/g),
      path,
    ).toBe(null)
  }
})

test('code is coloured, and says what the page says', () => {
  const block = /<pre tabindex="0"><code>(<span[^]*?)<\/code>/.exec(pages.get('quickstart.html')!)![1]!
  expect(block).toContain('<span class="f">npm</span>')
  expect(block.replaceAll(/<[^>]+>/g, '').replaceAll('&amp;', '&')).toBe('npm ci && npm start\n')
})

test('the search knows every section of every guide', () => {
  const [, content] = [...files].find(([path]) => path.startsWith('assets/search-'))!
  const sections = JSON.parse(String(content)) as { href: string; heading: string; text: string }[]
  expect(sections.length).toBeGreaterThan(100)
  const found = sections.find(({ href }) => href === 'guarantees#a-repeated-call-has-one-effect')
  expect(found?.heading).toBe('A repeated call has one effect')
  expect(found?.text).toContain('Idempotency-Key')
})
