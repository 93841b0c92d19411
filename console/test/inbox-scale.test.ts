// Ten thousand rows, scrolled from the first to the last.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { openPage, signIn, startBrowser } from './support/browser.ts'
import { bringIn } from './support/conversations.ts'

const count = 10_000
let server: TestServer
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
  const start_ms = Date.now()
  await bringIn(server, count, (index) => ({
    user_id: `user-${index}`,
    created_at: new Date(start_ms - index * 1000).toISOString(),
  }))
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

/** In the page: what is drawn, and on to the last of it. Answers the places and the users of the rows. */
const step = `(() => {
  const rows = [...document.querySelectorAll('[role=rowgroup] [role=row]')]
  const seen = rows.map((row) => [Number(row.getAttribute('aria-rowindex')) - 2, row.children[1].textContent])
  rows.at(-1).scrollIntoView({ block: 'start' })
  return { seen, drawn: rows.length }
})()`

test('no row is dropped, doubled or out of place, and only what is on the screen is drawn', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server)
  await page.getByRole('row').nth(1).waitFor()
  const seen = new Map<number, string>()
  await expect
    .poll(
      async () => {
        const { seen: rows, drawn } = (await page.evaluate(step)) as { seen: [number, string][]; drawn: number }
        expect(drawn).toBeLessThan(100)
        for (const [index, user] of rows) seen.set(index, user)
        return seen.size
      },
      { timeout: 240_000, interval: 5 },
    )
    .toBe(count)
  for (let index = 0; index < count; index += 1) expect(seen.get(index)).toBe(`user-${index}`)
  expect(faults).toEqual([])

  // Back at the top, the list goes on living.
  await page.keyboard.press('Home')
  await expect.poll(() => page.evaluate(`document.activeElement.getAttribute('aria-rowindex')`)).toBe('2')
  await server.client.createConversation({ channel: 'text', user_id: 'newcomer', agent_config: {} })
  await page.getByRole('row').filter({ hasText: 'newcomer' }).waitFor()
}, 300_000)
