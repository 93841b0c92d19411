// The desk with ten thousand open conversations: a view is there at once, keys are followed, and a message finds its row.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { deskTexts } from '../src/desk/texts.ts'
import { handlingTexts } from '../src/handling/texts.ts'
import { startBrowser } from './support/browser.ts'
import { makeAgent } from './support/conversations.ts'
import { copyWaiting, pressKeys, showView } from './support/desk-scale.ts'
import { beginTalk, makeColleague, openDesk, rowOf } from './support/desk.ts'

const count = 10_000
const view_ms = 300
const key_ms = 100

let server: TestServer
let browser: Browser
let agent_id: string
beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
  agent_id = await makeAgent(server, 'Harbour Lane')
  const conversation_id = await beginTalk(server, agent_id, 'first')
  await server.client.handOffConversation({ conversation_id })
  await copyWaiting(server.database.pool, conversation_id, count - 1)
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

/** What 19 of 20 stay below. */
const most = (times: number[]) => times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1]!

test('a view is there within 300 ms, and 19 of 20 keys are followed within 100 ms', async () => {
  const ada = await makeColleague(server, 'Ada')
  await using opened = await openDesk(browser, server, ada, '/desk?view=all')
  const { page, faults } = opened
  const grid = page.getByRole('grid', { name: deskTexts.list })
  await grid.getByRole('row').first().waitFor()
  await page.getByRole('link', { name: handlingTexts.views.all }).getByText('10,000+').waitFor()
  // A busy machine may need several tries; a slow page would need them all.
  for (const name of [handlingTexts.views.unassigned, handlingTexts.views.all]) {
    await expect.poll(() => page.evaluate(showView(name)), { timeout: 60_000 }).toBeLessThan(view_ms)
  }
  // To the end of what is read and on, page by page.
  await page.keyboard.press('j')
  const lastDrawn = () =>
    grid
      .getByRole('row')
      .evaluateAll((rows) => Math.max(...rows.map((row) => Number(row.getAttribute('aria-rowindex')))))
  await expect
    .poll(async () => {
      await page.keyboard.press('End')
      return lastDrawn()
    })
    .toBeGreaterThanOrEqual(500)
  for (const key of ['k', 'j']) {
    const press = async () => most((await page.evaluate(pressKeys(key, 60))) as number[])
    await expect.poll(press, { timeout: 60_000 }).toBeLessThan(key_ms)
  }
  expect(await grid.getByRole('row').count()).toBeLessThan(60)

  // It goes on living: what waits longest of the most urgent comes to the top.
  const conversation_id = await beginTalk(server, agent_id, 'newcomer', 'Help!')
  await server.client.handOffConversation({ conversation_id, priority: 'urgent' })
  await page.keyboard.press('Home')
  await rowOf(page, 'newcomer').waitFor()
  expect(faults).toEqual([])
}, 300_000)
