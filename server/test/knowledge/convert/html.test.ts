// What text a page becomes, and what it tells crawlers.
import { afterAll, expect, test } from 'vitest'
import { convert, endConversions, faultOf } from './conversion.ts'

afterAll(endConversions)

const url = 'https://shop.test/help/refunds'
const prose =
  'You can send goods back within fourteen days after you have received them, without giving a reason. '.repeat(4)

test('the main text, its headings, lists, tables and links', async () => {
  const { text, media_type } = await convert(
    `<!doctype html><html><head><title>Refunds | Shop</title></head><body>
    <nav><a href="/">Home</a> <a href="/a">Products</a></nav>
    <main><h1>Refunds</h1><p>${prose}</p>
    <h2>How</h2><ol><li>Write to <a href="mailto:a@shop.test">us</a></li><li>Read <a href="../terms?a=1#b">the terms</a></li></ol>
    <ul><li>one<ul><li>nested</li></ul></li></ul>
    <p><a href="javascript:alert(1)">click</a> <a href="ftp://x.test">files</a> <a href="data:text/html,x">page</a></p>
    <p><img src="https://spy.test/x.png" alt="A parcel"> 1. not a list, snake_case_name</p>
    <table><tr><td>Weight</td><td>Price</td></tr><tr><td><p>1 kg</p><p>or less</p></td><td>a | b</td></tr></table>
    <pre><code class="hl language-ts">const a = 1
  # b</code></pre></main>
    <footer>Imprint</footer></body></html>`,
    'page',
    { url },
  )
  expect(media_type).toBe('text/html')
  expect(text).toBe(
    `# Refunds\n\n${prose.trim()}\n\n## How\n\n1. Write to [us](mailto:a@shop.test)\n2. Read [the terms](https://shop.test/terms?a=1#b)\n\n- one\n  - nested\n\nclick files page\n\nA parcel 1. not a list, snake_case_name\n\n| Weight | Price |\n| --- | --- |\n| 1 kg or less | a \\| b |\n\n\`\`\`ts\nconst a = 1\n  # b\n\`\`\``,
  )
})

test.each(['div', 'main'])('nothing that no reader sees, in %s', async (element) => {
  const { text } = await convert(
    `<html><head><title>Help</title><style>.gone, #away { color: red; display : none } @media print { .shown { display: none } } .ok{}</style>
    <script>document.write('scripted')</script></head><body><${element}>
    <p>${prose}</p><p class="shown">Shown.</p>
    <!-- comment --><p hidden>attribute</p><p style="display:none">inline</p><p style="color:red; visibility: hidden">invisible</p>
    <p style="font-size:0">tiny</p><p style="position:absolute; left:-9999px">offscreen</p><p style="opacity: 0">clear</p>
    <p class="x gone">class</p><div id="away">id</div><template>template</template><noscript>noscript</noscript>
    <p aria-hidden="true">aria</p><svg><text>drawn</text></svg><p>vis\u200bible\u202e${String.fromCodePoint(0xe0041)}</p></${element}></body></html>`,
    'page.html',
  )
  expect(text).toContain('Shown.')
  expect(text).toContain('visible')
  expect(text).not.toMatch(
    /scripted|comment|attribute|inline|invisible|tiny|offscreen|clear|class|\bid\b|template|noscript|aria|drawn|display/,
  )
})

test('what a page says to crawlers', async () => {
  const { page } = await convert(
    `<html><head><title> Refunds \n at Shop </title><base href="/de/"><link rel="canonical" href="/refunds#top">
    <meta name="Robots" content="NOINDEX, follow"><meta name="googlebot" content="nofollow"></head><body>
    <a href="a">A</a><a href="a#b">A again</a><a href="//other.test/x">B</a><a rel="external nofollow" href="c">C</a>
    <a href="mailto:x@y.test">M</a><a href="http://[bad">D</a><map><area href="/map"></map><p>${prose}</p></body></html>`,
    'page',
    { url },
  )
  expect(page).toEqual({
    title: 'Refunds at Shop',
    canonical: 'https://shop.test/refunds',
    noindex: true,
    nofollow: false,
    links: ['https://shop.test/de/a', 'https://other.test/x', 'https://shop.test/map'],
  })
})

test('a page without text still tells crawlers its links', async () => {
  const fault = await faultOf(
    convert('<html><body><script>1</script><a href="/next"></a></body></html>', 'page', { url }),
  )
  expect(fault).toMatchObject({ code: 'no_text', page: { links: ['https://shop.test/next'] } })
})

test('the title is the heading, and its text is below', async () => {
  const { text } = await convert(
    `<title>Shop</title><body><h1>Refunds</h1><p>${prose}</p><h2>How</h2></body>`,
    'a.html',
  )
  expect(text).toMatch(/^# Shop\n\n## Refunds\n\nYou can[^]*\n\n### How$/)
})

test('a page of many short parts is whole', async () => {
  const questions = Array.from({ length: 30 }, (_, at) => `<div><b>Question ${at}?</b><div>Answer ${at}.</div></div>`)
  const { text } = await convert(
    `<html><body><nav>Menu</nav><div>${questions.join('')}</div></body></html>`,
    'faq.html',
  )
  for (const at of questions.keys()) expect(text).toContain(`Answer ${at}.`)
  expect(text).not.toContain('Menu')
})

test('the page says its encoding', async () => {
  const bytes = Buffer.from(
    '<html><head><meta charset="windows-1251"></head><body>\xcf\xf0\xe8\xe2\xe5\xf2</body></html>',
    'latin1',
  )
  expect((await convert(bytes, 'page', { url })).text).toBe('Привет')
})

test('or the site says it', async () => {
  const bytes = Buffer.from('<html><body>\xcf\xf0\xe8\xe2\xe5\xf2</body></html>', 'latin1')
  expect(await convert(bytes, 'page', { url, charset: 'windows-1251' })).toMatchObject({
    ...{ text: 'Привет', media_type: 'text/html; charset=windows-1251', warnings: [] },
  })
  // It is unknown: as if nothing was said.
  expect((await convert(bytes, 'page', { url, charset: 'constructor' })).warnings).toEqual([
    expect.stringContaining('Windows-1252'),
  ])
})

test('what hides in other ways, or only in print', async () => {
  const { text } = await convert(
    `<html><head><style media="print">.web { display: none }</style><style media="screen">.gone { display:/* really */none }</style></head>
    <body><p>${prose}</p><p class="web">On the web.</p><p class="gone">ruled</p><p style="display:/**/none">commented</p></body></html>`,
    'page.html',
  )
  expect(text).toContain('On the web.')
  expect(text).not.toMatch(/ruled|commented/)
})

test('nothing of a page is lost where its tags are wrong', async () => {
  const part = '<!-- <html> --><h1>One</h1><p>Two.</p>'
  expect((await convert(part, 'part.html')).text).toBe('# One\n\nTwo.')
  const after = '<!doctype html><html><head></head><body><p>One.</p></body></html><p>Two.</p>'
  expect((await convert(after, 'page.html')).text).toBe('One.\n\nTwo.')
})

test('many elements that end themselves are not deep', async () => {
  const drawing = `<svg>${'<path d="M0 0"/>'.repeat(6000)}</svg>`
  expect((await convert(`<html><body>${drawing}<p>Text.</p></body></html>`, 'page.html')).text).toBe('Text.')
})
