// A newcomer's first minute: a server on an empty folder, its demo page, and a page of their own.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServerProcess } from '../../server/test/support/process.ts'
import { launcherOf, linked, openSite } from './support/pages.ts'
import { say, startBrowser, startSite } from './support/visit.ts'

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser?.close())

const viewports = [
  { viewport: { width: 1280, height: 800 } },
  { viewport: { width: 390, height: 800 }, isMobile: true, hasTouch: true },
]

test('from an empty folder to a streamed reply, on the demo page and on a plain page of another origin', async () => {
  await using stack = new AsyncDisposableStack()
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-demo-'))
  await chmod(data_dir, 0o711)
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  const server = stack.use(startServerProcess({ PARLEY_DATA_DIR: data_dir }))
  const url = await server.ready
  await expect.poll(() => server.output).toContain(`Widget demo     ${url}/widget-demo`)
  let snippet = ''
  for (const options of viewports) {
    await using demo = await openSite(browser, `${url}/widget-demo`, options)
    const { page, lines } = demo
    await launcherOf(page).waitFor()
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    await launcherOf(page).click()
    const chat = await linked(page)
    await chat.getByRole('button', { name: 'How long does delivery take?' }).click()
    await chat.getByRole('log').getByText('[Demo model, not an AI]').waitFor()
    snippet = (await page.locator('code').first().innerText()).trim()
    await expect.poll(() => page.locator('main').innerText()).toContain('The button in the corner opens a chat')
    // This page is of the frame's own origin, which no site is.
    expect(lines.filter((line) => !line.includes('escape its sandboxing'))).toEqual([])
  }
  const site = stack.use(await startSite())
  site.snippet = snippet
  await using visited = await openSite(browser, site.origin)
  await launcherOf(visited.page).click()
  const chat = await linked(visited.page)
  await say(chat as never, 'How do I brew green tea?')
  await chat.getByRole('log').getByText('[Demo model, not an AI]').waitFor()
  expect(visited.lines).toEqual([])
})
