import { assert, constantFrom, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { readHtmlLinks } from './html.ts'

const at = 'https://a.example/docs/page'
const read = (html: string) => readHtmlLinks(html, at)

test('links of a page, absolute, each once, in order', () => {
  const html = `<body><a href="one">1</a><A HREF='/two#x'>2</A><a href=//b.example/three>3</a><a href="one">1</a>
    <map><area href="?q=1&amp;r=2"></map><a>none</a><a href="mailto:a@a.example"><a href="javascript:alert(1)">
    <a href="https://[">broken</a><!-- <a href="comment"> --><script>'<a href="script">'</script>
    <link rel=stylesheet href=x.css><img src=x.png>`
  expect(read(html).links).toEqual([
    ...['https://a.example/docs/one', 'https://a.example/two#x', 'https://b.example/three'],
    'https://a.example/docs/page?q=1&r=2',
  ])
})

test('the first base counts', () => {
  const html = '<base target=x><base href="/other/"><base href="/third/"><a href="one">'
  expect(read(html).links).toEqual(['https://a.example/other/one'])
  expect(read('<base href="javascript:x"><a href="one">').links).toEqual(['https://a.example/docs/one'])
})

test('the first canonical address counts', () => {
  expect(read('<link href=/a rel="alternate canonical"><link rel=canonical href=/b>').canonical).toBe(
    'https://a.example/a',
  )
  expect(read('<link rel=canonicals href=/a>').canonical).toBeNull()
})

test('what the page asks of robots', () => {
  const html = `<META NAME="Robots" CONTENT="noindex"><meta name=parleybot content=nofollow><meta name=googlebot content=none>`
  expect(read(html).robots).toBe('noindex,nofollow')
  expect(read('<p>').robots).toBe('')
})

test.each([
  ['many links', Array.from({ length: 100_000 }, (_, n) => `<a href=/${n}>`).join('')],
  ['deep', '<div>'.repeat(1_000_000)],
  ['one long attribute', `<a href="${'a'.repeat(5_000_000)}">`],
  ['many attributes', `<a ${Array.from({ length: 200_000 }, (_, n) => `a${n}=1`).join(' ')}>`],
  ['never closed', '<'.repeat(2_000_000)],
  ['many robots', '<meta name=robots content=noindex>'.repeat(100_000)],
])('a hostile page ends soon: %s', (_what, html) => {
  const begun = performance.now()
  const { links, robots } = read(html)
  expect(links.length).toBeLessThanOrEqual(5000)
  expect(robots.length).toBeLessThan(10_000)
  expect(performance.now() - begun).toBeLessThan(10_000)
})

test('anything can be read', () => {
  const unit = constantFrom(
    '<',
    '>',
    '"',
    "'",
    '=',
    ' ',
    '/',
    'a',
    'href',
    'base',
    'link',
    'meta',
    '&#',
    ';',
    '\0',
    'é',
  )
  assert(
    property(string({ unit, maxLength: 60 }), (html) => {
      for (const link of read(html).links) expect(link).toMatch(/^https?:\/\//)
    }),
  )
})
