import { expect, test } from 'vitest'
import { isFromOwnPage } from './cross-site.ts'

test('a page without an origin is not ours if the request names no host', () => {
  const headers = { 'x-parley-csrf': '1', origin: 'null' }
  expect(isFromOwnPage(headers, undefined)).toBe(false)
  expect(isFromOwnPage({ ...headers, host: 'parley.example' }, undefined)).toBe(false)
  expect(isFromOwnPage({ ...headers, origin: 'http://parley.example', host: 'parley.example' }, undefined)).toBe(true)
})
