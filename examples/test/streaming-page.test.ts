// The page that streams replies, in a browser.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPage, startBrowser } from '../../console/test/support/browser.ts'
import { findFreePort } from '../../server/test/support/free-port.ts'
import type { TestServer } from '../../server/test/support/server.ts'
import { startDemoServer, startExample } from './example.ts'

let port: number
let server: TestServer
let browser: Awaited<ReturnType<typeof startBrowser>>

beforeAll(async () => {
  port = await findFreePort()
  const environment = { PARLEY_CORS_ORIGINS: `http://127.0.0.1:${port}` }
  ;[server, browser] = await Promise.all([startDemoServer(environment), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

test('shows greeting, messages and replies, also after the network was away, and never has the key', async () => {
  const access = { PARLEY_URL: server.url, PARLEY_API_KEY: server.admin_key, PORT: String(port) }
  await using site = startExample('streaming-page/server.ts', [server.app.sample_agent_id!], access)
  await site.untilPrinted('open http')
  await using opened = await openPage(browser)
  const { page, faults } = opened
  const sent: string[] = []
  page.on('request', (request) => sent.push(`${request.url()} ${JSON.stringify(request.headers())}`))
  await page.goto(`http://127.0.0.1:${port}`)
  const items = page.getByRole('listitem')
  const say = async (text: string) => {
    await page.getByLabel('Message').fill(text)
    await page.getByRole('button', { name: 'Send' }).click()
  }
  await expect.poll(() => items.count()).toBe(1)
  await say('Do you ship to Norway?')
  await expect
    .poll(() => items.allTextContents())
    .toEqual([
      expect.stringContaining('Hello'),
      'Do you ship to Norway?',
      expect.stringMatching(/^\[Demo model, not an AI\] .+\.$/s),
    ])
  await page.context().setOffline(true)
  await say('And to Sweden?')
  await page.context().setOffline(false)
  await expect.poll(() => items.count()).toBe(5)
  expect(await items.nth(3).textContent()).toBe('And to Sweden?')
  expect(faults).toEqual([])
  expect(sent.filter((request) => request.includes(server.admin_key))).toEqual([])
})
