import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readOwnPath } from './own-path.ts'

const origin = 'https://parley.example'

describe('readOwnPath', () => {
  test.each([
    '/',
    '/inbox',
    '/inbox?status=failed#top',
    '/agents/1/try?version=2',
    '/@evil.example',
    '/a//b',
    '/%2F/evil.example',
  ])('%s is a path of this origin', (path) => expect(readOwnPath(path, origin)).toBe(path))

  test.each([
    '',
    'inbox',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\r\n/evil.example',
    '\t//evil.example',
    '/\t\\evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/%2e//evil.example',
    '/a/..//evil.example',
    '/\t.//evil.example',
    'https://evil.example',
    'https:evil.example',
    'https://parley.example@evil.example',
    '@evil.example',
    '//parley.example@evil.example',
    '//parley.example:444/inbox',
    'javascript:alert(1)',
    '\u0001javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    '//[',
  ])('%j leads elsewhere', (text) => expect(readOwnPath(text, origin)).toBeNull())

  test('a returned path never leads to another origin and is not changed by another parse', () => {
    const part = fc.constantFrom(
      '/',
      '\\',
      '.',
      '%2e',
      '\t',
      '\n',
      ' ',
      '@',
      ':',
      '?',
      '#',
      'evil.example',
      'javascript:',
      '\u0000',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const path = readOwnPath(`/${parts.join('')}`, origin)
        if (path === null) return
        expect(path).toMatch(/^\/(?![/\\])\S*$/)
        expect(new URL(path, 'https://other.example/auth/openid/callback').origin).toBe('https://other.example')
        expect(readOwnPath(path, origin)).toBe(path)
      }),
      { numRuns: 2000 },
    )
  })
})
