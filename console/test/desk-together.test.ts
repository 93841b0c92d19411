// What several people and several tabs do at the desk: notes that are changed, offers that are accepted or declined, a way to the server that
// is lost, and drafts when somebody signs out.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../server/src/app.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { deskTexts } from '../src/desk/texts.ts'
import { handlingTexts } from '../src/handling/texts.ts'
import { isNoticed, startBrowser } from './support/browser.ts'
import { makeAgent } from './support/conversations.ts'
import { dialog } from './support/editor.ts'
import {
  type Colleague,
  bar,
  beginTalk,
  composer,
  enterDesk,
  makeColleague,
  noteField,
  openDesk,
  readTalk,
  replyField,
  rowOf,
  transcript,
} from './support/desk.ts'

const { actions, assignDialog, composer: words, notes } = handlingTexts

let server: TestServer
/** Another node with the same data. */
let node: App
let browser: Browser
let agent_id: string
let ada: Colleague
let bob: Colleague
let carol: Colleague
beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
  node = await server.startAnother()
  ;[ada, bob, carol] = await Promise.all([
    makeColleague(server, 'Ada'),
    makeColleague(server, 'Bob'),
    makeColleague(server, 'Carol', 'admin'),
  ])
  agent_id = await makeAgent(server, 'Harbour Lane')
})
afterAll(async () => {
  await browser?.close()
  await node?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

async function beginWaiting(user_id: string): Promise<string> {
  const conversation_id = await beginTalk(server, agent_id, user_id, 'I need help.')
  await server.client.handOffConversation({ conversation_id })
  return conversation_id
}
const open = (conversation_id: string) => `/desk?view=all&open=${conversation_id}`
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const noteOf = (page: Page, text: string) => page.getByRole('article', { name: notes.title }).filter({ hasText: text })

test('a note is changed by its author alone and deleted by them or an admin; colleagues see each change at once', async () => {
  const conversation_id = await beginWaiting('noted')
  await using first = await openDesk(browser, server, ada, open(conversation_id))
  await using second = await openDesk(browser, node, bob, open(conversation_id))
  await using third = await openDesk(browser, server, carol, open(conversation_id))
  const pages = [first.page, second.page, third.page]
  const write = async (text: string) => {
    await noteField(first.page).fill(text)
    await button(first.page, words.saveNote).click()
    for (const page of pages) await noteOf(page, text).waitFor()
  }
  await composer(first.page).getByRole('button', { name: words.note, exact: true }).click()
  await write('Called on Munday.')
  await write('Their second order.')
  await expect.poll(() => button(second.page, notes.edit).count()).toBe(0)
  await expect.poll(() => button(second.page, notes.remove).count()).toBe(0)
  await expect.poll(() => button(third.page, notes.edit).count()).toBe(0)
  await expect.poll(() => button(third.page, notes.remove).count()).toBe(2)

  await noteOf(first.page, 'Munday').getByRole('button', { name: notes.edit }).click()
  await dialog(first.page).getByLabel(notes.title, { exact: true }).fill('Called on Monday.')
  await dialog(first.page).getByRole('checkbox', { name: words.forAgent }).check()
  await dialog(first.page).getByRole('button', { name: notes.save, exact: true }).click()
  for (const page of pages) {
    await noteOf(page, 'Called on Monday.').getByText(notes.edited, { exact: true }).waitFor()
    await noteOf(page, 'Called on Monday.').getByText(notes.forAgent).waitFor()
    await expect.poll(() => noteOf(page, 'Munday').count()).toBe(0)
  }

  // Also after the end.
  await server.client.endConversation({ conversation_id, prefer: 'wait=0' })
  await noteOf(first.page, 'Called on Monday.').getByRole('button', { name: notes.remove }).click()
  await dialog(first.page).getByRole('button', { name: notes.remove, exact: true }).click()
  await isNoticed(first.page, notes.removed)
  for (const page of pages) await expect.poll(() => noteOf(page, 'Monday').count()).toBe(0)
  await noteOf(third.page, 'second order').getByRole('button', { name: notes.remove }).click()
  await dialog(third.page).getByRole('button', { name: notes.remove, exact: true }).click()
  for (const page of pages) await expect.poll(() => noteOf(page, 'second order').count()).toBe(0)
  expect((await server.client.listConversationNotes({ conversation_id })).data).toEqual([])
  expect([...first.faults, ...second.faults, ...third.faults]).toEqual([])
})

test('a colleague is offered a conversation, declines it, is offered it again, and accepts', async () => {
  const conversation_id = await beginWaiting('offered')
  await server.client.updateConversationHandling({
    ...{ conversation_id, priority: 'urgent', tags: ['a long tag of an order', 'another long tag of it'] },
  })
  await using first = await openDesk(browser, server, ada, open(conversation_id))
  await using second = await openDesk(browser, node, bob, '/desk?view=mine')
  const offer = async () => {
    await button(first.page, actions.assign).click()
    await dialog(first.page)
      .getByLabel(assignDialog.to)
      .selectOption({ value: `user ${bob.user_id}` })
    await dialog(first.page).getByRole('button', { name: assignDialog.submit, exact: true }).click()
    await dialog(first.page).waitFor({ state: 'hidden' })
    await bar(first.page).getByText(handlingTexts.offeredTo('Bob')).waitFor()
  }
  await offer()
  const row = rowOf(second.page, 'offered')
  // Both buttons are whole, whatever stands beside them.
  const isWhole = async (name: string) => {
    const [outer, inner] = [await row.boundingBox(), await row.getByRole('button', { name }).boundingBox()]
    return outer !== null && inner !== null && inner.x + inner.width <= outer.x + outer.width
  }
  for (const name of [actions.accept, actions.decline]) await expect.poll(() => isWhole(name)).toBe(true)
  await row.getByRole('button', { name: actions.decline }).click()
  await row.waitFor({ state: 'hidden' })
  await bar(first.page).getByText('Waits for a person').waitFor()
  expect((await readTalk(server, conversation_id)).assignee).toBeNull()

  await offer()
  await row.getByRole('button', { name: actions.accept }).click()
  await bar(first.page).getByText(handlingTexts.other('Bob')).waitFor()
  await expect.poll(() => row.getByRole('button', { name: actions.accept }).count()).toBe(0)
  // To accept opens nothing by itself; the row does.
  await row.click()
  await bar(second.page).getByText(handlingTexts.mine).waitFor()
  expect((await readTalk(server, conversation_id)).assignee).toMatchObject({ id: bob.user_id })

  // Of two who take at once, the second is told who was faster.
  await button(second.page, actions.return).click()
  await dialog(second.page).getByRole('button', { name: handlingTexts.returnDialog.submit, exact: true }).click()
  await dialog(second.page).waitFor({ state: 'hidden' })
  await button(first.page, actions.take).waitFor()
  await second.page.route('**/take', async (route) => {
    await button(first.page, actions.take).click()
    await bar(first.page).getByText(handlingTexts.mine).waitFor()
    await route.continue()
  })
  await button(second.page, actions.take).click()
  await isNoticed(second.page, actions.taken_by('Ada'))
  await bar(second.page).getByText(handlingTexts.other('Ada')).waitFor()
  expect([...first.faults, ...second.faults]).toEqual([])
})

test('offline, the desk says so and keeps what is written; back, it catches up, and nothing is sent twice', async () => {
  const conversation_id = await beginWaiting('cut-off')
  await using opened = await openDesk(browser, server, ada, open(conversation_id))
  const { page } = opened
  const context = page.context()
  await button(page, actions.take).click()
  await bar(page).getByText(handlingTexts.mine).waitFor()
  await page.getByText(deskTexts.live, { exact: true }).first().waitFor()
  await context.setOffline(true)
  await page.getByText(deskTexts.lost).first().waitFor()
  await replyField(page).fill('Can you read this?')
  await button(page, words.send).click()
  await composer(page).getByText(words.unsure).waitFor()
  await expect.poll(() => replyField(page).inputValue()).toBe('Can you read this?')
  await button(page, words.again).click()
  await composer(page).getByText(words.unsure).waitFor()
  // Meanwhile others go on.
  await beginWaiting('newcomer')
  await server.client.sendConversationMessage({ conversation_id, text: 'Are you still there?' })
  await server.client.updateConversationHandling({ conversation_id, priority: 'urgent' })

  await context.setOffline(false)
  await page.getByText(deskTexts.live, { exact: true }).first().waitFor()
  await rowOf(page, 'newcomer').waitFor()
  await rowOf(page, 'cut-off').getByText(handlingTexts.priorities.urgent).waitFor()
  await transcript(page).getByText('Are you still there?').waitFor()
  // A newer message of the end user is not an answer, so the reply is not refused for it.
  await button(page, words.again).click()
  await transcript(page).getByText('Can you read this?').waitFor()
  await expect.poll(() => replyField(page).inputValue()).toBe('')
  const { conversation } = await readTalk(server, conversation_id)
  const said = conversation!.items.flatMap(({ author, content }) => (author?.type === 'user' ? content : []))
  expect(said).toEqual(['Can you read this?'])
})

test('a refused reply stays in its field, says why, and can be sent again', async () => {
  const conversation_id = await beginWaiting('refused')
  await using opened = await openDesk(browser, server, ada, open(conversation_id))
  const { page } = opened
  await button(page, actions.take).click()
  await bar(page).getByText(handlingTexts.mine).waitFor()
  const body = JSON.stringify({ code: 'rate_limited', message: 'Too many requests. Try again in 30 seconds.' })
  await page.route('**/reply', (route) =>
    route.fulfill({ status: 429, contentType: 'application/json', headers: { 'retry-after': '30' }, body }),
  )
  await replyField(page).fill('One moment.')
  await button(page, words.send).click()
  await composer(page).getByRole('alert').waitFor()
  await expect.poll(() => replyField(page).inputValue()).toBe('One moment.')
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await button(page, words.send).click()
  await transcript(page).getByText('One moment.').waitFor()
  await expect.poll(() => replyField(page).inputValue()).toBe('')
})

test('who signs out in one tab leaves no draft in another', async () => {
  const conversation_id = await beginWaiting('left')
  await using opened = await openDesk(browser, server, ada, open(conversation_id))
  const { page } = opened
  const second = await page.context().newPage()
  await second.goto(server.url + open(conversation_id))
  await replyField(second).fill('Dear customer,')
  await composer(second).getByRole('button', { name: words.note, exact: true }).click()
  await noteField(second).fill('Be careful.')
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: /Sign in/ }).waitFor()
  await expect.poll(() => second.evaluate("document.querySelector('textarea')?.value ?? ''")).toBe('')
  const kept = await second.evaluate(() => JSON.stringify(Object.entries(localStorage)))
  expect(kept).not.toMatch(/customer|careful/)

  // The next to sign in find nothing of it there.
  await page.close()
  await enterDesk(second, server, ada, open(conversation_id))
  await bar(second).getByText('Waits for a person').waitFor()
  await expect.poll(() => replyField(second).inputValue()).toBe('')
})
