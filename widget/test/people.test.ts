// A visitor and people: asking for one, the wait, the answer, and the way back; by the names that people show, on a phone, in other words.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holdAnswer } from '../../server/test/support/scripted-model.ts'
import type { TestServer } from '../../server/test/support/server.ts'
import { liveWidget } from '../../server/test/web-widgets/browser.ts'
import { type World, startWorld } from './support/pages.ts'
import { type Site, expectAccessible, openChat, say, snippetOf, visit } from './support/visit.ts'

let world: World
let server: TestServer
let site: Site
let browser: Browser
beforeAll(async () => {
  world = await startWorld()
  ;({ server, site, browser } = world)
})
afterAll(() => world?.[Symbol.asyncDispose]())

const ada = { id: 'ada', name: 'Ada' }

async function makeWidget(hand_off: object = {}, config: object = {}, attributes = '', more = {}): Promise<string> {
  const agent = { hand_off: { enabled: true, ...hand_off }, starting_message: null, ...more }
  const { id } = await liveWidget(server.client, { domains: [site.origin], config }, agent)
  site.snippet = snippetOf(server, id, attributes)
  return id
}

/** The conversation of the widget, once its first message is stored. */
async function conversationOf(id: string): Promise<string> {
  const found = () => server.client.listConversations({ web_widget_id: id })
  await expect.poll(async () => (await found()).length).toBe(1)
  return (await found())[0]!.id
}

type Chat = Awaited<ReturnType<typeof openChat>>

async function choose(chat: Chat, name: string): Promise<void> {
  await chat.getByLabel('More').click()
  await chat.getByRole('button', { name }).click()
}

const peopleLoaded = (page: Page) =>
  page.evaluate('0').then(() =>
    page
      .frames()
      .find((frame) => frame.url().includes('/public/embed/'))!
      .evaluate("performance.getEntriesByType('resource').filter(({ name }) => name.includes('/people-')).length"),
  ) as Promise<number>

const log = (chat: Chat) => chat.getByRole('log')

test('a visitor asks for a person, waits, is answered by name, and is given back to the agent', async () => {
  const id = await makeWidget()
  server.model.answer = () => 'Good day.'
  await using visited = await visit(browser, site.origin, { viewport: { width: 360, height: 640 } })
  const { page } = visited
  const chat = await openChat(page)
  await say(chat, 'Hello')
  await log(chat).getByText('Good day.').waitFor()
  // Nobody has come yet: what is about people is not loaded.
  expect(await peopleLoaded(page)).toBe(0)
  await choose(chat, 'Talk to a person')
  await log(chat).getByText('A person was asked for.').waitFor()
  await log(chat).getByText('A person will answer you here.').waitFor()
  await chat.getByRole('status').getByText('A person will be with you soon.').waitFor()
  await expect.poll(() => peopleLoaded(page)).toBe(2)
  await expectAccessible(page)
  await expect.poll(() => chat.locator('body').evaluate((body) => body.scrollWidth <= innerWidth)).toBe(true)
  const conversation_id = await conversationOf(id)
  await server.client.replyToConversation({ conversation_id, text: 'This is Ada.', take: true, external: ada })
  await log(chat).getByText('Ada has joined.').waitFor()
  await log(chat).getByText('This is Ada.').waitFor()
  await expect.poll(() => chat.getByText('A person will be with you soon.').count()).toBe(0)
  await say(chat, 'Can you help me?')
  await server.client.replyToConversation({ conversation_id, text: 'Gladly.', external: ada })
  await log(chat).getByText('Gladly.').waitFor()
  // What a screen reader reads of it.
  await expect
    .poll(() => log(chat).getByText('Gladly.').locator('xpath=ancestor::*[@class="bubble"]').innerText())
    .toMatch(/^Ada:\s+Gladly\.$/)
  await expectAccessible(page)
  await server.client.returnConversation({ conversation_id, external: ada })
  await log(chat).getByText('answers again.').waitFor()
  server.model.answer = () => 'I am back.'
  await say(chat, 'Thank you')
  await log(chat).getByText('I am back.').waitFor()
  const shown = await log(chat).allInnerTexts()
  await page.reload()
  const again = await openChat(page)
  await log(again).getByText('I am back.').waitFor()
  await log(again).getByText('Ada has joined.').waitFor()
  await expect.poll(() => log(again).allInnerTexts()).toEqual(shown)
  expect(visited.faults).toEqual([])
})

test('while it waits the visitor can go back to the agent; asked for too often, it says so', async () => {
  await makeWidget({ max_per_conversation: 1 })
  server.model.answer = () => 'Good day.'
  await using visited = await visit(browser, site.origin, { forcedColors: 'active' })
  const chat = await openChat(visited.page)
  await say(chat, 'Hello')
  await log(chat).getByText('Good day.').waitFor()
  await choose(chat, 'Talk to a person')
  const back = chat.getByRole('button', { name: 'Back to' })
  await back.waitFor()
  await expect.poll(async () => (await back.boundingBox())!.height).toBeGreaterThanOrEqual(24)
  const bar = chat.locator('.bar', { has: back })
  // Where the system has the colors, what stands apart by color alone has a line.
  await expect.poll(() => bar.evaluate((each) => getComputedStyle(each).borderTopWidth)).toBe('1px')
  await back.click()
  await log(chat).getByText('answers again.').waitFor()
  server.model.answer = () => 'Still here.'
  await say(chat, 'Are you there?')
  await log(chat).getByText('Still here.').waitFor()
  await choose(chat, 'Talk to a person')
  await chat.getByRole('alert').getByText('You cannot ask for a person again').waitFor()
})

test('a person who takes over cuts the reply: what there was of it stays, marked, and the question is theirs', async () => {
  const id = await makeWidget()
  const held = holdAnswer()
  server.model.answer = () => held
  await using visited = await visit(browser, site.origin)
  const chat = await openChat(visited.page)
  await say(chat, 'Tell me')
  held.say('Long ago in ')
  await chat.getByText('Long ago in').waitFor()
  const conversation_id = await conversationOf(id)
  await server.client.takeConversation({ conversation_id, external: ada })
  await log(chat).getByText('Ada has joined. The answer before was cut off.').waitFor()
  await log(chat).getByText('Long ago in').waitFor()
  await log(chat).getByText('Stopped').waitFor()
  held.say('a land.')
  held.finish()
  await server.client.replyToConversation({ conversation_id, text: 'A short one.', external: ada })
  await log(chat).getByText('A short one.').waitFor()
  await expect.poll(() => chat.getByText('a land').count()).toBe(0)
  await expect.poll(() => chat.getByText('No answer arrived.').count()).toBe(0)
})

test('the queue, a person who is writing, and a rating at the end that the agent alone asks for', async () => {
  const feedback = { post_conversation_feedback: { enabled: false } }
  const id = await makeWidget({}, feedback, '', { satisfaction: { enabled: true, ask: 'person' } })
  server.model.answer = () => 'Good day.'
  await using visited = await visit(browser, site.origin, { viewport: { width: 360, height: 640 } })
  const { page } = visited
  const chat = await openChat(page)
  await say(chat, 'Hello')
  await log(chat).getByText('Good day.').waitFor()
  await choose(chat, 'Talk to a person')
  await chat
    .getByRole('status')
    .getByText(/Place in the queue: \d/)
    .waitFor()
  const conversation_id = await conversationOf(id)
  const typed: unknown[] = []
  const followed = (async () => {
    for await (const { event, data } of server.client.streamConversationEvents({ conversation_id }))
      if (event === 'typing') typed.push(data)
  })()
  await server.client.takeConversation({ conversation_id, external: ada })
  await log(chat).getByText('Ada has joined.').waitFor()
  await expect.poll(() => chat.getByText('Place in the queue').count()).toBe(0)
  // It lapses within seconds, unless they go on.
  await expect
    .poll(async () => {
      await server.client.showPresence({ conversation_id, state: 'typing', external: ada })
      return chat.getByRole('status').getByText('Ada is writing').count()
    })
    .toBe(1)
  await expectAccessible(page)
  await server.client.replyToConversation({ conversation_id, text: 'Gladly.', external: ada })
  await log(chat).getByText('Gladly.').waitFor()
  await expect.poll(() => chat.getByText('Ada is writing').count()).toBe(0)
  await expect
    .poll(async () => {
      await chat.getByRole('textbox', { name: 'Message' }).pressSequentially('One moment ')
      return typed
    })
    .toContainEqual({ by: { type: 'end_user', id: null, name: null }, typing: true })
  await server.client.endConversation({ conversation_id, prefer: 'wait=0' })
  await chat.getByText('This conversation has ended.').waitFor()
  await expectAccessible(page)
  await chat.getByRole('button', { name: '4 of 5 stars' }).click()
  await chat.getByText('Thank you for your feedback.').waitFor()
  await expect
    .poll(async () => (await server.client.getConversation({ conversation_id })).satisfaction)
    .toMatchObject({ rating: 4 })
  await followed
  expect(visited.faults).toEqual([])
})

test('the rating of the widget’s own feedback is the conversation’s one rating: a thumb is 5 or 1', async () => {
  const id = await makeWidget({}, { post_conversation_feedback: { rating: 'thumbs' } }, '', {
    satisfaction: { enabled: true },
  })
  server.model.answer = () => 'Good day.'
  await using visited = await visit(browser, site.origin)
  const chat = await openChat(visited.page)
  await say(chat, 'Hello')
  await log(chat).getByText('Good day.').waitFor()
  const conversation_id = await conversationOf(id)
  await server.client.endConversation({ conversation_id, prefer: 'wait=0' })
  await chat.getByRole('button', { name: 'Bad' }).click()
  await chat.getByText('Thank you for your feedback.').waitFor()
  const read = () => server.client.getConversation({ conversation_id })
  await expect.poll(async () => (await read()).satisfaction).toMatchObject({ rating: 1 })
})

test('in another language, and in the words of the widget', async () => {
  await makeWidget({}, { texts: { ar: { person_asked: 'لحظة' } } }, 'data-locale="ar"')
  server.model.answer = () => 'نعم'
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  const chat = await openChat(page)
  await chat.getByRole('textbox', { name: 'الرسالة' }).fill('مرحبا')
  await page.keyboard.press('Enter')
  await log(chat).getByText('نعم').waitFor()
  await chat.getByLabel('المزيد').click()
  await chat.getByRole('button', { name: 'التحدث إلى شخص' }).click()
  await log(chat).getByText('لحظة').waitFor()
  await chat.getByRole('status').getByText('سيجيبك شخص قريبًا.').waitFor()
  await expectAccessible(page)
})

test('where the agent does not hand off, or the widget hides it, nobody is offered', async () => {
  for (const [hand_off, config] of [
    [{ enabled: false }, {}],
    [{}, { person_button: false }],
  ]) {
    await makeWidget(hand_off, config)
    server.model.answer = () => 'Good day.'
    await using visited = await visit(browser, site.origin)
    const chat = await openChat(visited.page)
    await say(chat, 'Hello')
    await log(chat).getByText('Good day.').waitFor()
    await chat.getByLabel('More').click()
    await chat.getByRole('button', { name: 'End conversation' }).waitFor()
    expect(await chat.getByRole('button', { name: 'Talk to a person' }).count()).toBe(0)
  }
})
