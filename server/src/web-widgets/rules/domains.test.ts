import { describe, expect, test } from 'vitest'
import { frameAncestors, isOriginListed, normalizeDomain, normalizeDomains } from './domains.ts'

describe('B5: the one form of a site', () => {
  test.each([
    ['example.com', 'https://example.com'],
    [' Example.COM ', 'https://example.com'],
    ['https://example.com/', 'https://example.com'],
    ['https://example.com/shop?a=1#b', 'https://example.com'],
    ['https://example.com:443', 'https://example.com'],
    ['http://example.com:80/', 'http://example.com'],
    ['https://example.com:8443', 'https://example.com:8443'],
    ['example.com:8443', 'https://example.com:8443'],
    ['www.example.com', 'https://www.example.com'],
    ['example.com.', 'https://example.com'],
    ['https://*.example.com', 'https://*.example.com'],
    ['*.example.com/x', 'https://*.example.com'],
    ['HTTPS://*.Example.com:8443', 'https://*.example.com:8443'],
    ['bücher.example', 'https://xn--bcher-kva.example'],
    ['*.bücher.example', 'https://*.xn--bcher-kva.example'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['my_site.example.com', 'https://my_site.example.com'],
  ])('%s: %s', (entry, domain) => {
    expect(normalizeDomain(entry)).toBe(domain)
    expect(normalizeDomain(domain)).toBe(domain)
  })

  test.each([
    ...[
      '',
      ' ',
      '*',
      'https://',
      'https://*',
      '*.com',
      'https://*.127.0.0.1',
      'https://exa*mple.com',
      'a.*.example.com',
    ],
    ...[
      'ftp://example.com',
      'javascript:alert(1)',
      'file:///etc',
      'https://user@example.com',
      'https://u:p@example.com',
    ],
    ...[
      'https://exa mple.com',
      "https://example.com; script-src 'none'",
      'https://a,b.com',
      'https://-a.com',
      'https://a..b',
    ],
    ...['https://example.com:99999', '\0', `${'a'.repeat(64)}.com`],
  ])('%j is refused', (entry) => {
    expect(normalizeDomain(entry)).toBeNull()
  })

  test('faults have the place of their entry; the same site counts once', () => {
    expect(normalizeDomains(['example.com', 'ftp://x.com', 'https://EXAMPLE.com/', '*'])).toEqual({
      domains: ['https://example.com'],
      faults: [
        { path: 'domains.1', message: 'must be an http or https site' },
        { path: 'domains.3', message: 'must be a site such as https://example.com or https://*.example.com' },
      ],
    })
  })

  test('all entries together have at most 2,500 characters', () => {
    const entries = Array.from(
      { length: 50 },
      (_, index) => `https://${'a'.repeat(40)}${index % 10}${index}.example.com`,
    )
    const { faults } = normalizeDomains(entries)
    expect(faults).toEqual([{ path: 'domains.39', message: 'is beyond 2500 characters of all entries together' }])
    expect(normalizeDomains(entries.slice(0, 39)).faults).toEqual([])
  })
})

describe('B5: whether an origin is listed', () => {
  const domains = ['https://example.com', 'https://*.shop.com', 'http://localhost:3000', 'https://*.a.com:8443']

  test.each([
    ...['https://example.com', 'https://www.shop.com', 'https://a.b.shop.com', 'http://localhost:3000'],
    ...['https://x.a.com:8443'],
  ])('%s is', (origin) => expect(isOriginListed(domains, origin)).toBe(true))

  test.each([
    ...['http://example.com', 'https://www.example.com', 'https://example.com:8443', 'https://example.com.evil.com'],
    ...['https://shop.com', 'https://evilshop.com', 'http://www.shop.com', 'https://www.shop.com:8443'],
    ...[
      'https://x.a.com',
      'http://localhost',
      'null',
      '',
      'https://example.com/',
      'HTTPS://EXAMPLE.COM',
      'https://*.shop.com',
    ],
    ...['chrome-extension://abc', 'file://'],
  ])('%s is not', (origin) => expect(isOriginListed(domains, origin)).toBe(false))

  test('an empty list has every site, but not a page without an origin', () => {
    expect(isOriginListed([], 'https://anything.example')).toBe(true)
    expect(isOriginListed([], 'null')).toBe(false)
    expect(isOriginListed([], 'file://')).toBe(false)
  })

  test('the header has the list; an empty one permits all', () => {
    expect(frameAncestors(domains)).toBe(domains.join(' '))
    expect(frameAncestors([])).toBe('*')
  })
})
