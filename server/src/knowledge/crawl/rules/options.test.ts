import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createScope, optionFaults, resolveOptions } from './options.ts'

const start = 'https://a.example/docs/'
const scopeOf = (options: object) => createScope(start, resolveOptions(options))
const isIn = (options: object, path: string) => scopeOf(options)(new URL(path, start).href) === null

test('without options a URL is one page; with them the defaults hold', () => {
  expect(resolveOptions(null)).toMatchObject({ is_one_page: true, limit: 1, delay_ms: 250 })
  expect(resolveOptions({})).toMatchObject({
    ...{ is_one_page: false, limit: 10, max_depth: 3, max_discovery_depth: 3, use_sitemap: true, delay_ms: 250 },
  })
  expect(resolveOptions({ limit: 7, use_sitemap: false, delay_ms: 0, max_depth: 0 })).toMatchObject({
    ...{ limit: 7, use_sitemap: false, delay_ms: 0, max_depth: 0 },
  })
})

describe('paths', () => {
  test.each([
    // RE2, searched anywhere in the path.
    [{ include_paths: ['/blog/'] }, '/docs/blog/x', true],
    [{ include_paths: ['^/blog/'] }, '/docs/blog/x', false],
    [{ include_paths: ['blog', 'news'] }, '/news', true],
    [{ include_paths: ['/blog/*'] }, '/blog/x', true],
    [{ exclude_paths: ['\\.pdf$'] }, '/docs/a.pdf', false],
    [{ exclude_paths: ['\\.pdf$'] }, '/docs/a.pdf.html', true],
    // Excluding wins.
    [{ include_paths: ['/docs/'], exclude_paths: ['/docs/old'] }, '/docs/old/x', false],
    // What is no pattern is a glob of the path.
    [{ exclude_paths: ['*.pdf'] }, '/docs/a.pdf', false],
    [{ exclude_paths: ['*.pdf'] }, '/docs/a.pdf.html', true],
    [{ include_paths: ['**/en/*'] }, '/docs/en/a', true],
    [{ include_paths: ['**/en/*'] }, '/docs/en/a/b', false],
    [{ exclude_paths: ['*(draft'] }, '/docs/my(draft', false],
    // Only the path counts, as it is written or as it reads.
    [{ exclude_paths: ['secret'] }, '/docs/a?secret', true],
    [{ exclude_paths: ['über'] }, '/docs/über', false],
    [{ exclude_paths: ['%C3'] }, '/docs/über', false],
  ])('%j: %s is in: %s', (options, path, expected) => {
    expect(isIn(options, path)).toBe(expected)
  })

  test.each([
    [{ max_depth: 0 }, '/docs/', true],
    [{ max_depth: 0 }, '/about', true],
    [{ max_depth: 0 }, '/docs/a', false],
    [{ max_depth: 1 }, '/docs/a', true],
    [{ max_depth: 1 }, '/docs//a/', true],
    [{ max_depth: 1 }, '/docs/a/b', false],
    [{ max_depth: 2 }, '/x/y/z', true],
  ])('%j: %s is in: %s', (options, path, expected) => {
    expect(isIn(options, path)).toBe(expected)
  })

  test('another origin is out', () => {
    for (const other of ['http://a.example/docs/', 'https://a.example:444/docs/', 'https://b.example/docs/'])
      expect(scopeOf({})(other)).toMatch(/another site/)
  })

  test('whatever is included: excluding wins', () => {
    const patterns = array(constantFrom('a', 'b', '^/docs', '*.x', '.', '(', '[', '/a/*'), { maxLength: 4 })
    const paths = array(constantFrom('a', 'b', '.x', '/'), { maxLength: 8 })
    assert(
      property(patterns, patterns, paths, (include_paths, exclude_paths, parts) => {
        const path = `/p${parts.join('')}`
        const is_excluded = !isIn({ max_depth: 100, exclude_paths }, path)
        if (is_excluded) expect(isIn({ max_depth: 100, include_paths, exclude_paths }, path)).toBe(false)
      }),
    )
  })
})

describe('patterns that cost too much', () => {
  test.each([['(a{500}){500}'], ['((a{100}){100}){10}']])('%s is read as a glob', (pattern) => {
    const faults = optionFaults({ exclude_paths: ['fine', pattern] })
    expect(faults).toEqual([])
    expect(isIn({ exclude_paths: [pattern] }, '/docs/aaaa')).toBe(true)
  })

  test('are refused together, with their place', () => {
    const each = '(?:abcdefghij){90}'
    const faults = optionFaults({ include_paths: ['x'], exclude_paths: Array(10).fill(each) })
    expect(faults[0]).toMatchObject({ message: expect.stringContaining('compiled size') })
    expect(faults.map(({ path }) => path)).toEqual([4, 5, 6, 7, 8, 9].map((n) => `exclude_paths.${n}`))
  })

  test('a pattern that would never end elsewhere ends at once', () => {
    const path = `/docs/${'a'.repeat(2000)}`
    const begun = performance.now()
    expect(isIn({ exclude_paths: ['^(/docs/)?(a+)+$', '(a|aa)+b'] }, path)).toBe(false)
    expect(isIn({ exclude_paths: ['(a|aa)+b', '(a*)*z'] }, path)).toBe(true)
    expect(performance.now() - begun).toBeLessThan(2000)
  })
})

test('a hundred usual patterns are accepted', () => {
  const patterns = Array.from({ length: 100 }, (_, n) => `^/docs/topic-${n}/.*\\.html$`)
  expect(optionFaults({ include_paths: patterns })).toEqual([])
  expect(optionFaults(null)).toEqual([])
})
