import { array, assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDirectives, readRobots } from './robots.ts'

const site = 'https://a.example'
const robotsOf = (...lines: string[]) => readRobots(`${site}/robots.txt`, lines.join('\n'))
const isAllowed = (path: string, ...lines: string[]) => robotsOf(...lines).isAllowed(`${site}${path}`)

describe('robots.txt', () => {
  test.each([
    ['/a', ['User-agent: *', 'Disallow: /'], false],
    ['/a', ['User-agent: *', 'Disallow:'], true],
    ['/a', ['User-agent: *', 'Disallow: /b'], true],
    ['/b/c', ['User-agent: *', 'Disallow: /b'], false],
    ['/b/c', ['User-agent: *', 'Disallow: /b', 'Allow: /b/c'], true],
    // Our own group counts alone.
    ['/a', ['User-agent: *', 'Disallow: /', 'User-agent: parleybot', 'Disallow: /b'], true],
    ['/a', ['User-agent: ParleyBot/2.0', 'Disallow: /', '', 'User-agent: *', 'Allow: /'], false],
    ['/a', ['User-agent: Googlebot', 'User-agent: ParleyBot', 'User-agent: Bingbot', 'Disallow: /'], false],
    ['/a', ['User-agent: Googlebot', 'User-agent: Bingbot', 'Disallow: /'], true],
    ['/a', ['User-agent: Googlebot', 'Disallow: /', 'User-agent: Bingbot', 'Disallow: /b'], true],
    ['/a', ['User-agent: Googlebot', 'Crawl-delay: 1', 'User-agent: *', 'Disallow: /a'], false],
    ['/a', ['\ufeffuser-agent : * # all', 'disallow : /a # really'], false],
    ['/a.pdf', ['User-agent: *', 'Disallow: /*.pdf$'], false],
    ['/a.pdf?x', ['User-agent: *', 'Disallow: /*.pdf$'], true],
    ['/a?b=1', ['User-agent: *', 'Disallow: /*?b='], false],
    ['/a', ['<html>', 'not a robots.txt: at all'], true],
    ['/a', ['User-agent: __proto__', 'Disallow: /'], true],
  ])('%s with %j is allowed: %s', (path, lines, expected) => {
    expect(isAllowed(path, ...lines)).toBe(expected)
  })

  test('the delay is ours, the general one, and never long', () => {
    const delayOf = (...lines: string[]) => robotsOf(...lines).delay_ms
    expect(delayOf('User-agent: *', 'Crawl-delay: 2')).toBe(2000)
    expect(delayOf('User-agent: *', 'Crawl-delay: 2', 'User-agent: ParleyBot', 'Crawl-delay: 0.5')).toBe(500)
    expect(delayOf('User-agent: Googlebot', 'Crawl-delay: 2')).toBe(0)
    for (const [delay, ms] of [
      ['86400', 10_000],
      ['Infinity', 10_000],
      ['-5', 0],
      ['soon', 0],
      ['', 0],
    ] as const)
      expect(delayOf('User-agent: *', `Crawl-delay: ${delay}`)).toBe(ms)
  })

  test('sitemaps, at most 50', () => {
    expect(robotsOf('Sitemap: https://a.example/map.xml', 'User-agent: *').sitemaps).toEqual([
      'https://a.example/map.xml',
    ])
    expect(robotsOf(...Array.from({ length: 100 }, (_, n) => `Sitemap: /${n}`)).sitemaps).toHaveLength(50)
  })

  test('what concerns other robots changes nothing', () => {
    const ours = ['User-agent: parleybot', 'Disallow: /a', 'Allow: /a/b']
    const rules = array(constantFrom('Disallow: /', 'Allow: /a', 'Crawl-delay: 9', 'User-agent: other', '# x', ''))
    assert(
      property(rules, rules, constantFrom('/a', '/a/b', '/c'), (before, after, path) => {
        const text = ['User-agent: x', ...before, ...ours, 'User-agent: y', ...after]
        expect(isAllowed(path, ...text)).toBe(isAllowed(path, ...ours))
        expect(robotsOf(...text).delay_ms).toBe(0)
      }),
    )
  })
})

describe('a hostile robots.txt costs little', () => {
  const bytes = 500 * 1024
  const fill = (line: (n: number) => string) => {
    const lines: string[] = []
    for (let size = 0, n = 0; size < bytes; n += 1) size += lines[lines.push(line(n)) - 1]!.length + 1
    return lines
  }
  const long_path = `/${'a'.repeat(2000)}`

  test.each([
    ['many agents and many rules', [...fill((n) => `User-agent: a${n}`), ...fill(() => 'Disallow: /a')]],
    [
      'our name between many others',
      [...fill((n) => `User-agent: ${n % 2 ? 'parleybot' : n}`), ...fill(() => 'Allow:/')],
    ],
    ['one rule of wildcards', ['User-agent: *', `Disallow: /${'*a'.repeat(bytes / 2)}b`]],
    ['many rules of wildcards', ['User-agent: *', ...fill(() => 'Disallow: /*a*a*a*a*a*b')]],
    ['long rules of wildcards', ['User-agent: *', ...fill(() => `Disallow: /${'*a'.repeat(2000)}b`)]],
    ['one long line', ['x'.repeat(bytes)]],
    ['spaces', [' '.repeat(bytes)]],
    ['a name that does not end', ['User-agent'.padEnd(bytes, ' '), 'Disallow: /']],
    ['line breaks', ['\n'.repeat(bytes)]],
  ])('%s', (_what, lines) => {
    const before = process.cpuUsage()
    const robots = robotsOf(...lines)
    for (let n = 0; n < 10; n += 1) robots.isAllowed(`${site}${long_path}`)
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(3000)
  })

  test('rules beyond the bound of wildcards forbid more, never less', () => {
    const many = ['User-agent: *', ...Array.from({ length: 2000 }, () => 'Disallow: /nothing*here')]
    expect(isAllowed('/private/x.html', ...many, 'Disallow: /private/*.html')).toBe(false)
    expect(isAllowed('/x.html', ...many, 'Disallow: *.html')).toBe(false)
    expect(isAllowed('/open/x.html', ...many, 'Disallow: /open', 'Allow: /open/*.html')).toBe(false)
    expect(isAllowed('/open/x.html', ...many, 'Disallow: /private/*.html')).toBe(true)
  })

  test('rules with a wildcard count up to 4,000 characters', () => {
    const fill = (characters: number) => {
      const rule = `/${'x'.repeat(98)}*`
      const whole = Array.from({ length: Math.floor(characters / 100) }, () => `Disallow: ${rule}`)
      return ['User-agent: *', ...whole]
    }
    // 39 rules of 100 characters and one of 100, or of 101.
    const last = (characters: number) => `Disallow: /a*${'b'.repeat(characters - 3)}`
    expect(isAllowed('/a', ...fill(3900), last(100))).toBe(true)
    expect(isAllowed('/a', ...fill(3900), last(101))).toBe(false)
  })

  test('a site with more rules than anybody writes is closed', () => {
    const rules = (most: number) => ['User-agent: *', ...Array.from({ length: most }, (_, n) => `Disallow: /${n}-x`)]
    expect(isAllowed('/open', ...rules(5000))).toBe(true)
    expect(isAllowed('/open', ...rules(5001))).toBe(false)
    expect(isAllowed('/open', ...rules(100).flatMap((rule) => Array.from({ length: 100 }, () => rule)))).toBe(true)
  })

  test('anything can be read', () => {
    const unit = constantFrom(...'user-agent:disallow*$/#\r\n \t\u0000\ufeff%é')
    assert(
      property(string({ unit, maxLength: 200 }), (text) => {
        expect(typeof isAllowed('/a', text)).toBe('boolean')
      }),
    )
  })
})

test.each([
  [null, false, false],
  ['noindex', true, false],
  ['nofollow', false, true],
  ['none', true, true],
  ['NoIndex, nofollow', true, true],
  ['googlebot: noindex', false, false],
  ['googlebot: noindex, nofollow', false, false],
  ['googlebot: noindex, parleybot: nofollow', false, true],
  ['parleybot: noindex nofollow', true, true],
  ['unavailable_after: 25 Jun 2010 15:00:00 PST, noindex', true, false],
  ['max-snippet: 5, noindex', true, false],
  ['all', false, false],
])('the header %j: noindex %s, nofollow %s', (header, noindex, nofollow) => {
  expect(readDirectives(header)).toEqual({ noindex, nofollow })
})
