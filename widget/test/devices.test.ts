// Who the visitor is: a user whom the site has signed, on two devices, and the next person at the same browser.
import { SignJWT } from 'jose'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holdAnswer } from '../../server/test/support/scripted-model.ts'
import type { TestServer } from '../../server/test/support/server.ts'
import { liveWidget } from '../../server/test/web-widgets/browser.ts'
import { type World, startWorld } from './support/pages.ts'
import { type Site, awaitFrame, frameOf, message, openChat, say, snippetOf, visit } from './support/visit.ts'

let world: World
let server: TestServer
let site: Site
let browser: Browser
beforeAll(async () => {
  world = await startWorld()
  ;({ server, site, browser } = world)
})
afterAll(() => world?.[Symbol.asyncDispose]())

async function signingWidget(config: object = {}) {
  const { id } = await liveWidget(server.client, { domains: [site.origin], config }, { starting_message: null })
  const { key_id, secret } = await server.client.createWebWidgetIdentityKey({ web_widget_id: id })
  site.snippet = snippetOf(server, id)
  const sign = (sub: string) =>
    new SignJWT({ sub, name: 'Ada', exp: Math.floor(Date.now() / 1000) + 3600 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(secret))
  const signIn = async (page: Page, sub: string) => {
    await page.waitForFunction('window.Parley?.open')
    return page.evaluate(`Parley.identify({ token: '${await sign(sub)}' })`)
  }
  return { id, key_id, signIn }
}

const bubblesOf = (page: Page) =>
  frameOf(page)
    .locator('.bubble')
    .evaluateAll((all) => all.map((each) => each.textContent))

test('B4: two devices of one user show the same, word by word', async () => {
  const { signIn } = await signingWidget()
  await using first = await visit(browser, site.origin)
  await using second = await visit(browser, site.origin)
  const [one, two] = [await openChat(first.page), await openChat(second.page)]
  expect(await signIn(first.page, 'ada')).toEqual({ verified: true })
  server.model.answer = () => 'Good day.'
  await say(one, 'Hello from the desk')
  await one.getByText('Good day.').waitFor()
  expect(await signIn(second.page, 'ada')).toEqual({ verified: true })
  await two.getByText('Good day.').waitFor()
  const held = holdAnswer()
  server.model.answer = () => held
  await say(two, 'Hello from the phone')
  held.say('Half of ')
  await Promise.all([one, two].map((chat) => chat.getByText('Half of').waitFor()))
  held.say('it.')
  held.finish()
  await Promise.all([one, two].map((chat) => chat.getByRole('log').getByText('Half of it.').waitFor()))
  // What is written is a bubble too, until its turn is over.
  await expect.poll(() => bubblesOf(first.page)).toHaveLength(4)
  const shown = await bubblesOf(first.page)
  await expect.poll(() => bubblesOf(second.page)).toEqual(shown)
  expect([...first.faults, ...second.faults]).toEqual([])
})

test('B6: after logout nothing of the user is left for the next one: not on the screen, not in storage, in no tab', async () => {
  const fields = [{ id: 'email', label: 'E-mail', type: 'email', required: true }]
  const { id, signIn } = await signingWidget({ pre_conversation_form: { id: 'pre', title: 'Welcome', fields } })
  server.model.answer = () => 'Your balance is 5.'
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  const other = await page.context().newPage()
  await other.goto(site.origin)
  // A tab behind another one draws once a second.
  await page.bringToFront()
  const chat = await openChat(page)
  await signIn(page, 'ada')
  await chat.getByLabel('E-mail').fill('ada@example.com')
  await chat.getByRole('button', { name: 'Start' }).click()
  await say(chat, 'My secret')
  await chat.getByText('Your balance is 5.').waitFor()
  await message(chat).fill('A secret draft')
  const second = await openChat(other)
  await second.getByText('Your balance is 5.').waitFor()
  await page.evaluate('Parley.logout()')
  for (const tab of [page, other]) {
    await (await awaitFrame(tab)).getByLabel('E-mail').waitFor()
    expect(await frameOf(tab).locator('body').innerText()).not.toMatch(/secret|balance/)
    expect(await frameOf(tab).getByLabel('E-mail').inputValue()).toBe('')
  }
  // The other tab has logged out too; what the page keeps says nothing of the visitor.
  const kept = await frameOf(other)
    .locator('body')
    .evaluate(() => JSON.stringify({ ...localStorage }))
  expect(kept).not.toMatch(/token|secret|ada|balance|out:/)
  expect(await page.evaluate('JSON.stringify({ ...localStorage })')).not.toMatch(/token|secret|ada/)
  await page.reload()
  await signIn(page, 'eve')
  const next = await openChat(page)
  await next.getByLabel('E-mail').waitFor()
  await next.getByLabel('More').click()
  await next.getByRole('button', { name: 'Your conversations' }).click()
  await next.getByText('You have no other conversations.').waitFor()
  const rows = await server.client.listConversations({ web_widget_id: id, include: 'conversation' })
  expect(rows).toHaveLength(1)
})

test('B6: an identity that no longer counts is told to the page; the chat goes on as a guest, without what was the user’s', async () => {
  const { id, key_id, signIn } = await signingWidget()
  server.model.answer = () => 'For Ada alone.'
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  const chat = await openChat(page)
  await signIn(page, 'ada')
  await say(chat, 'Hello')
  await chat.getByText('For Ada alone.').waitFor()
  await page.evaluate(`Parley.on('identity_expired', () => { window.hasExpired = true })`)
  await server.client.deleteWebWidgetIdentityKey({ web_widget_id: id, key_id })
  // What the page claims goes to the server, which refuses the token; the stream may notice it before.
  await page.evaluate(`Parley.identify({ name: 'Ada' })`)
  await page.waitForFunction('window.hasExpired')
  await message(chat).waitFor()
  await expect.poll(() => chat.getByText('For Ada alone.').count()).toBe(0)
  await chat.getByLabel('More').click()
  await chat.getByRole('button', { name: 'Your conversations' }).click()
  await chat.getByText('You have no other conversations.').waitFor()
  expect(await signIn(page, 'ada')).toMatchObject({ verified: false, error: 'identity_invalid' })
})
