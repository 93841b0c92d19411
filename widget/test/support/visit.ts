// A visitor's browser at a site: plain HTML pages of their own origin, with the snippet of a widget, and a real Chromium.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, FrameLocator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { type OpenPage, openPage } from '../../../console/test/support/chromium.ts'
import { type TestServer, startTestServer } from '../../../server/test/support/server.ts'

export { startBrowser } from '../../../console/test/support/chromium.ts'

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export const startServer = (environment: Record<string, string> = {}): Promise<TestServer> =>
  startTestServer(environment, { widget_folder: join(import.meta.dirname, '../../dist') })

export interface Site extends AsyncDisposable {
  /** Another origin than the server's, of the same site, so that a browser gives the frame storage. */
  origin: string
  /** Of another site: a private window refuses the frame its storage. */
  foreign_origin: string
  /** What a page is, by its path; every other page has the snippet alone. `isWhole`: the body is the whole document. */
  pages: Record<string, { body: string; headers?: Record<string, string>; isWhole?: true }>
  snippet: string
}

/** A website: it knows nothing of the widget but the snippet. */
export async function startSite(): Promise<Site> {
  const pages: Site['pages'] = {}
  const site = createServer((request: IncomingMessage, response) => {
    const { body, headers = {}, isWhole = false } = pages[request.url ?? '/'] ?? { body: made.snippet }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers })
    response.end(
      isWhole
        ? body
        : `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Shop</title><body><h1>A shop</h1><p>${'Tea. '.repeat(400)}</p>${body}</body></html>`,
    )
  }).listen(0, '127.0.0.1')
  await once(site, 'listening')
  const { port } = site.address() as AddressInfo
  const made: Site = {
    origin: `http://127.0.0.1:${port}`,
    foreign_origin: `http://localhost:${port}`,
    pages,
    snippet: '',
    async [Symbol.asyncDispose]() {
      site.closeAllConnections()
      await new Promise((resolve) => site.close(resolve))
    },
  }
  return made
}

export const snippetOf = (server: TestServer, id: string, attributes = '') =>
  `<script async src="${server.url}/public/embed/${id}" ${attributes}></script>`

export interface Visit extends OpenPage {
  /** The frame of the widget. */
  chat: FrameLocator
}

export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const opened = await openPage(browser, options)
  await opened.page.goto(url)
  return { ...opened, chat: frameOf(opened.page) }
}

/** The launcher's shadow root is closed, so that the frame is found by its address. */
export function frameOf(page: Page): FrameLocator {
  const find = () => page.frames().find((frame) => frame.url().includes('/public/embed/'))
  return new Proxy({} as FrameLocator, {
    get: (_target, name) => {
      const frame = find()
      if (!frame) throw new Error('There is no frame yet')
      const value = (frame as unknown as Record<string | symbol, unknown>)[name]
      return typeof value === 'function' ? value.bind(frame) : value
    },
  })
}

export async function openChat(page: Page): Promise<FrameLocator> {
  await page.waitForFunction('window.Parley?.open')
  await page.evaluate('Parley.open()')
  return awaitFrame(page)
}

/** A frame is there before it has an address. */
export async function awaitFrame(page: Page): Promise<FrameLocator> {
  await expect.poll(() => page.frames().some((frame) => frame.url().includes('/public/embed/'))).toBe(true)
  return frameOf(page)
}

export const message = (chat: FrameLocator) => chat.getByRole('textbox', { name: 'Message' })

export async function say(chat: FrameLocator, text: string): Promise<void> {
  await message(chat).fill(text)
  await message(chat).press('Enter')
}

/** What axe finds in the frame, in both themes, by the rules of WCAG 2.2 AA and good practice. */
export async function expectAccessible(page: Page): Promise<void> {
  const frame = page.frames().find((each) => each.url().includes('/public/embed/'))!
  await frame.evaluate(await axe)
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    const found = (await frame.evaluate(
      `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target, failureSummary }) => target.join(' ') + ' ' + failureSummary).join(' | ')))`,
    )) as string[]
    expect([colorScheme, found]).toEqual([colorScheme, []])
  }
}
