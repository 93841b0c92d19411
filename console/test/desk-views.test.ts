// Every view and dialog of the desk, empty and filled, with names that are long: what axe finds, and whether it fits a phone.
import type { Browser, Page } from 'playwright-core'
import { inboxViews } from '@parley/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { deskTexts } from '../src/desk/texts.ts'
import { handlingTexts } from '../src/handling/texts.ts'
import { shellTexts } from '../src/shell/texts.ts'
import { expectAccessible, startBrowser } from './support/browser.ts'
import { makeAgent } from './support/conversations.ts'
import { dialog } from './support/editor.ts'
import { type Colleague, bar, beginTalk, makeColleague, openDesk, rowOf, transcript } from './support/desk.ts'

const { actions } = handlingTexts
const screens = [
  ['on a wide screen', { width: 1440, height: 900 }],
  ['on a phone', { width: 360, height: 640 }],
] as const
const long_name = 'Bartholomäus Featherstonehaugh-Cholmondeley of the Western Isles'
const long_id = `${'customer-'.repeat(12)}one`

let server: TestServer
let browser: Browser
let agent_id: string
let ada: Colleague
beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
  ada = await makeColleague(server, 'Ada', 'admin')
  agent_id = await makeAgent(server, 'Harbour Lane')
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const fits = (page: Page) =>
  expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

async function look(page: Page): Promise<void> {
  await fits(page)
  await expectAccessible(page)
}

test.each(screens)('views that are empty say what comes there: %s', async (_screen, viewport) => {
  await using opened = await openDesk(browser, server, ada, '/desk', { viewport })
  const { page, faults } = opened
  for (const view of inboxViews) {
    await page.goto(`${server.url}/desk?view=${view}`)
    await page.getByText(deskTexts.empty[view][0]).waitFor()
    await look(page)
  }
  expect(faults).toEqual([])
})

/** One for each view, held by somebody with a long name, in a team with another. */
async function fill(): Promise<string> {
  const colleague = await makeColleague(server, 'Long')
  await server.database.pool.query('update users set name = $1 where id = $2', [long_name, colleague.user_id])
  await server.client.createTeam({ key: 'long', name: `The team of ${long_name}`, members: [colleague.user_id] })
  const conversation_id = await beginTalk(server, agent_id, long_id, `${'word'.repeat(60)} and more`)
  await server.client.handOffConversation({
    conversation_id,
    team: 'long',
    priority: 'urgent',
    text: 'Angry. '.repeat(60),
  })
  const tags = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)]
  await server.client.updateConversationHandling({ conversation_id, tags })
  return conversation_id
}

test('views that are filled, their dialogs, and the end: wide and on a phone', async () => {
  const conversation_id = await fill()
  for (const [screen, viewport] of screens) {
    await using opened = await openDesk(browser, server, ada, `/desk?view=all&team=long`, { viewport })
    const { page, faults } = opened
    await rowOf(page, long_id).waitFor()
    await look(page)
    await page.goto(`${server.url}/desk?view=all&open=${conversation_id}`)
    await transcript(page).getByText('and more').waitFor()
    await look(page)
    if (screen === 'on a wide screen') await button(page, actions.take).click()
    await bar(page).getByText(handlingTexts.mine).waitFor()
    await look(page)
    for (const action of [actions.return, actions.assign, actions.snooze, actions.end]) {
      await button(page, action).click()
      await dialog(page).waitFor()
      await look(page)
      await page.keyboard.press('Escape')
      await dialog(page).waitFor({ state: 'hidden' })
    }
    await button(page, actions.more).click()
    await page.getByRole('menuitem', { name: actions.organize }).click()
    await dialog(page).waitFor()
    await look(page)
    await page.keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'hidden' })
    expect(faults).toEqual([])
  }
  await using opened = await openDesk(browser, server, ada, '/desk?view=mine')
  const { page, faults } = opened
  await rowOf(page, long_id).waitFor()
  await expectAccessible(page)
  await page.goto(`${server.url}/desk?view=mine&open=${conversation_id}`)
  await button(page, actions.snooze).click()
  await dialog(page).getByRole('button', { name: handlingTexts.snoozeDialog.submit, exact: true }).click()
  await dialog(page).waitFor({ state: 'hidden' })
  await page.goto(`${server.url}/desk?view=snoozed`)
  await rowOf(page, long_id).waitFor()
  await expectAccessible(page)
  await server.client.endConversation({ conversation_id, prefer: 'wait=0' })
  await page.goto(`${server.url}/desk?view=ended&open=${conversation_id}`)
  await rowOf(page, long_id).waitFor()
  await bar(page).getByText(handlingTexts.overMine).waitFor()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: shellTexts.nav.shortcuts }).waitFor()
  await expectAccessible(page)
  expect(faults).toEqual([])
}, 180_000)
