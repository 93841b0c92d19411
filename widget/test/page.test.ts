// B9: what the loader does to a page, and what a page can do with it.
import { createHmac } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestServer } from '../../server/test/support/server.ts'
import { liveWidget } from '../../server/test/web-widgets/browser.ts'
import { measureLoader } from './support/measure.ts'
import { type SitePage, chatsOf, event_names, launcherOf, listens, openSite } from './support/pages.ts'
import {
  type Site,
  frameOf,
  message,
  openChat,
  say,
  snippetOf,
  startBrowser,
  startServer,
  startSite,
} from './support/visit.ts'

let server: TestServer
let site: Site
let browser: Browser
beforeAll(async () => {
  server = await startServer()
  site = await startSite()
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await site?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

async function makeWidget(config: object = {}, widget: object = {}): Promise<string> {
  const fields = { domains: [site.origin], config, ...widget }
  const { id } = await liveWidget(server.client, fields, { starting_message: null })
  return id
}

/** A page with the snippet, after what stands before it. */
function put(path: string, id: string, { attributes = '', before = listens, after = '', headers = {} } = {}): string {
  site.pages[path] = { body: before + snippetOf(server, id, attributes) + after, headers }
  return site.origin + path
}

/** As a site signs an identity. */
function sign(claims: object, key: string): string {
  const parts = [{ alg: 'HS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  return `${parts.join('.')}.${createHmac('sha256', key).update(parts.join('.')).digest('base64url')}`
}

const isThere = (page: Page) => page.waitForFunction('window.Parley?.open')
const told = async (page: Page) => (await page.evaluate('told')) as [string, Record<string, unknown>][]
const namesTold = async (page: Page) => (await told(page)).map(([name]) => name)
const hasChat = (page: Page, count = 1) => expect.poll(() => chatsOf(page).length).toBe(count)
const linked = async (page: Page) => {
  await hasChat(page)
  const [chat] = chatsOf(page)
  await message(chat as never).waitFor()
  return chat!
}

test('B9: under a strict policy of the page, with trusted types and isolation, it works; its root is closed', async () => {
  const id = await makeWidget({ greeting: { text: 'Hello', delay_seconds: 0 } })
  const policy = `default-src 'none'; script-src ${server.url}; frame-src ${server.url}; require-trusted-types-for 'script'; trusted-types 'none'`
  const headers = {
    'content-security-policy': policy,
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-opener-policy': 'same-origin',
  }
  server.model.answer = () => 'Works.'
  await using opened = await openSite(browser, put('/strict', id, { headers, before: '' }), { isOpen: false })
  const { page, lines } = opened
  await isThere(page)
  expect(await page.evaluate(`document.querySelector('[data-parley]').shadowRoot`)).toBeNull()
  expect(await page.evaluate('window.length + document.querySelectorAll("iframe,style").length')).toBe(0)
  const chat = await openChat(page)
  await say(chat, 'Hi')
  await chat.getByText('Works.').waitFor()
  expect(lines).toEqual([])
})

test('B9: until it is needed it makes one request, shifts nothing, and takes less than 5 ms at a quarter of the speed', async () => {
  const config = { greeting: { text: 'Hello', delay_seconds: 600 }, suggested_questions: ['Why?'] }
  const url = put('/quiet', await makeWidget(config), { before: '' })
  const costs = []
  for (let turn = 0; turn < 3; turn += 1) costs.push(await measureLoader(browser, url, server.url))
  for (const { layout_shift, requests } of costs)
    expect({ layout_shift, requests }).toEqual({ layout_shift: 0, requests: 1 })
  const fastest = Math.min(...costs.map(({ main_thread_ms }) => main_thread_ms))
  expect(fastest).toBeGreaterThan(0)
  expect(fastest).toBeLessThan(5)
})

test('B9: it stays while pages exchange their content, starts once however often it runs, and again after it was destroyed', async () => {
  const id = await makeWidget()
  await using opened = await openSite(browser, put('/turbo', id))
  const { page, lines } = opened
  await isThere(page)
  const hosts = () => page.locator('[data-parley]').count()
  // As Turbo does: a new body, whose scripts run.
  const exchange = `new Promise((resolve) => {
    const body = document.createElement('body')
    const script = Object.assign(document.createElement('script'), { src: '${server.url}/public/embed/${id}', onload: resolve })
    document.documentElement.replaceChild(body, document.body)
    body.append(script)
  })`
  for (let turn = 0; turn < 3; turn += 1) await page.evaluate(exchange)
  expect(await hosts()).toBe(1)
  expect((await namesTold(page)).filter((name) => name === 'ready')).toHaveLength(1)
  await page.evaluate('Parley.open()')
  await linked(page)
  // As morphing does: what the new page does not have is removed.
  const remove = `new Promise((resolve) => { document.querySelector('[data-parley]')?.remove(); setTimeout(resolve) })`
  for (let turn = 0; turn < 5; turn += 1) {
    await page.evaluate(remove)
    expect([turn, await hosts()]).toEqual([turn, 1])
  }
  await linked(page)
  await page.evaluate(remove)
  expect(await hosts()).toBe(0)
  await page.evaluate('Parley.destroy(); Parley.open(); Parley.send("Hi"); Parley.destroy()')
  await page.evaluate(exchange)
  expect(await hosts()).toBe(1)
  expect(await page.evaluate(`Parley.get('${id}') === Parley && AnyReach === Parley`)).toBe(true)
  expect(await page.evaluate('Parley.isOpen')).toBe(false)
  await page.evaluate('Parley.open()')
  await linked(page)
  await page.evaluate('Parley.destroy()')
  expect([await hosts(), chatsOf(page).length]).toEqual([0, 0])
  expect(lines).toEqual([])
})

test('two widgets on a page each have their object; names of elements and of AnyReach’s own widget do no harm', async () => {
  const [one, two] = [await makeWidget(), await makeWidget({ trigger: { position: 'bottom-left' } })]
  const before = `<p id="Parley">Parley</p><script>window.AnyReach = { listen() {} }</script>`
  const url = put('/two', one, { before, after: snippetOf(server, two) })
  await using opened = await openSite(browser, url)
  const { page, lines } = opened
  await page.waitForFunction(`window.Parley?.get?.('${one}') && Parley.get('${two}')`)
  expect(
    await page.evaluate(`[Parley.get('${one}') === Parley || Parley.get('${two}') === Parley, Parley.get('x')]`),
  ).toEqual([true, undefined])
  expect(await page.evaluate('Object.keys(AnyReach)')).toEqual(['listen'])
  await page.evaluate(`Parley.get('${two}').open()`)
  expect(await page.evaluate(`['${one}', '${two}'].map((id) => Parley.get(id).isOpen)`)).toEqual([false, true])
  await linked(page)
  expect(chatsOf(page)[0]!.url()).toContain(two)
  await page.evaluate(`Parley.get('${one}').destroy()`)
  expect(await page.evaluate(`Parley.get('${two}').isOpen`)).toBe(true)
  expect(lines).toEqual([])
})

test('attributes: a container, open, language and theme; opening by itself takes no focus', async () => {
  const id = await makeWidget({ trigger: { label: 'Ask us' } })
  const field = '<div style="height:2000px"></div><input id="field" autofocus>'
  const container = '<section id="here" style="height:500px;width:380px"></section>'
  // The snippet stands before what it fills.
  const attributes = 'data-container="#here" data-locale="de" data-theme="dark"'
  await using filled = await openSite(browser, put('/container', id, { attributes, after: field + container }))
  await hasChat(filled.page)
  const [inner] = chatsOf(filled.page)
  await inner!.getByRole('textbox', { name: 'Nachricht' }).waitFor()
  expect(await launcherOf(filled.page).isHidden()).toBe(true)
  expect(await inner!.evaluate('[innerWidth, innerHeight, document.documentElement.style.colorScheme]')).toEqual([
    380,
    500,
    'dark',
  ])
  expect(await inner!.evaluate('document.activeElement.localName')).toBe('body')
  expect(await filled.page.evaluate('document.activeElement.id')).toBe('field')
  expect(filled.lines).toEqual([])

  await using opened = await openSite(browser, put('/open', id, { attributes: 'data-open', after: field }))
  const { page, lines } = opened
  await linked(page)
  expect(await page.evaluate('[Parley.isOpen, document.activeElement.id]')).toEqual([true, 'field'])
  expect(await launcherOf(page).innerText()).toBe('Ask us')
  // Nor does anything that changes meanwhile.
  await page.setViewportSize({ width: 1200, height: 700 })
  await page.evaluate(
    `Parley.setTheme('dark'); Parley.hide(); Parley.show(); history.pushState(null, '', '/elsewhere')`,
  )
  expect(await page.evaluate('document.activeElement.id')).toBe('field')
  // Closed by the page, it leaves the focus where it is; opened by a button of the page, it gives it back.
  await page.evaluate('Parley.close()')
  expect(await page.evaluate('document.activeElement.id')).toBe('field')
  await page.evaluate('Parley.open()')
  await expect.poll(() => page.evaluate('document.activeElement.dataset.parley')).toBeTruthy()
  await expect.poll(() => chatsOf(page)[0]!.evaluate('document.activeElement.id')).toBe('composer')
  await page.keyboard.press('Escape')
  await expect.poll(() => page.evaluate('[Parley.isOpen, document.activeElement.id]')).toEqual([false, 'field'])
  expect(lines).toEqual([])
})

test('B9: a wrong call is one warning and never throws; what was called before is done', async () => {
  const id = await makeWidget()
  const before = `${listens}<script>Parley.push(['open'], ['nothing'], null, [], 'x', ['isOpen'], ['setMetadata', { plan: 'gold' }])</script>`
  await using opened = await openSite(browser, put('/calls', id, { before }))
  const { page, lines } = opened
  await page.waitForFunction('window.Parley?.isOpen')
  // The one that the page pushed as a whole and is none.
  expect(lines.filter((line) => line.startsWith('[Parley]'))).toHaveLength(5)
  lines.length = 0
  const wrong = [
    ...[
      'send()',
      'send(5)',
      'send("  ")',
      'send({})',
      'setLocale(5)',
      'setLocale("")',
      'setTheme("purple")',
      'setTheme()',
    ],
    ...['setMetadata()', 'setMetadata("x")', 'setMetadata([1])', 'on("open")', 'on("open", 5)()', 'push(null)'],
    ...['push(["nothing"])', 'identify()', 'identify("token")', 'identify([])'],
  ]
  for (const call of wrong) {
    const before_call = lines.length
    await page.evaluate(`Parley.${call}`)
    await expect.poll(() => [call, lines.length]).toEqual([call, before_call + 1])
  }
  expect(lines.every((line) => line.startsWith('[Parley] '))).toBe(true)
  lines.length = 0
  // A function cannot be copied to the frame.
  await linked(page)
  expect(await page.evaluate('Parley.identify({ name: () => 1 })')).toEqual({ verified: false })
  await page.evaluate('Parley.setMetadata({ f: () => 1 })')
  expect(lines).toHaveLength(2)
  // A listener that throws harms nobody.
  await page.evaluate(
    `Parley.on('close', () => { throw new Error('of the page') }); window.off = Parley.on('close', () => { window.wrong = 1 }); off(); Parley.close()`,
  )
  expect(await page.evaluate('[Parley.isOpen, window.wrong]')).toEqual([false, undefined])
  expect(lines).toHaveLength(3)
})

test('every call and event of window.Parley; events have ids and counts, never text', async () => {
  const id = await makeWidget({ post_conversation_feedback: { enabled: true, rating: 'stars' } })
  server.model.answer = () => 'Secret answer'
  await using opened = await openSite(browser, put('/api', id))
  const { page, lines } = opened
  await isThere(page)
  await page.evaluate('Parley.open()')
  const chat = await linked(page)
  await page.evaluate(`Parley.setLocale('fr'); Parley.setTheme('dark')`)
  await chat.locator('html[lang=fr]').waitFor()
  expect(await chat.evaluate('document.documentElement.style.colorScheme')).toBe('dark')
  await page.evaluate(`Parley.setLocale('en'); Parley.send('My text')`)
  await chat.getByText('Secret answer').waitFor()
  await page.evaluate('Parley.close()')
  server.model.answer = () => 'Another answer'
  await page.evaluate('Parley.toggle(); Parley.hide()')
  expect(await launcherOf(page).isHidden()).toBe(true)
  await page.evaluate('Parley.show(); Parley.endConversation()')
  await chat.getByText('This conversation has ended.').waitFor()
  await chat.getByRole('button', { name: '4 of 5 stars' }).click()
  await chat.getByText('Thank you for your feedback.').waitFor()
  await page.evaluate('Parley.startConversation()')
  await expect
    .poll(async () => (await namesTold(page)).filter((name) => name === 'conversation_started').length)
    .toBe(2)
  await expect
    .poll(() => namesTold(page))
    .toEqual(expect.arrayContaining(['feedback', 'conversation_ended', 'message_received']))
  const all = await told(page)
  for (const name of ['ready', 'open', 'close', 'message_sent']) expect(all.map(([one]) => one)).toContain(name)
  for (const [name, detail] of all) {
    expect(event_names).toContain(name)
    for (const value of Object.values(detail))
      expect([name, String(value)]).toEqual([name, expect.stringMatching(/^([0-9a-f-]{36}|\d+|[a-z_]+)$/)])
  }
  expect(JSON.stringify(all)).not.toMatch(/text|answer/i)
  expect(await page.evaluate('typeof Parley.version')).toBe('string')
  expect(lines).toEqual([])
})

test('identity, metadata and addresses reach the server; logout leaves nothing in any tab', async () => {
  const id = await makeWidget()
  const { secret } = await server.client.createWebWidgetIdentityKey({ web_widget_id: id })
  const exp = Math.floor(Date.now() / 1000) + 3600
  const [token, wrong] = [secret, 'x'.repeat(40)].map((key) => sign({ sub: 'ada', exp }, key))
  server.model.answer = () => 'Noted.'
  const url = put('/identity', id)
  site.pages['/identity?code=1'] = site.pages['/identity']!
  await using opened = await openSite(browser, `${url}?code=1#part`, { hasClock: true })
  const { page, lines } = opened
  await isThere(page)
  expect(await page.evaluate(`Parley.identify({ token: '${wrong}' })`)).toMatchObject({ verified: false })
  expect(await page.evaluate(`Parley.identify({ token: '${token}' })`)).toEqual({ verified: true })
  await page.evaluate(`Parley.setMetadata({ plan: 'gold' }); Parley.open()`)
  const chat = await linked(page)
  await say(chat as never, 'Remember this')
  await chat.getByText('Noted.').waitFor()
  const stored = async () => {
    const [one] = await server.client.listConversations({ web_widget_id: id })
    return server.client.getConversation({ conversation_id: one!.id })
  }
  expect(await stored()).toMatchObject({
    user_id: 'ada',
    custom_metadata: { client: { plan: 'gold' }, page: { url, title: 'Shop' }, visitor: { verified: true } },
  })
  // Many new addresses of the page are told once in five seconds.
  await chat.evaluate(
    `window.pages = []; addEventListener('message', ({ data }) => data.type === 'page' && pages.push(data.value.url))`,
  )
  await page.clock.runFor(6000)
  for (let turn = 1; turn <= 8; turn += 1) {
    await page.evaluate(`history.pushState(null, '', '/step-${turn}?secret=1#x')`)
    await page.clock.runFor(1000)
  }
  const pages = (await chat.evaluate('pages')) as string[]
  expect(pages.length).toBeGreaterThanOrEqual(1)
  expect(pages.length).toBeLessThanOrEqual(3)
  await page.clock.runFor(8000)
  await expect
    .poll(async () => (await stored()).custom_metadata)
    .toMatchObject({ page: { url: `${site.origin}/step-8` } })
  expect(JSON.stringify((await stored()).custom_metadata)).not.toContain('secret')
  const second = await page.context().newPage()
  await second.goto(url)
  await isThere(second)
  await second.evaluate('Parley.open()')
  const other = await linked(second)
  await other.getByText('Remember this').waitFor()
  await second.evaluate('Parley.logout()')
  for (const tab of [chat, other]) await expect.poll(() => tab.getByText('Remember this').count()).toBe(0)
  expect(await second.evaluate('Object.keys(localStorage)')).toEqual(['parley-' + id + 'g'])
  const left = (await other.evaluate('Object.values(localStorage).join()')) as string
  expect(left).not.toMatch(/Remember|eyJ/)
  expect(lines).toEqual([])
})

const openGreeted = (path: string, config: object, id?: string) => async (): Promise<SitePage & { id: string }> => {
  const made = id ?? (await makeWidget(config))
  const opened = await openSite(browser, put(path, made), { hasClock: true })
  await isThere(opened.page)
  return { ...opened, id: made, [Symbol.asyncDispose]: opened[Symbol.asyncDispose] }
}

test('the greeting: after its delay, once or always, with questions that are sent; hostile words are words', async () => {
  const hostile = '<img src=https://evil.test/leak onerror=alert(1)> \u202Etxt.exe {{ x }} ${1}'
  const greeting = { text: hostile, delay_seconds: 30 }
  const config = {
    greeting,
    suggested_questions: [{ text: 'Where is my <b>order</b>?' }, 'Why?'],
    trigger: { label: '</span><script>alert(1)</script>' },
  }
  server.model.answer = () => 'On its way.'
  await using opened = await openGreeted('/greeting', config)()
  const { page, lines, requests, id } = opened
  const bubble = page.locator('[data-parley] .g')
  const text = bubble.locator('.t')
  await page.clock.runFor(29_000)
  expect(await text.count()).toBe(0)
  await page.clock.runFor(1500)
  await text.waitFor()
  expect(await text.innerText()).toContain(hostile)
  expect(await bubble.getAttribute('role')).toBe('status')
  expect(await bubble.locator('img,script,b').count()).toBe(0)
  expect(requests).toEqual([`${server.url}/public/embed/${id}`])
  const close = bubble.getByRole('button', { name: 'Close chat' })
  const box = (await close.boundingBox())!
  expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(24)
  await bubble.getByRole('button', { name: 'Where is my <b>order</b>?' }).click()
  const chat = await linked(page)
  await chat.getByText('On its way.').waitFor()
  expect(await bubble.isHidden()).toBe(true)
  // It was shown: not again, not even in a browser whose conversation is over.
  await page.evaluate('Parley.endConversation(); Parley.close()')
  await chat.getByText('This conversation has ended.').waitFor({ state: 'attached' })
  await page.reload()
  await isThere(page)
  await page.clock.runFor(31_000)
  expect(await text.count()).toBe(0)
  expect(lines).toEqual([])

  await using always = await openGreeted('/always', {
    greeting: { text: 'Hello', delay_seconds: 0, frequency: 'always' },
  })()
  for (let turn = 0; turn < 2; turn += 1) {
    await always.page.clock.runFor(100)
    await always.page.locator('[data-parley] .x').click()
    expect(await always.page.locator('[data-parley] .t').count()).toBe(0)
    await always.page.reload()
    await isThere(always.page)
  }
})

test('where the launcher stands: paths, devices, hidden; judged again when the address changes', async () => {
  const paths = { include: ['/shop*', '/help/*'], exclude: ['*/cart'] }
  const greeting = { text: 'Hello', delay_seconds: 0, frequency: 'always' }
  await using opened = await openGreeted('/shop', { trigger: { paths }, greeting })()
  const { page } = opened
  const seen = async (path: string) => {
    await page.evaluate(`history.pushState(null, '', '${path}')`)
    await page.clock.runFor(1000)
    return [await launcherOf(page).isVisible(), await page.locator('[data-parley] .t').isVisible()]
  }
  expect(await seen('/shop/tea')).toEqual([true, true])
  expect(await seen('/shop/cart')).toEqual([false, false])
  expect(await seen('/about')).toEqual([false, false])
  expect(await seen('/help/a/b')).toEqual([true, true])

  for (const [devices, width, isSeen] of [
    ['mobile', 1200, false],
    ['mobile', 400, true],
    ['desktop', 1200, true],
    ['desktop', 400, false],
  ] as const) {
    await using narrow = await openSite(browser, put('/device', await makeWidget({ trigger: { devices }, greeting })), {
      viewport: { width, height: 800 },
    })
    await isThere(narrow.page)
    expect([devices, width, await launcherOf(narrow.page).isVisible()]).toEqual([devices, width, isSeen])
  }
  await using hidden = await openSite(browser, put('/hidden', await makeWidget({ trigger: { hidden: true } })))
  await isThere(hidden.page)
  expect(await launcherOf(hidden.page).isVisible()).toBe(false)
  await hidden.page.evaluate('Parley.open()')
  await linked(hidden.page)
  await hidden.page.evaluate('Parley.close(); Parley.show()')
  await launcherOf(hidden.page).waitFor()
})

test('the flag of an active conversation: then the frame is made when the browser is idle, and unread messages are counted', async () => {
  const id = await makeWidget()
  server.model.answer = () => 'First.'
  await using opened = await openSite(browser, put('/flag', id))
  const { page, lines } = opened
  await isThere(page)
  await page.evaluate('Parley.open()')
  const chat = await linked(page)
  await say(chat as never, 'Hi')
  await chat.getByText('First.').waitFor()
  await expect.poll(() => page.evaluate(`localStorage['parley-${id}a']`)).toBe('a')
  expect(await page.evaluate('Object.values(localStorage).toSorted()')).toEqual(['a', 'g'])
  const [found] = await server.client.listConversations({ web_widget_id: id })
  const conversation_id = found!.id
  await page.goto(site.origin + '/flag')
  // Without anything that the visitor does.
  await hasChat(page)
  server.model.answer = () => 'Second.'
  await server.client.sendConversationMessage({ conversation_id, text: 'By the site' })
  const badge = page.locator('[data-parley] .n')
  await badge.waitFor()
  expect(Number(await badge.innerText())).toBeGreaterThan(0)
  expect(await launcherOf(page).getAttribute('aria-label')).toMatch(/^Open chat, \d+ new message/)
  expect((await told(page)).find(([name]) => name === 'unread')).toEqual(['unread', { count: expect.any(Number) }])
  await launcherOf(page).click()
  await expect.poll(() => badge.isHidden()).toBe(true)
  await expect.poll(() => launcherOf(page).getAttribute('aria-label')).toBe('Close chat')
  expect(await launcherOf(page).getAttribute('aria-expanded')).toBe('true')
  await page.evaluate('Parley.endConversation()')
  await expect.poll(() => page.evaluate(`localStorage['parley-${id}a']`)).toBeUndefined()
  expect(lines).toEqual([])
})

test('B9: not live, unknown, or a server that is away: one line, nothing is thrown', async () => {
  const id = await makeWidget({}, { published: false })
  for (const [path, one] of [
    ['/not-live', id],
    ['/unknown', crypto.randomUUID()],
  ] as const) {
    await using opened = await openSite(browser, put(path, one))
    await opened.page.evaluate(`Parley.push(['open'])`)
    expect(opened.lines).toEqual([`[Parley] The web widget ${one} is not live, or does not exist.`])
    expect(await opened.page.locator('[data-parley]').count()).toBe(0)
  }
  site.pages['/away'] = { body: `${listens}<script async src="http://127.0.0.1:1/public/embed/${id}"></script>` }
  await using away = await openSite(browser, `${site.origin}/away`)
  await expect.poll(() => away.lines.length).toBe(1)
  expect(away.lines[0]).toMatch(/^Failed to load resource/)

  // It goes away between launcher and chat, and comes back.
  const live = await makeWidget()
  await using opened = await openSite(browser, put('/later', live))
  const { page, lines } = opened
  await isThere(page)
  await page.route('**/public/widget/open-*', (route) => route.abort())
  for (let turn = 0; turn < 3; turn += 1) {
    await page.evaluate('Parley.open(); Parley.close()')
    await expect.poll(() => lines.filter((line) => line.startsWith('Failed')).length).toBe(turn + 1)
  }
  expect(lines.filter((line) => !line.startsWith('Failed'))).toHaveLength(1)
  await page.unroute('**/public/widget/open-*')
  await page.evaluate('Parley.open()')
  await linked(page)
})

test('a page whose storage is refused, and a widget whose frame is away: warned once, tried again at the next press', async () => {
  const id = await makeWidget()
  const before = `${listens}<script>Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused') } })</script>`
  await using opened = await openSite(browser, put('/refused', id, { before }), { hasClock: true })
  const { page, lines } = opened
  await isThere(page)
  await page.route('**/frame?*', (route) => route.fulfill({ status: 503, body: 'Away' }))
  await page.evaluate('Parley.open()')
  await hasChat(page)
  await page.clock.runFor(16_000)
  const own = () => lines.filter((line) => line.startsWith('[Parley]'))
  await expect.poll(own).toEqual([`[Parley] no answer from ${server.url}`])
  await page.unroute('**/frame?*')
  await page.evaluate('Parley.close(); Parley.open()')
  await linked(page)
  expect(own()).toHaveLength(1)
})

test('on a phone: the whole screen, as much as a keyboard leaves of it; the page’s scrolling is locked and given back', async () => {
  const id = await makeWidget()
  const before = `<style>html { overflow: auto }</style><script>document.documentElement.style.overflow = 'scroll'</script><div style="height:3000px"></div>`
  await using opened = await openSite(browser, put('/phone', id, { before }), {
    viewport: { width: 390, height: 800 },
    hasTouch: true,
    isMobile: true,
  })
  const { page } = opened
  await isThere(page)
  await launcherOf(page).tap()
  await linked(page)
  const box = () =>
    page.locator('[data-parley] .p').evaluate((panel) => {
      const { x, y, width, height } = panel.getBoundingClientRect()
      return [x, y, width, height].map(Math.round)
    })
  expect(await box()).toEqual([0, 0, 390, 800])
  expect(await launcherOf(page).isVisible()).toBe(false)
  expect(await page.evaluate('document.documentElement.style.overflow')).toBe('hidden')
  // What a keyboard does to the part of the page that is seen.
  await page.evaluate(`{
    Object.defineProperty(visualViewport, 'height', { value: 420, configurable: true })
    Object.defineProperty(visualViewport, 'offsetTop', { value: 60, configurable: true })
    visualViewport.dispatchEvent(new Event('resize'))
  }`)
  expect(await box()).toEqual([0, 60, 390, 420])
  // Turned, there is room for both; then destroyed while it fills the screen.
  await page.setViewportSize({ width: 800, height: 390 })
  await expect.poll(() => page.evaluate('document.documentElement.style.overflow')).toBe('scroll')
  await page.setViewportSize({ width: 390, height: 800 })
  await expect.poll(() => page.evaluate('document.documentElement.style.overflow')).toBe('hidden')
  await page.evaluate('Parley.destroy()')
  expect(await page.evaluate('document.documentElement.style.overflow')).toBe('scroll')
})

test('forced colors, a page in Arabic, a launcher on the left; a page’s styles do not reach it', async () => {
  const id = await makeWidget({
    trigger: { position: 'bottom_left', offset_x: 30, size: 60, shape: 'square' },
    greeting: { text: 'مرحبا', delay_seconds: 0 },
    suggested_questions: ['?'],
  })
  const before = `<style>* { all: unset; color: red !important } div { display: none !important } button { transform: scale(0) }</style><script>document.documentElement.dir = 'rtl'</script>`
  await using opened = await openSite(browser, put('/rtl', id, { before }), { forcedColors: 'active', locale: 'ar' })
  const { page } = opened
  const launcher = launcherOf(page)
  await launcher.waitFor()
  await page.locator('[data-parley] .t').waitFor()
  const width = await page.evaluate('innerWidth')
  const box = (await launcher.boundingBox())!
  expect([Math.round(box.x), box.width, box.height, width]).toEqual([30, 60, 60, 1440])
  expect(
    await launcher.evaluate((button) => [getComputedStyle(button).borderRadius, getComputedStyle(button).borderStyle]),
  ).toEqual(['14px', 'solid'])
  expect(await launcher.getAttribute('aria-label')).toBe('فتح المحادثة')
  // Its bubbles stand above it, on its side.
  const question = (await page.locator('[data-parley] .q').boundingBox())!
  expect(Math.round(question.x)).toBe(30)
  await launcher.click()
  await hasChat(page)
  const panel = (await page.locator('[data-parley] .p').boundingBox())!
  expect(Math.round(panel.x)).toBe(30)
  const sandbox = await page.locator('[data-parley] iframe').getAttribute('sandbox')
  expect(sandbox!.split(' ').toSorted()).toEqual([
    'allow-downloads',
    'allow-forms',
    'allow-popups',
    'allow-popups-to-escape-sandbox',
    'allow-same-origin',
    'allow-scripts',
  ])
})
