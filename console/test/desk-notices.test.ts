// Notices of the desk: a tone and notifications of the system, which are off until somebody wants them, come once, and never have a word
// of a message.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { deskTexts } from '../src/desk/texts.ts'
import { handlingTexts } from '../src/handling/texts.ts'
import { startBrowser } from './support/browser.ts'
import { makeAgent } from './support/conversations.ts'
import {
  type Colleague,
  bar,
  beginTalk,
  composer,
  gotoHearing,
  makeColleague,
  openDesk,
  replyField,
  rowOf,
  transcript,
} from './support/desk.ts'

const { actions, composer: words, notices } = handlingTexts

let server: TestServer
let browser: Browser
let agent_id: string
beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
  agent_id = await makeAgent(server, 'Harbour Lane')
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

/** A system that shows what it is given to the test. `answer`: what a person says when the browser asks. */
const systemThat = (answer: 'granted' | 'denied') => `{
  window.shown = []
  window.tones = 0
  window.Notification = class extends EventTarget {
    static get permission() { return localStorage.getItem('test-permission') ?? 'default' }
    static async requestPermission() {
      localStorage.setItem('test-permission', '${answer}')
      return '${answer}'
    }
    constructor(title, options) {
      super()
      this.text = JSON.stringify([title, options])
      this.title = title
      window.shown.push(this)
    }
    close() {}
  }
  const create = AudioContext.prototype.createOscillator
  AudioContext.prototype.createOscillator = function () {
    window.tones += 1
    return create.call(this)
  }
  document.hasFocus = () => false
}`

/** The desk of somebody who looks elsewhere. */
async function openAway(person: Colleague, answer: 'granted' | 'denied', path: string) {
  const opened = await openDesk(browser, server, person)
  await opened.page.addInitScript(systemThat(answer))
  await opened.page.goto(server.url + path)
  return opened
}

const box = (page: Page, name: string) => page.getByRole('checkbox', { name: new RegExp(`^${name}`) })
const titles = (page: Page) => page.evaluate('shown.map(({ title }) => title)') as Promise<string[]>
const tones = (page: Page) => page.evaluate('tones') as Promise<number>

test('sound and notifications are opt-in, outlive the page, come once for all tabs, and say no word of a message', async () => {
  const dora = await makeColleague(server, 'Dora')
  const conversation_id = await beginTalk(server, agent_id, 'quiet-user', 'Hello?')
  await using opened = await openAway(dora, 'granted', `/desk?view=all&open=${conversation_id}`)
  const { page, faults } = opened
  const say = (text: string) => server.client.sendConversationMessage({ conversation_id, text })
  const reply = async (text: string) => {
    await replyField(page).fill(text)
    await page.keyboard.press('Control+Enter')
    await transcript(page).getByText(text).waitFor()
    await expect.poll(() => page.title()).toMatch(/^Desk/)
  }
  await bar(page).getByRole('button', { name: actions.take, exact: true }).click()
  await bar(page).getByText(handlingTexts.mine).waitFor()
  await reply('I am here.')
  await say('This is not worth a sound.')
  await expect.poll(() => page.title()).toMatch(/^\(1\) /)
  expect([await titles(page), await tones(page)]).toEqual([[], 0])
  await expect.poll(() => box(page, notices.sound).isChecked()).toBe(false)
  await expect.poll(() => box(page, notices.notifications).isChecked()).toBe(false)

  await box(page, notices.sound).check()
  await box(page, notices.notifications).check()
  await reply('Go on.')
  await say('My code word is tangerine.')
  await expect.poll(() => titles(page)).toEqual([notices.kinds.message])
  await expect.poll(() => tones(page)).toBe(1)

  // Whatever it is about, it says the kind alone.
  const offered_id = await beginTalk(server, agent_id, 'offered-user', 'It is secret.')
  await server.client.handOffConversation({ conversation_id: offered_id, text: 'They whisper.' })
  await expect.poll(() => titles(page)).toEqual([notices.kinds.message, notices.kinds.waiting])
  await server.client.assignConversation({ conversation_id: offered_id, user_id: dora.user_id })
  await expect.poll(() => titles(page)).toEqual([notices.kinds.message, notices.kinds.waiting, notices.kinds.offer])
  const told = (await page.evaluate("shown.map(({ text }) => text).join(' ')")) as string
  expect(told).not.toMatch(/tangerine|secret|whisper|user|Dora|Harbour/)
  await page.evaluate("shown.at(-1).dispatchEvent(new Event('click'))")
  await bar(page).getByText(handlingTexts.offeredToYou).waitFor()

  await gotoHearing(page, `${server.url}/desk?view=all`)
  await expect.poll(() => box(page, notices.sound).isChecked()).toBe(true)
  await expect.poll(() => box(page, notices.notifications).isChecked()).toBe(true)
  await rowOf(page, 'offered-user').waitFor()
  const second = await page.context().newPage()
  await second.addInitScript(systemThat('granted'))
  await second.goto(`${server.url}/desk?view=all`)
  await rowOf(second, 'offered-user').waitFor()
  const count = async () =>
    [...(await titles(page)), ...(await titles(second))].filter((title) => title === notices.kinds.waiting).length
  expect(await count()).toBe(0)
  const third_id = await beginTalk(server, agent_id, 'third-user', 'Anybody?')
  await server.client.handOffConversation({ conversation_id: third_id })
  for (const each of [page, second]) await rowOf(each, 'third-user').waitFor()
  await expect.poll(count).toBe(1)

  await box(second, notices.sound).uncheck()
  await box(second, notices.notifications).uncheck()
  // What one tab has chosen comes to the other a moment later.
  const kept = `Object.keys(localStorage).filter((name) => name.startsWith('parley-notices'))`
  await expect.poll(() => page.evaluate(kept)).toEqual([])
  const before = [await tones(page), await tones(second)]
  const fourth_id = await beginTalk(server, agent_id, 'fourth-user', 'Anybody?')
  await server.client.handOffConversation({ conversation_id: fourth_id })
  for (const each of [page, second]) await rowOf(each, 'fourth-user').waitFor()
  expect([await count(), await tones(page), await tones(second)]).toEqual([1, ...before])
  expect(faults).toEqual([])
})

test('where the browser refuses notifications, the page says so and switches nothing on', async () => {
  const emil = await makeColleague(server, 'Emil')
  await using opened = await openAway(emil, 'denied', '/desk?view=all')
  const { page, faults } = opened
  await box(page, notices.notifications).click()
  await page.getByRole('alert').getByText(notices.refused).waitFor()
  await expect.poll(() => box(page, notices.notifications).isChecked()).toBe(false)
  const conversation_id = await beginTalk(server, agent_id, 'refused-user', 'Anybody?')
  await server.client.handOffConversation({ conversation_id })
  await rowOf(page, 'refused-user').waitFor()
  expect([await titles(page), await tones(page)]).toEqual([[], 0])
  // What one has written is sent all the same.
  await rowOf(page, 'refused-user').click()
  await replyField(page).fill('Yes.')
  await composer(page).getByRole('button', { name: words.acceptAndSend }).click()
  await transcript(page).getByText('Yes.').waitFor()
  expect(faults).toEqual([])
})

test('where a browser refuses a notification to pages, as those of phones do, the list lives on', async () => {
  const fay = await makeColleague(server, 'Fay')
  await using opened = await openAway(fay, 'granted', '/desk?view=all')
  const { page, faults } = opened
  await page.evaluate(`{
    const { requestPermission } = window.Notification
    window.Notification = class { constructor() { throw new TypeError('Illegal constructor') } }
    Object.assign(window.Notification, { permission: 'granted', requestPermission })
  }`)
  await box(page, notices.notifications).check()
  for (const user_id of ['phone-one', 'phone-two']) {
    const conversation_id = await beginTalk(server, agent_id, user_id, 'Anybody?')
    await server.client.handOffConversation({ conversation_id })
    await rowOf(page, user_id).waitFor()
  }
  await expect.poll(() => page.getByText(deskTexts.live, { exact: true }).count()).toBe(1)
  expect(faults).toEqual([])
})
