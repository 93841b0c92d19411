// Two people and a visitor, each at a phone's width with nothing but a keyboard: from the first question to the return to the agent.
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../server/src/app.ts'
import { opened_hosts } from '../../server/test/support/tool-peer.ts'
import { liveWidget } from '../../server/test/web-widgets/browser.ts'
import { type World, startWorld } from '../../widget/test/support/pages.ts'
import { awaitFrame, message, snippetOf, visit } from '../../widget/test/support/visit.ts'
import { handlingTexts } from '../src/handling/texts.ts'

import { hasFocus, pressUntilFocused, pressUntilSeen } from './support/browser.ts'
import { dialog } from './support/editor.ts'
import {
  type Colleague,
  bar,
  makeColleague,
  noteField,
  openDesk,
  replyField,
  rowOf,
  transcript,
} from './support/desk.ts'

const phone = { viewport: { width: 360, height: 640 } }

let world: World
/** Another node with the same data. */
let node: App
let ada: Colleague
let bob: Colleague
beforeAll(async () => {
  world = await startWorld(opened_hosts)
  node = await world.server.startAnother(opened_hosts)
  ;[ada, bob] = await Promise.all([makeColleague(world.server, 'Ada'), makeColleague(world.server, 'Bob')])
})
afterAll(async () => {
  await node?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

async function write(page: Page, field: Locator, text: string, send: string): Promise<void> {
  await hasFocus(field)
  await page.keyboard.type(text)
  await page.keyboard.press(send)
}

async function openWithKeys(page: Page, user_id: string): Promise<void> {
  await rowOf(page, user_id).waitFor()
  await pressUntilFocused(page, 'j', rowOf(page, user_id))
  await page.keyboard.press('Enter')
  await bar(page).waitFor()
}

const fits = (page: Page) =>
  expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)

test('a visitor asks for a person, one answers and the other helps, and the agent goes on', async () => {
  const { server, browser, site } = world
  const agent = { starting_message: null, hand_off: { enabled: true, keywords: ['human'] } }
  const { id } = await liveWidget(server.client, { domains: [site.origin] }, agent)
  site.snippet = snippetOf(server, id)

  await using visited = await visit(browser, site.origin, phone)
  await visited.page.waitForFunction('window.Parley?.open')
  await visited.page.keyboard.press('Tab')
  await visited.page.keyboard.press('Enter')
  const chat = await awaitFrame(visited.page)
  const ask = (text: string) => write(visited.page, message(chat), text, 'Enter')
  const hears = (text: string) => chat.getByRole('log').getByText(text).waitFor()
  await ask('I want a human.')

  await expect.poll(async () => (await server.client.listConversations({ web_widget_id: id })).length).toBe(1)
  const [begun] = await server.client.listConversations({ web_widget_id: id })
  const user_id = begun!.user_id!
  await using first = await openDesk(browser, server, ada, '/desk?view=all', phone)
  await using second = await openDesk(browser, node, bob, '/desk?view=all', phone)
  await openWithKeys(first.page, user_id)
  await openWithKeys(second.page, user_id)
  await fits(first.page)

  await pressUntilSeen(first.page, 't', bar(first.page).getByText(handlingTexts.mine))
  await bar(second.page).getByText(handlingTexts.other('Ada')).waitFor()
  await second.page.keyboard.press('n')
  await write(second.page, noteField(second.page), 'They called on Monday.', 'Control+Enter')
  await transcript(first.page).getByText('They called on Monday.').waitFor()
  await first.page.keyboard.press('r')
  await write(first.page, replyField(first.page), 'I am looking into it.', 'Control+Enter')
  await hears('I am looking into it.')
  await transcript(second.page).getByText('I am looking into it.').waitFor()
  await ask('Thank you!')
  await transcript(first.page).getByText('Thank you!').waitFor()

  await expect.poll(() => replyField(first.page).inputValue()).toBe('')
  await first.page.keyboard.press('Escape')
  await first.page.keyboard.press('u')
  const submit = dialog(first.page).getByRole('button', { name: handlingTexts.returnDialog.submit, exact: true })
  await submit.waitFor()
  await pressUntilFocused(first.page, 'Tab', submit)
  await first.page.keyboard.press('Enter')
  await bar(second.page).getByText(handlingTexts.agent('Agent')).waitFor()
  server.model.answer = () => 'It left on Monday.'
  await ask('And my order?')
  await hears('It left on Monday.')
  await expect.poll(() => chat.getByText('They called on Monday.').count()).toBe(0)
  await fits(second.page)
  expect([...first.faults, ...second.faults, ...visited.faults]).toEqual([])
})
