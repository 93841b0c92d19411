// Two people at two nodes and a visitor, each in a browser of their own: who handles the conversation, what each sees of the others, and
// what becomes of what they write.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { App } from '../../server/src/app.ts'
import type { TestServer } from '../../server/test/support/server.ts'
import { type ToolPeer, opened_hosts, startToolPeer } from '../../server/test/support/tool-peer.ts'
import { liveWidget } from '../../server/test/web-widgets/browser.ts'
import { type World, startWorld } from '../../widget/test/support/pages.ts'
import { openChat, say, snippetOf, visit } from '../../widget/test/support/visit.ts'
import { handlingTexts } from '../src/handling/texts.ts'

import { hasFocus, isAsked, pressUntilFocused, pressUntilSeen } from './support/browser.ts'
import { makeAgent } from './support/conversations.ts'
import { dialog } from './support/editor.ts'
import { startSilentProxy } from './support/silent-proxy.ts'
import {
  type Colleague,
  bar,
  beginTalk,
  composer,
  makeColleague,
  noteField,
  openDesk,
  readTalk,
  replyField,
  rowOf,
  transcript,
} from './support/desk.ts'

const { actions, composer: words } = handlingTexts

let world: World
let server: TestServer
let browser: Browser
/** Another node with the same data. */
let node: App
let agent_id: string
let peer: ToolPeer
let ada: Colleague
let bob: Colleague
beforeAll(async () => {
  world = await startWorld(opened_hosts)
  peer = await startToolPeer()
  ;({ server, browser } = world)
  node = await server.startAnother(opened_hosts)
  ;[ada, bob] = await Promise.all([makeColleague(server, 'Ada'), makeColleague(server, 'Bob')])
  const actions_of_tool = [{ type: 'http', url: `${peer.url}/refunds` }]
  // It runs until somebody cuts it.
  const limits = { timeout_ms: 600_000 }
  const tools = [{ name: 'refund', description: 'Refunds an order.', actions: actions_of_tool, ...limits }]
  agent_id = await makeAgent(server, 'Harbour Lane', { tools })
})
afterAll(async () => {
  await node?.[Symbol.asyncDispose]()
  await peer?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})
beforeEach(() => {
  server.model.answer = () => 'Hello from the scripted model.'
})

/** A conversation that waits for a person. */
async function beginWaiting(user_id: string, text = 'I need help.'): Promise<string> {
  const conversation_id = await beginTalk(server, agent_id, user_id, text)
  await server.client.handOffConversation({ conversation_id })
  return conversation_id
}
const press = (name: string) => ({ name, exact: true })
const open = (conversation_id: string) => `/desk?view=all&open=${conversation_id}`
/** The texts of people that are stored. */
const storedTexts = async (conversation_id: string) =>
  (await readTalk(server, conversation_id)).conversation!.items.flatMap(({ author, content }) =>
    author?.type === 'user' ? content : [],
  )

test('a visitor is answered by one of two people, and returns to the agent', async () => {
  const widget = { domains: [world.site.origin] }
  const { id } = await liveWidget(server.client, widget, { starting_message: null, hand_off: { enabled: true } })
  world.site.snippet = snippetOf(server, id)
  await using visited = await visit(browser, world.site.origin)
  const chat = await openChat(visited.page)
  const said = (text: string) => chat.getByRole('log').getByText(text).waitFor()
  await say(chat, 'Where is my order?')
  await said('Hello from the scripted model.')
  const [{ id: conversation_id, user_id }] = (await server.client.listConversations({ web_widget_id: id })) as [
    Awaited<ReturnType<typeof readTalk>>,
  ]

  await using first = await openDesk(browser, server, ada, '/desk?view=unassigned')
  await using second = await openDesk(browser, node, bob, '/desk?view=unassigned')
  await server.client.handOffConversation({ conversation_id, text: 'They are in a hurry.' })
  // It comes to both without a reload.
  await rowOf(second.page, user_id).click()
  await rowOf(first.page, user_id).click()
  await bar(first.page).getByText('They are in a hurry.').waitFor()
  await first.page.getByText(handlingTexts.viewers(['Bob'], 0)).waitFor()
  // It is shown for seconds, and again as long as she goes on.
  const isTyping = second.page.getByText(handlingTexts.typing(['Ada']))
  await expect
    .poll(() =>
      replyField(first.page)
        .pressSequentially('I am ')
        .then(() => isTyping.count()),
    )
    .toBe(1)

  await bar(first.page).getByRole('button', press(actions.take)).click()
  await bar(first.page).getByText(handlingTexts.mine).waitFor()
  await bar(second.page).getByText(handlingTexts.other('Ada')).waitFor()
  await composer(second.page).getByText(words.other('Ada')).waitFor()
  await expect.poll(() => replyField(second.page).count()).toBe(0)

  // A note goes to colleagues alone.
  await composer(second.page).getByRole('button', press(words.note)).click()
  await noteField(second.page).fill('They called on Monday.')
  await composer(second.page).getByRole('button', press(words.saveNote)).click()
  await transcript(first.page).getByText('They called on Monday.').waitFor()
  await replyField(first.page).fill('I am looking into it.')
  await composer(first.page).getByRole('button', press(words.send)).click()
  await said('I am looking into it.')
  await expect.poll(() => replyField(first.page).inputValue()).toBe('')
  await transcript(second.page).getByText('I am looking into it.').waitFor()
  await say(chat, 'Thank you!')
  await transcript(first.page).getByText('Thank you!').waitFor()
  await expect.poll(() => chat.getByText('They called on Monday.').count()).toBe(0)

  await bar(first.page).getByRole('button', press(actions.return)).click()
  await dialog(first.page).getByRole('button', press(handlingTexts.returnDialog.submit)).click()
  await bar(second.page).getByText(handlingTexts.agent('Agent')).waitFor()
  server.model.answer = () => 'It left on Monday.'
  await say(chat, 'And my order?')
  await said('It left on Monday.')
  expect([...first.faults, ...second.faults, ...visited.faults]).toEqual([])
})

test('what happened after the list was read and before the feed began is not missed', async () => {
  await using opened = await openDesk(browser, server, ada, '/settings')
  const { page } = opened
  const held = Promise.withResolvers<void>()
  await page.route('**/changes?*', async (route) => {
    await held.promise
    await route.continue()
  })
  const isRead = page.waitForResponse((response) => /\/inbox\?.*view=unassigned/.test(response.url()))
  await page.goto(`${server.url}/desk?view=unassigned`)
  await (await isRead).finished()
  await beginWaiting('before-the-feed')
  held.resolve()
  await rowOf(page, 'before-the-feed').waitFor()
})

test('everything goes by keyboard alone, and keys can be switched off', async () => {
  const conversation_id = await beginWaiting('keyboard')
  await using opened = await openDesk(browser, server, ada, '/desk?view=all')
  const { page } = opened
  const asked = (name: string) => page.getByRole('dialog', { name })
  await rowOf(page, 'keyboard').waitFor()
  // Other tests leave rows as well.
  await pressUntilFocused(page, 'j', rowOf(page, 'keyboard'))
  await page.keyboard.press('Enter')
  await bar(page).getByText('Waits for a person').waitFor()
  await pressUntilSeen(page, 't', bar(page).getByText(handlingTexts.mine))
  await page.keyboard.press('r')
  await hasFocus(replyField(page))
  // In a field, keys are letters.
  await page.keyboard.type('unseat')
  // Two keys at once are one message.
  await replyField(page).evaluate((field) => {
    const press = { key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true }
    for (let pressed = 0; pressed < 2; pressed += 1) field.dispatchEvent(new KeyboardEvent('keydown', press))
  })
  await transcript(page).getByText('unseat').waitFor()
  await expect.poll(() => replyField(page).inputValue()).toBe('')
  expect(await storedTexts(conversation_id)).toEqual(['unseat'])
  await page.keyboard.press('Escape')
  await page.keyboard.press('n')
  await hasFocus(noteField(page))
  await page.keyboard.type('ask Bob')
  await page.keyboard.press('Control+Enter')
  await transcript(page).getByText('ask Bob').waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('s')
  await isAsked(asked(handlingTexts.snoozeDialog.title))
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await bar(page)
    .getByText(/Put aside until/)
    .waitFor()
  await page.keyboard.press('s')
  await expect
    .poll(() =>
      bar(page)
        .getByText(/Put aside until/)
        .count(),
    )
    .toBe(0)
  await page.keyboard.press('a')
  await isAsked(asked(handlingTexts.assignDialog.title))
  await page.keyboard.press('Escape')

  await dialog(page).waitFor({ state: 'hidden' })
  await page.keyboard.press('?')
  const shortcuts = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await shortcuts.getByRole('checkbox').uncheck()
  await page.keyboard.press('Escape')
  await shortcuts.waitFor({ state: 'hidden' })
  // Nothing opens that would keep the menu from opening.
  await page.keyboard.press('u')
  await page.keyboard.press('?')
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click()
  await shortcuts.waitFor()
  await shortcuts.getByRole('checkbox').check()
  await page.keyboard.press('Escape')
  await shortcuts.waitFor({ state: 'hidden' })

  await page.keyboard.press('u')
  await isAsked(asked(handlingTexts.returnDialog.title))
  await page.keyboard.press('Escape')
  await dialog(page).waitFor({ state: 'hidden' })
  await page.keyboard.press('e')
  await isAsked(asked('End this conversation?'))
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await bar(page).getByText(handlingTexts.overMine).waitFor()
  expect((await readTalk(server, conversation_id)).status).toBe('completed')
  expect(opened.faults).toEqual([])
})

test('with the agent the reply takes over, and what nobody confirmed is sent again and stored once', async () => {
  const conversation_id = await beginTalk(server, agent_id, 'offline', 'Hello?')
  await using proxy = await startSilentProxy(server.url)
  await using opened = await openDesk(browser, proxy, ada, open(conversation_id))
  const { page } = opened
  await replyField(page).fill('I take this.')
  await composer(page).getByRole('button', press(words.takeAndSend)).click()
  await transcript(page).getByText('I take this.').waitFor()
  await bar(page).getByText(handlingTexts.mine).waitFor()

  // It arrives, and its answer does not: the transcript shows it.
  await page.route('**/reply', async (route) => {
    await route.fetch()
    await route.abort('connectionreset')
  })
  await replyField(page).fill('Are you there?')
  await composer(page).getByRole('button', press(words.send)).click()
  await transcript(page).getByText('Are you there?').waitFor()
  await expect.poll(() => replyField(page).inputValue()).toBe('')
  await page.unrouteAll({ behavior: 'ignoreErrors' })

  // It does not arrive, and the page cannot know; not after a reload either.
  await page.route('**/reply', (route) => route.abort('connectionreset'))
  await replyField(page).fill('It is on its way.')
  await page.keyboard.press('Control+Enter')
  await composer(page).getByText(words.unsure).waitFor()
  await page.reload()
  await composer(page).getByText(words.unsure).waitFor()
  await expect.poll(() => replyField(page).inputValue()).toBe('It is on its way.')
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await composer(page).getByRole('button', press(words.again)).click()
  await transcript(page).getByText('It is on its way.').waitFor()
  await expect.poll(() => replyField(page).inputValue()).toBe('')

  proxy.fallSilent()
  await replyField(page).fill('One more thing.')
  await composer(page).getByRole('button', press(words.send)).click()
  await composer(page).getByRole('button', press(words.sending)).waitFor()
  proxy.comeBack()
  await transcript(page).getByText('One more thing.').waitFor()
  await expect.poll(() => replyField(page).inputValue()).toBe('')
  expect(await storedTexts(conversation_id)).toEqual([
    ...['I take this.', 'Are you there?', 'It is on its way.', 'One more thing.'],
  ])
})

test('a person who takes over is warned of calls that have begun, and of answers that they have not seen', async () => {
  const conversation_id = await beginTalk(server, agent_id, 'calls')
  peer.answer = () => {}
  server.model.answer = () => ({ tool_calls: [{ name: 'refund', arguments: {} }] })
  const cut = server.client.sendConversationMessage({ conversation_id, text: 'Refund it.' }).catch(() => {})
  await expect.poll(() => peer.requests.length).toBe(1)
  await using opened = await openDesk(browser, server, ada, open(conversation_id))
  const { page } = opened
  await bar(page).getByRole('button', press(actions.take)).click()
  await bar(page)
    .getByText(handlingTexts.unfinished(['refund']))
    .waitFor()
  await cut

  await bar(page).getByRole('button', press(actions.return)).click()
  await dialog(page).getByRole('checkbox', { name: handlingTexts.returnDialog.answer }).uncheck()
  await dialog(page).getByRole('button', press(handlingTexts.returnDialog.submit)).click()
  await bar(page).getByText(handlingTexts.agent('Harbour Lane')).waitFor()
  await expect
    .poll(() =>
      bar(page)
        .getByText(handlingTexts.unfinished(['refund']))
        .count(),
    )
    .toBe(0)
  server.model.answer = () => 'It is refunded.'
  // The agent answers while the reply is on its way.
  await page.route(
    '**/reply',
    async (route) => {
      await server.client.sendConversationMessage({ conversation_id, text: 'Well?' })
      await route.continue()
    },
    { times: 1 },
  )
  await replyField(page).fill('I will refund it.')
  await composer(page).getByRole('button', press(words.takeAndSend)).click()
  await composer(page).getByText('There are newer answers.').waitFor()
  await expect.poll(() => replyField(page).inputValue()).toBe('I will refund it.')
  await transcript(page).getByText('It is refunded.').waitFor()
  await replyField(page).fill('It is refunded, as you see.')
  await composer(page).getByRole('button', press(words.takeAndSend)).click()
  await transcript(page).getByText('It is refunded, as you see.').waitFor()
  expect(await storedTexts(conversation_id)).toEqual(['It is refunded, as you see.'])
})

test('reply and note have texts of their own, which outlive a reload and go on sign-out', async () => {
  const conversation_id = await beginWaiting('drafts')
  await using opened = await openDesk(browser, server, ada, open(conversation_id))
  const { page } = opened
  await replyField(page).fill('Dear customer,')
  await composer(page).getByRole('button', press(words.note)).click()
  await noteField(page).fill('Be careful.')
  await page.reload()
  await expect.poll(() => noteField(page).inputValue()).toBe('Be careful.')
  await composer(page).getByRole('button', press(words.reply)).click()
  await expect.poll(() => replyField(page).inputValue()).toBe('Dear customer,')
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: /Sign in/ }).waitFor()
  const kept = await page.evaluate(() => JSON.stringify(Object.entries(localStorage)))
  expect(kept).not.toContain('customer')
  expect(kept).not.toContain('careful')
})

/** How often the feed was asked for, by page. */
function countFeeds(pages: readonly Page[]): () => number[] {
  const counts = pages.map(() => 0)
  for (const [index, page] of pages.entries()) {
    page.on('request', (request) => {
      if (request.url().includes('/core/conversations/changes') && request.url().includes('with=presence'))
        counts[index]! += 1
    })
  }
  return () => counts
}

test('one tab reads the feed for all, hidden or not, and the next goes on when it closes', async () => {
  const carol = await makeColleague(server, 'Carol')
  await using opened = await openDesk(browser, server, carol, '/settings/account')
  const { page: first, faults } = opened
  const second = await first.context().newPage()
  // The page before may be about to read the feed; that is not counted.
  await first.goto('about:blank')
  const read = countFeeds([first, second])
  await first.goto(`${server.url}/desk?view=unassigned`)
  await expect.poll(() => read()[0]).toBeGreaterThan(0)
  const before = read()[0]!
  await second.goto(`${server.url}/desk?view=unassigned`)
  await second.getByText('Live', { exact: true }).first().waitFor()
  // As a browser hides it when another tab is in front.
  await first.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  const conversation_id = await beginWaiting('tabs-one')
  await rowOf(second, 'tabs-one').waitFor()
  await rowOf(first, 'tabs-one').waitFor()
  expect(read()).toEqual([before, 0])

  // What is offered to her is counted in the title and the icon of both.
  await server.client.assignConversation({ conversation_id, user_id: carol.user_id })
  for (const page of [first, second]) {
    await expect.poll(() => page.title()).toMatch(/^\(1\) /)
    await expect.poll(() => page.locator('link[rel=icon]').getAttribute('href')).toMatch(/^\/assets\/1-/)
  }
  await first.close()
  await expect.poll(() => read()[1]).toBe(1)
  await rowOf(second, 'tabs-one').waitFor({ state: 'hidden' })
  await second.getByRole('link', { name: handlingTexts.views.mine }).click()
  await rowOf(second, 'tabs-one').getByRole('button', press(actions.decline)).click()
  await rowOf(second, 'tabs-one').waitFor({ state: 'hidden' })
  await expect.poll(() => second.title()).toMatch(/^Desk/)
  await beginWaiting('tabs-two')
  await second.getByRole('link', { name: handlingTexts.views.unassigned }).click()
  await rowOf(second, 'tabs-two').waitFor()
  expect(faults).toEqual([])
})
