import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OutboundError } from '../../outbound/errors.ts'
import { renderUrl } from './request-url.ts'

const host = 'http://shop.example'

describe('a value stays in its place in the URL', () => {
  test.each<[string, string, string]>([
    ['/orders/{{ a }}', 'A-1001', '/orders/A-1001'],
    ['/orders/{{ a }}', 'a/b', '/orders/a%2Fb'],
    ['/orders/{{ a }}', 'x?admin=1#', '/orders/x%3Fadmin=1%23'],
    ['/orders/{{ a }}/lines', 'a\\..\\b;v=1', '/orders/a%5C..%5Cb%3Bv=1/lines'],
    ['/orders/{{ a }}', '../../admin?x=#', '/orders/..%2F..%2Fadmin%3Fx=%23'],
    ['/orders/{{ a }}', 'a%2Fb c%', '/orders/a%2Fb%20c%25'],
    ['/orders/{{ a }}', 'größe', '/orders/gr%C3%B6%C3%9Fe'],
    ['/orders/{{ a }}', '', '/orders/'],
    ['/{% for x in [a, a] %}{{ x }}/{% endfor %}', 'a/b', '/a%2Fb/a%2Fb/'],
    ['/{% macro m(x) %}{{ x }}{% endmacro %}{{ m(a) }}/{% set b %}{{ a }}{% endset %}{{ b }}', 'a/b', '/a%2Fb/a%2Fb'],
    ['/orders?id={{ a }}&x=1', '1&admin=2#', '/orders?id=1%26admin%3D2%23&x=1'],
    ['/orders?phone={{ a }}', '+49 1', '/orders?phone=%2B49%201'],
    ['/orders?{{ a }}=1', 'x=2&y', '/orders?x%3D2%26y=1'],
    ['/orders?a=1#{{ a }}', 'x/y?z', '/orders?a=1#x/y?z'],
  ])('%s with %j', (template, a, url) => {
    expect(renderUrl(`${host}${template}`, { a })).toBe(`${host}${url}`)
  })

  test.each<[string, string]>([
    ['/orders/{{ a }}', '..'],
    ['/orders/{{ a }}/lines', '.'],
    ['/orders/{{ a }}/lines', '%2e%2E'],
    ['/orders/.{{ a }}', '.'],
    ['/orders/{{ a }}{{ a }}', '.'],
    [':{{ a }}/orders', '80/admin'],
    ['.{{ a }}/orders', 'evil.example/'],
    ['{{ a }}/orders', '@evil.example'],
    ['{{ a }}.shop/orders', '/admin'],
    ['{{ a }}{{ a }}', '/admin'],
    ['{{ a }}', '.evil.example'],
    ['{{ a }}', '。evil.example'],
    ['{{ a }}', 'x'],
    ['{{ a }}', ':81'],
    ['{{ a }}/orders', '.evil.example'],
    ['{{ a }}:80/orders', '.evil.example'],
    ['{{ a }}{{ b }}', '.evil.example'],
    ['{% if a %}{{ a }}{% endif %}{% if b %}{% endif %}/orders', '.evil.example'],
  ])('refuses %s with %j', (template, a) => {
    expect(() => renderUrl(`${host}${template}`, { a })).toThrow(OutboundError)
  })

  test('for any value, the origin, the other segments and the other parameters stay', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({
        unit: fc.constantFrom('.', '/', '\\', '%', '2', 'e', 'E', '?', '#', '&', '\t', '\n', ' ', 'a'),
        maxLength: 8,
      }),
    )
    fc.assert(
      fc.property(value, value, (a, b) => {
        let url: URL
        try {
          url = new URL(renderUrl(`${host}/v1/{{ a }}/lines?b={{ b }}&c=1`, { a, b }))
        } catch (error) {
          expect(error).toBeInstanceOf(OutboundError)
          return
        }
        expect(url.origin).toBe(host)
        expect(url.pathname).toMatch(/^\/v1\/[^/]*\/lines$/)
        expect([...url.searchParams.keys()]).toEqual(['b', 'c'])
        expect(url.hash).toBe('')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('parts that an author leaves entirely to a value', () => {
  test.each<[string, Record<string, string>, string]>([
    ['{{ base }}/orders/{{ a }}', { base: `${host}/v1`, a: '1/2' }, '/v1/orders/1%2F2'],
    [' {{ base }}{{ path }} ', { base: host, path: '/orders?x=1' }, '/orders?x=1'],
    ['http://{{ name }}/orders', { name: 'shop.example/v1' }, '/v1/orders'],
    ['{{ scheme }}://shop.example/{{ a }}', { scheme: 'http', a: '/' }, '/%2F'],
    [`${host}{{ path }}`, { path: '/a/b?c=1' }, '/a/b?c=1'],
    [`${host}{{ path }}/lines`, { path: '/a/b?c' }, '/a/b%3Fc/lines'],
    [`${host}{{ path }}`, { path: '' }, '/'],
    ['http://{{ part }}.example/', { part: 'shop' }, '/'],
    ['http://s{{ part }}p.example/', { part: 'ho' }, '/'],
    ['http://shop.{{ rest }}/', { rest: 'example' }, '/'],
    ['http://shop.example:{{ port }}/', { port: '80' }, '/'],
    [`${host}/orders?{{ query }}`, { query: 'a=1&b=2 3#' }, '/orders?a=1&b=2%203%23'],
    [`${host}/orders?x=1&{{ query }}&y=2`, { query: 'a=1&b=2' }, '/orders?x=1&a=1&b=2&y=2'],
    [`${host}/files/{{ path | safe }}`, { path: 'a/b/../c?d=1' }, '/files/a/c?d=1'],
  ])('%s with %j', (template, variables, url) => {
    expect(renderUrl(template, variables)).toBe(`${host}${url}`)
  })
})

test('an invalid address is refused without being quoted', () => {
  for (const text of ['', 'orders', '{{ nothing }}/orders', 'http://{{ nothing }}/x', 'http://{{ slash }}/x']) {
    expect(() => renderUrl(text, { slash: '/x' })).toThrow('The address is not a valid http or https URL')
  }
})

test.each([
  ['long', '{% for i in range(900) %}{{ i }}aaaaaaaaaaaaaaaaaaaa{% endfor %}'],
  ['many', '{% for i in range(2000) %}{{ i }}{% endfor %}'],
])('refuses an address with %s values', (_what, template) => {
  expect(() => renderUrl(`${host}/${template}`, {})).toThrow(OutboundError)
})
