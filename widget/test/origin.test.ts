// `PARLEY_WIDGET_URL`: loader, frame and their API on an origin of their own, in a browser.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFreePort } from '../../server/test/support/free-port.ts'
import { type World, hasChat, launcherOf, linked, openSite, readAll, startWorld } from './support/pages.ts'
import { say, snippetOf } from './support/visit.ts'

let world: World
let widget_url: string
beforeAll(async () => {
  const port = await findFreePort()
  widget_url = `http://chat.localhost:${port}`
  world = await startWorld({
    PORT: String(port),
    PARLEY_PUBLIC_URL: `http://127.0.0.1:${port}`,
    PARLEY_WIDGET_URL: widget_url,
  })
})
afterAll(() => world?.[Symbol.asyncDispose]())

test('the chat is of that origin; the console and everything else are not there, and may show a preview', async () => {
  const { server, site, browser } = world
  const id = await world.makeWidget()
  server.model.answer = () => 'From an origin of its own.'
  for (const url of [widget_url, server.url]) {
    site.pages['/'] = { body: snippetOf(server, id).replace(server.url, url) }
    await using opened = await openSite(browser, site.origin)
    await launcherOf(opened.page).click()
    const chat = await linked(opened.page)
    expect(new URL(chat.url()).origin).toBe(widget_url)
    await say(chat as never, 'Hello')
    await chat.getByText('From an origin of its own.').first().waitFor()
    expect(opened.lines).toEqual([])
  }
  await using opened = await openSite(browser, 'about:blank')
  const { page } = opened
  for (const path of ['/', '/sign-in', '/web-widgets', '/docs', '/widget-demo', '/core/agents']) {
    expect([path, (await page.goto(widget_url + path))!.status()]).toEqual([path, 404])
  }
  const { url } = await server.client.previewWebWidget({ web_widget_id: id })
  expect(new URL(url).origin).toBe(widget_url)
  const show = async (where: string) => {
    await page.goto(where)
    await page.evaluate(`new Promise((resolve) => {
      const frame = Object.assign(document.createElement('iframe'), { src: ${JSON.stringify(url)}, onload: resolve })
      document.body.append(frame)
    })`)
  }
  const hasToken = async () => (await readAll(page)).includes('parley-embed-token')
  await show(`${server.url}/sign-in`)
  await expect.poll(hasToken).toBe(true)
  await hasChat(page)
  site.pages['/blank'] = { body: '' }
  await show(`${site.origin}/blank`)
  await expect.poll(() => page.frames().some((frame) => frame.url().startsWith('chrome-error:'))).toBe(true)
  expect(await hasToken()).toBe(false)
})
