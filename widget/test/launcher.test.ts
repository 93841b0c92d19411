// The launcher: its greeting, where it stands, what it counts, on phones, in forced colors.
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestServer } from '../../server/test/support/server.ts'
import {
  type SitePage,
  type World,
  chatsOf,
  hasChat,
  isThere,
  launcherOf,
  linked,
  openSite,
  startWorld,
  told,
} from './support/pages.ts'
import { type Site, say } from './support/visit.ts'

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
  // What passes by itself comes on top.
  await page.clock.runFor(15_000)
  expect(await text.count()).toBe(0)
  await page.clock.runFor(15_500)
  await text.waitFor()
  await expect.poll(() => text.innerText()).toContain(hostile)
  await expect.poll(() => bubble.getAttribute('role')).toBe('status')
  expect(await bubble.locator('img,script,b').count()).toBe(0)
  expect(requests).toEqual([`${server.url}/public/embed/${id}`])
  const close = bubble.getByRole('button', { name: 'Close chat' })
  const box = (await close.boundingBox())!
  expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(24)
  await bubble.getByRole('button', { name: 'Where is my <b>order</b>?' }).click()
  const chat = await linked(page)
  await chat.getByText('On its way.').waitFor()
  await expect.poll(() => bubble.isHidden()).toBe(true)
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

test('a greeting that nobody has answered is not shown again, unless it always is', async () => {
  for (const [frequency, times] of [
    ['once', 0],
    ['always', 1],
  ] as const) {
    const greeting = { text: 'Hello', delay_seconds: 1, frequency }
    await using opened = await openGreeted(`/greeted-${frequency}`, { greeting })()
    const { page } = opened
    const text = page.locator('[data-parley] .g .t')
    await page.clock.runFor(2000)
    await text.waitFor()
    await page.reload()
    await isThere(page)
    await page.clock.runFor(2000)
    await expect.poll(() => text.count()).toBe(times)
  }
})

test('how many messages are unread is said in the words of the language', async () => {
  const id = await makeWidget()
  server.model.answer = () => 'Reply.'
  for (const [locale, words] of [
    ['en', ['Open chat, 1 new message', 'Open chat, 2 new messages']],
    ['pl', ['Otwórz czat, 1 nowa wiadomość', 'Otwórz czat, 2 nowe wiadomości']],
  ] as const) {
    await using opened = await openSite(
      browser,
      put(`/unread-${locale}`, id, { attributes: `data-locale="${locale}"` }),
    )
    const { page } = opened
    await isThere(page)
    await page.evaluate('Parley.open()')
    await hasChat(page)
    const chat = chatsOf(page)[0]!
    await chat.locator('#composer').fill('Hi')
    await chat.locator('#composer').press('Enter')
    // Stored: else it would be unread when it is.
    await chat.getByRole('log').getByText('Reply.').waitFor()
    await page.evaluate('Parley.close()')
    const [found] = await server.client.listConversations({ web_widget_id: id })
    const send = () => server.client.sendConversationMessage({ conversation_id: found!.id, text: 'By the site' })
    for (const said of words) {
      await send()
      await expect.poll(() => launcherOf(page).getAttribute('aria-label')).toBe(said)
    }
  }
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
  await expect.poll(() => launcherOf(page).getAttribute('aria-label')).toMatch(/^Open chat, \d+ new message/)
  expect((await told(page)).find(([name]) => name === 'unread')).toEqual(['unread', { count: expect.any(Number) }])
  await launcherOf(page).click()
  await expect.poll(() => badge.isHidden()).toBe(true)
  await expect.poll(() => launcherOf(page).getAttribute('aria-label')).toBe('Close chat')
  await expect.poll(() => launcherOf(page).getAttribute('aria-expanded')).toBe('true')
  await page.evaluate('Parley.endConversation()')
  await expect.poll(() => page.evaluate(`localStorage['parley-${id}a']`)).toBeUndefined()
  expect(lines).toEqual([])
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
  await expect.poll(() => box()).toEqual([0, 0, 390, 800])
  await expect.poll(() => launcherOf(page).isVisible()).toBe(false)
  await expect.poll(() => page.evaluate('document.documentElement.style.overflow')).toBe('hidden')
  // What a keyboard does to the part of the page that is seen.
  await page.evaluate(`{
    Object.defineProperty(visualViewport, 'height', { value: 420, configurable: true })
    Object.defineProperty(visualViewport, 'offsetTop', { value: 60, configurable: true })
    visualViewport.dispatchEvent(new Event('resize'))
  }`)
  await expect.poll(() => box()).toEqual([0, 60, 390, 420])
  // Turned, it leaves the page its place; then destroyed while it fills the screen.
  await page.setViewportSize({ width: 800, height: 390 })
  await expect.poll(() => page.evaluate('document.documentElement.style.overflow')).toBe('scroll')
  await page.setViewportSize({ width: 390, height: 800 })
  await expect.poll(() => page.evaluate('document.documentElement.style.overflow')).toBe('hidden')
  await page.evaluate('Parley.destroy()')
  await expect.poll(() => page.evaluate('document.documentElement.style.overflow')).toBe('scroll')
})

test('on a phone whose page is wider than the screen, launcher and chat are where the visitor looks', async () => {
  const id = await makeWidget()
  const before = `<meta name="viewport" content="width=device-width, initial-scale=1"><div style="width:455px;height:2000px"></div>`
  await using opened = await openSite(browser, put('/wide', id, { before }), {
    viewport: { width: 390, height: 800 },
    hasTouch: true,
    isMobile: true,
  })
  const { page } = opened
  await isThere(page)
  // Else this page does not show what it is here for.
  await expect.poll(() => page.evaluate('[innerWidth > 450, Math.round(visualViewport.width)]')).toEqual([true, 390])
  const rightEdge = async () => {
    const { x, width } = (await launcherOf(page).boundingBox())!
    return x + width
  }
  await expect.poll(rightEdge).toBeLessThanOrEqual(390)
  await launcherOf(page).tap()
  await linked(page)
  const panel = page.locator('[data-parley] .p')
  await expect.poll(() => panel.boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 800 })
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
  const leftEdge = async (part: Locator) => Math.round((await part.boundingBox())!.x)
  const size = async () => {
    const { width, height } = (await launcher.boundingBox())!
    return [await leftEdge(launcher), width, height, await page.evaluate('innerWidth')]
  }
  await expect.poll(size).toEqual([30, 60, 60, 1440])
  expect(
    await launcher.evaluate((button) => [getComputedStyle(button).borderRadius, getComputedStyle(button).borderStyle]),
  ).toEqual(['14px', 'solid'])
  await expect.poll(() => launcher.getAttribute('aria-label')).toBe('فتح المحادثة')
  // Its bubbles stand above it, on its side.
  await expect.poll(() => leftEdge(page.locator('[data-parley] .q'))).toBe(30)
  await launcher.click()
  await hasChat(page)
  await expect.poll(() => leftEdge(page.locator('[data-parley] .p'))).toBe(30)
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
