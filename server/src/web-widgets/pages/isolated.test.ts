// What is read of pages and icons, without the process around it; and what follows for a snippet.
import { PNG } from 'pngjs'
import { describe, expect, test } from 'vitest'
import { judgePage } from './check.ts'
import { type ReadPage, run } from './isolated.ts'

const url = 'https://shop.example/help/'
const read = (html: string | Buffer, charset: string | null = null) =>
  run(Buffer.from(html as string), { page: { url, charset } }) as ReadPage

describe('a page', () => {
  test('what it says about its brand', () => {
    const page = read(`<!DOCTYPE html><HTML><HEAD><TITLE>Lamps &amp; Lights</TITLE><title>Second</title>
      <meta property=og:site_name content="Harbour Lamps"><meta name=Description content=Lamps>
      <meta name="theme-color" content="#fff"><meta name="theme-color" content="#000" media="(prefers-color-scheme: dark)">
      <base href="https://cdn.example/x/">
      <link rel="shortcut icon" href="f.ico"><link rel="apple-touch-icon-precomposed" href=/a.png sizes=180x180>
      <link rel=icon href=d media="(prefers-color-scheme: dark)" type=image/png><link rel=manifest href=m>
      <script type="application/ld+json">{"@graph": [{"logo": {"url": "l.svg"}}, null, {"logo": "l2.svg"}]}</script>
      <img src=other.png><img src="x.png" class="Site-Logo">`)
    const icon = { type: 'icon', mode: null, sizes: null }
    expect(page).toEqual({
      ...{ title: 'Lamps & Lights', site_name: 'Harbour Lamps', description: 'Lamps', theme_colors: ['#fff', '#000'] },
      manifest_url: 'https://cdn.example/x/m',
      pictures: [
        { ...icon, url: 'https://cdn.example/x/f.ico', is_png: false },
        { ...icon, url: 'https://cdn.example/a.png', sizes: '180x180', is_png: true },
        { ...icon, url: 'https://cdn.example/x/d', mode: 'dark', is_png: true },
        { ...icon, type: 'logo', url: 'https://cdn.example/x/l.svg', is_png: false },
        { ...icon, type: 'logo', url: 'https://cdn.example/x/l2.svg', is_png: false },
      ],
      ...{ scripts: [], policies: [] },
    })
  })

  test.each([
    ['its header', 'windows-1252', '<title>Caf\xe9</title>'],
    ['itself', null, '<meta charset="windows-1252"><title>Caf\xe9</title>'],
    ['nothing that is known', 'no-such-charset', '<title>Café</title>'],
  ])('in the encoding of %s', (_what, charset, html) => {
    const bytes = Buffer.from(html, html.includes('\xe9') && charset !== 'no-such-charset' ? 'latin1' : 'utf8')
    expect(read(bytes, charset).title).toBe('Café')
  })

  test('hostile ones say what they say', () => {
    const page = read(`<title>${'t'.repeat(5000)}</title><meta name="theme-color" content="${'c'.repeat(5000)}">
      <link rel=icon href="javascript:alert(1)"><link rel=icon href="file:///x"><img alt=logo src="data:image/png;base64,AA">
      ${'<link rel=icon href=i.png>'.repeat(500)}<base href="javascript:x"><script src="\0"></script>
      <script type="application/ld+json">{"logo": {"__proto__": 1}}</script><script type="application/ld+json">{</script>`)
    expect(page.title).toHaveLength(1000)
    expect(page.theme_colors[0]).toHaveLength(2000)
    expect(page.pictures).toHaveLength(200)
    expect(new Set(page.pictures.map((picture) => picture.url))).toEqual(new Set(['https://shop.example/help/i.png']))
  })

  test('a megabyte that is nested very deep takes no longer than another', () => {
    const deep = '<i>'.repeat(349_000)
    const flat = '<i></i>'.repeat(149_000)
    const time = (html: string) => {
      const before = process.cpuUsage()
      expect(read(`${html}<title>End</title>`).title).toBe('End')
      return process.cpuUsage(before).user
    }
    time(flat)
    expect(time(deep)).toBeLessThan(20 * time(flat))
  })
})

describe('an icon', () => {
  const paint = (width: number, height: number) => {
    const png = new PNG({ width, height })
    for (let at = 0; at < png.data.length; at += 4) png.data.set([200, 30, 40, 255], at)
    return PNG.sync.write(png)
  }

  test('its size and its colors', () => {
    expect(run(paint(8, 4), 'icon')).toEqual({ width: 8, height: 4, colors: ['#c81e28'] })
    expect(run(paint(1024, 1), 'icon')).toMatchObject({ width: 1024 })
  })

  test.each<[string, Buffer]>([
    ['a claim to be huge', claim(paint(8, 8), 100_000)],
    ['one that is too wide', paint(1025, 1)],
    ['half of one', paint(64, 64).subarray(0, 60)],
    ['text', Buffer.from('not a picture, but long enough')],
    ['nothing', Buffer.alloc(0)],
  ])('%s is refused', (_what, bytes) => expect(run(bytes, 'icon')).toBeNull())

  function claim(png: Buffer, side: number): Buffer {
    png.writeUInt32BE(side, 16)
    png.writeUInt32BE(side, 20)
    return png
  }
})

describe('the snippet of a widget', () => {
  const widget_id = '0190b000-0000-7000-8000-000000000001'
  const script = new URL(`https://parley.example/public/embed/${widget_id}`)
  const snippet = (address: string, more = '') => `<p><script async src="${address}" ${more}></script>`
  const judge = (html: string, headers: Record<string, string> = {}) => {
    const page = { url: new URL(url), headers: new Headers(headers) }
    const { snippet_found, csp_allows } = judgePage(page, read(html), { widget_id, domains: [], script })
    return { snippet_found, csp_allows }
  }
  const policy = (text: string) => ({ 'content-security-policy': text })

  test.each<[string, string, Record<string, string>, boolean, boolean]>([
    ['is there', snippet(script.href), {}, true, true],
    ['is there, in capitals', snippet(script.href.toUpperCase().replace('HTTPS', 'https')), {}, false, true],
    ['is that of another widget', snippet(script.href.replace(/1$/, '2')), {}, false, true],
    ['is a comment', `<!-- ${snippet(script.href)} -->`, {}, false, true],
    ['is text', `<script>"${script.href}"</script>`, {}, false, true],
    [
      'is from another host, which the policy permits',
      snippet(`https://chat.example${script.pathname}`),
      policy('default-src chat.example'),
      true,
      true,
    ],
    ['is forbidden by the header', snippet(script.href), policy("script-src 'self'"), true, false],
    ['has the nonce', snippet(script.href, 'nonce=abc'), policy("script-src 'nonce-abc'"), true, true],
    [
      'is forbidden by the page itself',
      `<meta http-equiv=Content-Security-Policy content="frame-src 'none'">${snippet(script.href)}`,
      {},
      true,
      false,
    ],
    ['is not there, and would be forbidden', '', policy("default-src 'self'"), false, false],
  ])('%s', (_what, html, headers, snippet_found, csp_allows) => {
    expect(judge(html, headers)).toEqual({ snippet_found, csp_allows })
  })
})
