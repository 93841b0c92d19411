import { assert, property, string, webUrl, array, constantFrom, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { knowledgeBounds } from '@parley/contract'
import { domainOf, fillPattern, isSameOrigin, max_url_characters, normalizeUrl, patternFault } from './url.ts'

describe('the one form of an address', () => {
  test.each([
    ['HTTP://Example.COM', 'http://example.com/'],
    ['https://example.com:443/a', 'https://example.com/a'],
    ['http://example.com:80/a', 'http://example.com/a'],
    ['http://example.com:8080/a', 'http://example.com:8080/a'],
    ['https://example.com./a', 'https://example.com/a'],
    ['https://example.com/a#b', 'https://example.com/a'],
    ['https://example.com/a?#', 'https://example.com/a'],
    ['https://example.com/a?b=2&a=1', 'https://example.com/a?a=1&b=2'],
    ['https://example.com/a?a=2&a=1&&', 'https://example.com/a?a=2&a=1'],
    ['https://example.com/a?utm_source=x&UTM_Medium=y&q=1&gclid=3&fbclid=4', 'https://example.com/a?q=1'],
    ['https://example.com/a?ut%6d_source=x', 'https://example.com/a'],
    ['https://example.com/a?q=a%20b+c', 'https://example.com/a?q=a%20b+c'],
    ['https://example.com/a?%', 'https://example.com/a?%'],
    ['https://bücher.example/ü', 'https://xn--bcher-kva.example/%C3%BC'],
    ['  https://example.com/a/../b  ', 'https://example.com/b'],
  ])('%s is %s', (given, expected) => {
    expect(normalizeUrl(given)).toBe(expected)
  })

  test.each([
    ...['ftp://example.com/', 'mailto:a@example.com', 'javascript:alert(1)', 'data:text/html,x', 'example.com', ''],
    ...['https://user@example.com/', 'https://user:word@example.com/', `https://example.com/${'a'.repeat(2048)}`],
  ])('%.40s has none', (given) => {
    expect(normalizeUrl(given)).toBeNull()
  })

  test('is its own form, whatever the address', () => {
    const part = string({ unit: constantFrom(...'ab=&%2?#/.;+~|é') })
    assert(
      property(webUrl({ withQueryParameters: true, withFragments: true }), part, (url, more) => {
        for (const each of [url, `${url}?${more}`, `http://a.example/${more}`]) {
          const form = normalizeUrl(each)
          if (form !== null) expect(normalizeUrl(form)).toBe(form)
        }
      }),
    )
  })

  test('does not depend on the order of different parameters, nor on tracking', () => {
    const names = ['a', 'b', 'c', 'd']
    const values = tuple(...names.map(() => string({ unit: constantFrom(...'xyz%20'), maxLength: 4 })))
    assert(
      property(values, array(constantFrom(...names)), (texts, order) => {
        const parts = names.map((name, n) => `${name}=${texts[n]}`)
        const moved = parts.toSorted((a, b) => order.indexOf(a[0]!) - order.indexOf(b[0]!))
        const tracked = [...moved, 'utm_id=1'].join('&')
        expect(normalizeUrl(`http://a.example/?${tracked}`)).toBe(normalizeUrl(`http://a.example/?${parts.join('&')}`))
      }),
    )
  })
})

test('the longest address is the contract’s', () => {
  expect(max_url_characters).toBe(knowledgeBounds.url)
})

test('the domain of an address', () => {
  expect(domainOf('https://Docs.Example.com:8443/a')).toBe('docs.example.com')
  expect(domainOf('a file.pdf')).toBeNull()
})

test.each([
  ['https://a.example/', 'https://a.example/b', true],
  ['https://a.example/', 'http://a.example/', false],
  ['https://a.example/', 'https://a.example:8443/', false],
  ['https://a.example/', 'https://b.a.example/', false],
])('%s and %s: the same origin is %s', (a, b, expected) => {
  expect(isSameOrigin(a, b)).toBe(expected)
})

describe('patterns with a slug', () => {
  test.each([
    ['https://a.example/docs', /must have/],
    ['https://{slug}.example/docs', /path only/],
    ['https://a.example/{slug}?q={slug}', /path only/],
    ['https://a.example/?q={slug}', /path only/],
    ['ftp://a.example/{slug}', /http/],
    ['{slug}', /http/],
    ['https://{slug}@a.example/x', /http/],
  ])('%s is refused', (pattern, fault) => {
    expect(patternFault(pattern)).toMatch(fault)
  })

  test('a slug is one segment, and stays on the site, whatever it is', () => {
    const pattern = 'https://a.example/docs/{slug}/page'
    expect(patternFault(pattern)).toBeNull()
    expect(fillPattern(pattern, 'a b')).toBe('https://a.example/docs/a%20b/page')
    expect(fillPattern(pattern, '..')).toBeNull()
    expect(fillPattern(pattern, '\ud800')).toBeNull()
    assert(
      property(string({ unit: 'binary', minLength: 1, maxLength: 30 }), (slug) => {
        const filled = fillPattern(pattern, slug)
        if (filled === null) return
        const url = new URL(filled)
        expect(url.origin + url.search).toBe('https://a.example')
        expect(url.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'docs', slug, 'page'])
      }),
    )
  })

  test('a mark of replacements is a text like any other', () => {
    expect(fillPattern('https://a.example/{slug}', '$&')).toBe('https://a.example/%24%26')
  })
})
