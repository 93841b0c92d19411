import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import MarkdownText from './markdown-text.tsx'

const render = (text: string) => renderToStaticMarkup(createElement(MarkdownText, { text }))
/** Without the attributes, which only say how it looks. */
const plain = (text: string) => render(text).replaceAll(/ (class|title|target)="[^"]*"/g, '')

test.each([
  ['**bold** and *soft*', '<div><p><strong>bold</strong> and <em>soft</em></p></div>'],
  ['- one\n- two', '<div><ul><li><p>one</p></li><li><p>two</p></li></ul></div>'],
  ['3. three', '<div><ol start="3"><li><p>three</p></li></ol></div>'],
  ['# Title\n\n> said\n\n---', '<div><p>Title</p><blockquote><p>said</p></blockquote><hr/></div>'],
  ['`a<b`\n\n```\n<i>\n```', '<div><p><code>a&lt;b</code></p><pre>&lt;i&gt;</pre></div>'],
  [
    '[shop](https://a.example/?b=1&c=2)',
    '<div><p><a href="https://a.example/?b=1&amp;c=2" rel="noopener noreferrer">shop</a></p></div>',
  ],
  [
    '| Item | Price |\n| :-- | --: |\n| Tea *pot* | 20 |',
    '<div><div role="group" aria-label="Table" tabindex="0"><table><thead><tr><th scope="col">Item</th><th scope="col">Price</th></tr></thead><tbody><tr><td>Tea <em>pot</em></td><td>20</td></tr></tbody></table></div></div>',
  ],
  ['[call](tel:+15551234567)', '<div><p><a href="tel:+15551234567" rel="noopener noreferrer">call</a></p></div>'],
])('%j is shown as elements', (text, html) => {
  expect(plain(text)).toBe(html)
})

test.each([
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  'a <b onclick="alert(1)">b</b>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java\\\nscript:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '[x](vbscript:msgbox)',
  '[x](//evil.example)',
  '[x](http://evil.example)',
  '[x](/conversations)',
  '<javascript:alert(1)>',
  '![x](javascript:alert(1))',
  '[x][y]\n\n[y]: javascript:alert(1)',
  '| [x](javascript:alert(1)) | <img src=x onerror=alert(1)> |\n| - | - |\n| <script>alert(1)</script> | ![x](javascript:alert(1)) |',
])('%j becomes no link, no picture and no HTML', (text) => {
  const tags = render(text).match(/<[^>]+>/g)!
  for (const tag of tags)
    expect(tag).toMatch(
      /^<\/?(div|p|br|span|svg|path|rect|circle|table|thead|tbody|tr|th|td)\b(?!.*\b(href|src|on\w+)=)/,
    )
})

test('a picture is a named link, and is not loaded', () => {
  const html = render('![A room](https://a.example/room.jpg)')
  expect(html).toContain('href="https://a.example/room.jpg"')
  expect(html).toContain('rel="noopener noreferrer"')
  expect(html).toContain('A room')
  expect(html).not.toContain('<img')
})

test('depth and length have bounds', () => {
  const deep = render(`${'>'.repeat(500)} deep`)
  expect(deep.match(/<blockquote/g)!.length).toBeLessThan(20)
  const long = '*a* '.repeat(1001)
  expect(render(long)).not.toContain('<em>')
  expect(render(long.slice(4))).toContain('<em>')
})
