// What a page can do with the loader: attributes of its script, calls and events of `window.Parley`, several widgets.
import { createHmac } from 'node:crypto'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestServer } from '../../server/test/support/server.ts'
import {
  type World,
  chatsOf,
  event_names,
  hasChat,
  isThere,
  launcherOf,
  linked,
  namesTold,
  openSite,
  startWorld,
  told,
} from './support/pages.ts'
import { type Site, say, snippetOf } from './support/visit.ts'

let world: World
let server: TestServer
let site: Site
let browser: Browser
beforeAll(async () => {
  world = await startWorld()
  ;({ server, site, browser } = world)
})
afterAll(() => world?.[Symbol.asyncDispose]())
const makeWidget = (config: object = {}, widget: object = {}) => world.makeWidget(config, widget)
const put: World['put'] = (path, id, around) => world.put(path, id, around)

/** As a site signs an identity. */
function sign(claims: object, key: string): string {
  const parts = [{ alg: 'HS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  return `${parts.join('.')}.${createHmac('sha256', key).update(parts.join('.')).digest('base64url')}`
}

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
  await expect.poll(() => page.evaluate('Object.keys(AnyReach)')).toEqual(['listen'])
  await page.evaluate(`Parley.get('${two}').open()`)
  await expect
    .poll(() => page.evaluate(`['${one}', '${two}'].map((id) => Parley.get(id).isOpen)`))
    .toEqual([false, true])
  await linked(page)
  expect(chatsOf(page)[0]!.url()).toContain(two)
  await page.evaluate(`Parley.get('${one}').destroy()`)
  await expect.poll(() => page.evaluate(`Parley.get('${two}').isOpen`)).toBe(true)
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
  await expect.poll(() => launcherOf(filled.page).isHidden()).toBe(true)
  await expect
    .poll(() => inner!.evaluate('[innerWidth, innerHeight, document.documentElement.style.colorScheme]'))
    .toEqual([380, 500, 'dark'])
  await expect.poll(() => inner!.evaluate('document.activeElement.localName')).toBe('body')
  await expect.poll(() => filled.page.evaluate('document.activeElement.id')).toBe('field')
  expect(filled.lines).toEqual([])

  await using opened = await openSite(browser, put('/open', id, { attributes: 'data-open', after: field }))
  const { page, lines } = opened
  await linked(page)
  await expect.poll(() => page.evaluate('[Parley.isOpen, document.activeElement.id]')).toEqual([true, 'field'])
  await expect.poll(() => launcherOf(page).innerText()).toBe('Ask us')
  // Nor does anything that changes meanwhile.
  await page.setViewportSize({ width: 1200, height: 700 })
  await page.evaluate(
    `Parley.setTheme('dark'); Parley.hide(); Parley.show(); history.pushState(null, '', '/elsewhere')`,
  )
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('field')
  // Closed by the page, it leaves the focus where it is; opened by a button of the page, it gives it back.
  await page.evaluate('Parley.close()')
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('field')
  await page.evaluate('Parley.open()')
  await expect.poll(() => page.evaluate('document.activeElement.dataset.parley')).toBeTruthy()
  await expect.poll(() => chatsOf(page)[0]!.evaluate('document.activeElement.id')).toBe('composer')
  await page.keyboard.press('Escape')
  await expect.poll(() => page.evaluate('[Parley.isOpen, document.activeElement.id]')).toEqual([false, 'field'])
  expect(lines).toEqual([])
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
  await expect.poll(() => chat.evaluate('document.documentElement.style.colorScheme')).toBe('dark')
  await page.evaluate(`Parley.setLocale('en'); Parley.send('My text')`)
  // Stored: a reply that is still being written would be cut by the end.
  await chat.getByRole('log').getByText('Secret answer').waitFor()
  await page.evaluate('Parley.close()')
  server.model.answer = () => 'Another answer'
  await page.evaluate('Parley.toggle(); Parley.hide()')
  await expect.poll(() => launcherOf(page).isHidden()).toBe(true)
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
  await expect.poll(() => page.evaluate('typeof Parley.version')).toBe('string')
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
  await expect
    .poll(() => stored())
    .toMatchObject({
      user_id: 'ada',
      custom_metadata: { client: { plan: 'gold' }, page: { url, title: 'Shop' }, visitor: { verified: true } },
    })
  // Many new addresses of the page are told once in five seconds, which pass here alone.
  await page.clock.pauseAt(Date.now() + 10_000)
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
  await page.clock.resume()
  const second = await page.context().newPage()
  await second.goto(url)
  await isThere(second)
  await second.evaluate('Parley.open()')
  const other = await linked(second)
  await other.getByText('Remember this').waitFor()
  await second.evaluate('Parley.logout()')
  for (const tab of [chat, other]) await expect.poll(() => tab.getByText('Remember this').count()).toBe(0)
  await expect.poll(() => second.evaluate('Object.keys(localStorage)')).toEqual(['parley-' + id + 'g'])
  const left = (await other.evaluate('Object.values(localStorage).join()')) as string
  expect(left).not.toMatch(/Remember|eyJ/)
  // The browser itself tells of the identity that was refused.
  expect(lines.filter((line) => !line.startsWith('Failed to load resource'))).toEqual([])
})
