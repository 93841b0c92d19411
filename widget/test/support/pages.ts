// What a site's owner sees of the loader: what it prints, its launcher, which events it tells, and what it loads.
import type { Browser, BrowserContextOptions, Frame, Page } from 'playwright-core'
import { expect } from 'vitest'
import { openPage } from '../../../console/test/support/chromium.ts'
import type { TestServer } from '../../../server/test/support/server.ts'
import { liveWidget } from '../../../server/test/web-widgets/browser.ts'
import { type Site, message, snippetOf, startBrowser, startServer, startSite } from './visit.ts'

export interface SitePage extends AsyncDisposable {
  page: Page
  /** Every warning, error and exception of page and frames, in order. */
  lines: string[]
  /** What was requested, without the pages themselves. */
  requests: string[]
}

export interface PageOptions extends BrowserContextOptions {
  /** Lets a test look into the launcher, whose shadow root is closed. */
  isOpen?: boolean
  /** Time moves when the test moves it, beside what passes. */
  hasClock?: boolean
}

export const event_names = [
  ...['ready', 'open', 'close', 'conversation_started', 'message_sent', 'message_received', 'conversation_ended'],
  ...['unread', 'feedback', 'identity_expired', 'blocked', 'error'],
]

const openShadows = `{
  const attach = Element.prototype.attachShadow
  Element.prototype.attachShadow = function () { return attach.call(this, { mode: 'open' }) }
}`

/** A line of a page before the snippet: its events are collected in `told`. */
export const listens = `<script>
  window.told = []
  window.Parley = window.Parley || []
  for (const name of ${JSON.stringify(event_names)}) Parley.push(['on', name, (detail) => told.push([name, detail])])
</script>`

export async function openSite(
  browser: Browser,
  url: string,
  { isOpen = true, hasClock = false, ...options }: PageOptions = {},
): Promise<SitePage> {
  const opened = await openPage(browser, options)
  const { page } = opened
  const lines: string[] = []
  const requests: string[] = []
  page.on('console', (message) => {
    if (['warning', 'error'].includes(message.type())) lines.push(message.text())
  })
  page.on('pageerror', (error) => lines.push(String(error)))
  page.on('request', (request) => {
    if (!request.isNavigationRequest()) requests.push(request.url())
  })
  if (isOpen) await page.addInitScript(openShadows)
  if (hasClock) await page.clock.install()
  await page.goto(url)
  return { page, lines, requests, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
}

/** With open shadow roots. */
export const launcherOf = (page: Page) => page.locator('[data-parley] button.l')

export const chatsOf = (page: Page): Frame[] => page.frames().filter((frame) => frame.url().includes('/frame?'))

/** The documents of all frames, of every site. */
export async function readAll(page: Page): Promise<string> {
  const texts = await Promise.all(page.frames().map((frame) => frame.content().catch(() => '')))
  return texts.join('\n')
}

export interface World extends AsyncDisposable {
  server: TestServer
  site: Site
  browser: Browser
  makeWidget(config?: object, widget?: object): Promise<string>
  /** Puts a page with the snippet of a widget on the site; answers its address. */
  put(path: string, id: string, around?: Around): string
}

interface Around {
  attributes?: string
  before?: string
  after?: string
  headers?: Record<string, string>
}

/** A server, a site of another origin, and a browser. */
export async function startWorld(environment: Record<string, string> = {}): Promise<World> {
  await using stack = new AsyncDisposableStack()
  const [server, site, browser] = await Promise.all([startServer(environment), startSite(), startBrowser()])
  stack.use(server)
  stack.use(site)
  stack.defer(() => browser.close())
  const owned = stack.move()
  return {
    ...{ server, site, browser },
    async makeWidget(config = {}, widget = {}) {
      const fields = { domains: [site.origin], config, ...widget }
      const { id } = await liveWidget(server.client, fields, { starting_message: null })
      return id
    },
    put(path, id, { attributes = '', before = listens, after = '', headers = {} } = {}) {
      site.pages[path] = { body: before + snippetOf(server, id, attributes) + after, headers }
      return site.origin + path
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export const isThere = (page: Page) => page.waitForFunction('window.Parley?.open')

export const told = async (page: Page) => (await page.evaluate('told')) as [string, Record<string, unknown>][]

export const namesTold = async (page: Page) => (await told(page)).map(([name]) => name)

export const hasChat = (page: Page, count = 1) => expect.poll(() => chatsOf(page).length).toBe(count)

/** The frame, once it shows its composer. */
export async function linked(page: Page): Promise<Frame> {
  await hasChat(page)
  const [chat] = chatsOf(page)
  await message(chat as never).waitFor()
  return chat!
}
