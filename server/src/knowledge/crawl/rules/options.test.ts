import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { max_patterns_size, optionFaults, resolveOptions } from './options.ts'
import { compilePattern, createScope, judgeInTime } from './scope.ts'

const start = 'https://a.example/docs/'
const scopeOf = (options: object) => createScope({ start_url: start, options: resolveOptions(options) })
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
    expect(faults).toEqual([{ path: 'exclude_paths.4', message: expect.stringContaining('compiled size') }])
  })

  // Each of them would take up to a second to compile, and a call can have thousands.
  test.each([
    ['a long repetition', `(?:${'ab'.repeat(400)}){1000}`],
    ['one within a group', `((?:${'a?'.repeat(100)}){2,999})`],
    ['a quoted bracket', `a\\Q)\\E(?:${'ab'.repeat(300)}){900}`],
    ['wide ranges that ignore case', `(?i)[${'B-\u{1E942}'.repeat(240)}]`],
    ['the same as numbers', `(?i)[${'B-\\x{1E942}'.repeat(80)}]`],
    ['each in a class of its own', `(?i)${'[B-\\u{1E942}]'.repeat(70)}`],
    ['many classes of letters', `(?i)${'\\pL?'.repeat(240)}`],
  ])('are not compiled: %s', (_what, pattern) => {
    const begun = process.cpuUsage()
    const faults = optionFaults({ exclude_paths: Array(100).fill(pattern) })
    expect(process.cpuUsage(begun).user / 1000).toBeLessThan(500)
    expect(faults).toHaveLength(1)
    expect(faults[0]!.message).toContain('compiled size')
  })

  test.each([
    ['/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/', 45],
    ['^/\\d{4}/\\d{2}/[\\w-]+\\.html$', 100],
    ['(?i)^/(?:новости|статьи)/[а-яё]{1,40}/\\d+$', 30],
    ['(?i)\\.(?:jpe?g|png|gif|pdf|docx?)(?:$|/)', 100],
  ])('what people write is accepted: %s, %i times', (pattern, times) => {
    expect(optionFaults({ exclude_paths: Array(times).fill(pattern) })).toEqual([])
  })

  test('the compiled size of all together is at the bound, and one more is too much', () => {
    const sizes = (length: number) => compilePattern('a'.repeat(length))!.programSize()
    const fits = Array.from({ length: 4 }, () => 'a'.repeat(900))
    const left = max_patterns_size - 4 * sizes(900)
    const rest = 900 - (sizes(900) - left)
    expect(optionFaults({ include_paths: [...fits, 'a'.repeat(rest)] })).toEqual([])
    expect(optionFaults({ include_paths: [...fits, 'a'.repeat(rest + 1)] })).toMatchObject([
      { path: 'include_paths.4' },
    ])
  })

  test('a pattern that would never end elsewhere ends at once', () => {
    const path = `/docs/${'a'.repeat(2000)}`
    const before = process.cpuUsage()
    expect(isIn({ exclude_paths: ['^(/docs/)?(a+)+$', '(a|aa)+b'] }, path)).toBe(false)
    expect(isIn({ exclude_paths: ['(a|aa)+b', '(a*)*z'] }, path)).toBe(true)
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000)
  })
})

test('addresses are judged in order until time runs out', () => {
  let now = 0
  const scope = (url: string) => {
    now += 600
    return url === '/b' ? 'left out' : null
  }
  expect(judgeInTime(scope, ['/a', '/b', '/c', '/d', '/e', '/f'], () => now)).toEqual([null, 'left out', null, null])
})

test('a hundred usual patterns are accepted', () => {
  const patterns = Array.from({ length: 100 }, (_, n) => `^/docs/topic-${n}/.*\\.html$`)
  expect(optionFaults({ include_paths: patterns })).toEqual([])
  expect(optionFaults(null)).toEqual([])
})
