// The course of a chat where it is not smooth: every refusal in words, replies that are stopped or never come, long histories, all languages
// and ways of seeing. Few visits that each see much.
import { readFile } from 'node:fs/promises'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { holdAnswer } from '../../server/test/support/scripted-model.ts'
import type { TestServer } from '../../server/test/support/server.ts'
import { liveWidget } from '../../server/test/web-widgets/browser.ts'
import { type Texts, directionOf, locales } from '../src/texts/texts.ts'
import { type World, startWorld } from './support/pages.ts'
import { type Site, expectAccessible, frameOf, message, openChat, say, snippetOf, visit } from './support/visit.ts'

let world: World
let server: TestServer
let site: Site
let browser: Browser
beforeAll(async () => {
  world = await startWorld()
  ;({ server, site, browser } = world)
})
afterAll(() => world?.[Symbol.asyncDispose]())

async function makeWidget(widget: object = {}, agent: object = { starting_message: null }): Promise<string> {
  const { id } = await liveWidget(server.client, { domains: [site.origin], ...widget }, agent)
  site.snippet = snippetOf(server, id)
  server.model.answer = () => 'Noted.'
  return id
}

const end = async (chat: FrameLocator) => {
  await chat.getByLabel('More').click()
  await chat.getByRole('button', { name: 'End conversation' }).click()
  await chat.getByRole('alertdialog').getByRole('button', { name: 'End conversation' }).click()
  await chat.getByText('This conversation has ended.').waitFor()
}

describe('a refusal is said in words', () => {
  test('of messages: too long, one too many for the conversation, from a blocked visitor', async () => {
    const id = await makeWidget({ limits: { message_characters: 20, messages_per_conversation: 2 } })
    await using visited = await visit(browser, site.origin)
    const { page } = visited
    const chat = await openChat(page)
    await message(chat).fill('x'.repeat(22))
    await chat.getByRole('alert').getByText('2 characters too many').waitFor()
    await message(chat).press('Enter')
    await expect.poll(() => message(chat).inputValue()).toBe('x'.repeat(22))
    await expectAccessible(page)
    for (const text of ['one', 'two']) {
      await say(chat, text)
      await expect.poll(() => chat.getByText('Noted.').count()).toBe(text === 'one' ? 1 : 2)
    }
    await say(chat, 'three')
    await chat.getByText('Not sent. This conversation has reached its limit of messages.').waitFor()
    await expectAccessible(page)
    await end(chat)
    await chat.getByRole('button', { name: 'Send in a new conversation' }).click()
    const mine = () => chat.locator('.mine .bubble').allInnerTexts()
    await expect.poll(mine).toEqual([expect.stringContaining('three')])
    await expect.poll(() => chat.getByText('Noted.').count()).toBe(1)
    const [row] = await server.client.listConversations({ web_widget_id: id })
    await server.client.createWebWidgetBlock({ web_widget_id: id, conversation_id: row!.id })
    await say(chat, 'four')
    await chat.getByText('Not sent. You cannot send messages here.').waitFor()
    await chat.getByRole('button', { name: 'Discard' }).click()
    await expect.poll(() => chat.getByText('four').count()).toBe(0)
    expect(visited.faults).toEqual([])
  })

  test('of starts: too many, with the time to wait; none left today; nobody is signed in; not published', async () => {
    const id = await makeWidget({ limits: { conversations_per_visitor_day: 1 } })
    await using visited = await visit(browser, site.origin)
    const { page } = visited
    const chat = await openChat(page)
    await say(chat, 'one')
    await chat.getByText('Noted.').waitFor()
    await end(chat)
    await chat.getByRole('button', { name: 'New conversation' }).click()
    await say(chat, 'two')
    await chat.getByText('The chat is busy right now.').waitFor()
    await chat.getByText(/Try again in [\d,]+ seconds\./).waitFor()
    await expect.poll(() => chat.getByText('Sending…').count()).toBe(1)
    await expectAccessible(page)
    await server.client.updateWebWidget({ web_widget_id: id, limits: { conversations_per_day: 1 } })
    const told = async (text: string) => {
      await using other = await visit(browser, site.origin)
      const frame = await openChat(other.page)
      await say(frame, 'hello')
      await frame.getByText(text).first().waitFor()
      await expectAccessible(other.page)
    }
    await told('The chat has reached its limit for now.')
    await server.client.updateWebWidget({ web_widget_id: id, limits: {}, identity: { required: true } })
    await told('Sign in on this site to chat.')
    await using late = await visit(browser, site.origin)
    await late.page.waitForFunction('window.Parley?.open')
    await server.client.updateWebWidget({ web_widget_id: id, identity: { required: false } })
    const frame = await openChat(late.page)
    await message(frame).waitFor()
    await server.client.updateWebWidget({ web_widget_id: id, published: false })
    await say(frame, 'hello')
    await frame.getByText('This chat is not available right now.').waitFor()
    await expect.poll(() => frame.getByText('hello').count()).toBe(1)
  })
})

test('B2: a reply can be stopped; one that never came is asked for again with the same key; an input method keeps its Enter', async () => {
  const id = await makeWidget()
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  const chat = await openChat(page)
  const held = holdAnswer()
  server.model.answer = () => held
  await say(chat, 'Tell me everything')
  held.say('First, ')
  await chat.getByText('First,').waitFor()
  await chat.getByRole('button', { name: 'Stop' }).click()
  await chat.getByText('Stopped').waitFor()
  held.finish()
  server.model.answer = () => 500
  await say(chat, 'Are you there?')
  // After all tries of the model.
  await chat.getByText('No answer arrived.').waitFor({ timeout: 90_000 })
  await expectAccessible(page)
  server.model.answer = () => 'Here I am.'
  await chat.getByRole('button', { name: 'Try again' }).click()
  await chat.getByText('Here I am.').waitFor()
  await message(chat).fill('にほん')
  await message(chat).evaluate((field) =>
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true })),
  )
  await expect.poll(() => message(chat).inputValue()).toBe('にほん')
  const [row] = await server.client.listConversations({ web_widget_id: id, include: 'conversation' })
  const said = row!.conversation!.items.filter(({ role }) => role === 'user')
  expect(said.map(({ content }) => content!.join(''))).toEqual(['Tell me everything', 'Are you there?'])
})

test('of a long conversation 200 items are shown, earlier ones when one scrolls there, and all are downloaded', async () => {
  const id = await makeWidget({ limits: { messages_per_conversation_minute: 6000 } })
  await using visited = await visit(browser, site.origin, { acceptDownloads: true })
  const { page } = visited
  const chat = await openChat(page)
  await say(chat, 'number 0')
  await chat.getByText('Noted.').waitFor()
  const [row] = await server.client.listConversations({ web_widget_id: id })
  const conversation_id = row!.id
  for (let number = 1; number <= 104; number += 1) {
    await server.client.sendConversationMessage({ conversation_id, text: `number ${number}` })
  }
  // Exact: "number 10", written at four, would end like it.
  const last = chat.getByText('number 104', { exact: true })
  await last.waitFor()
  await expect.poll(() => chat.locator('.log .item').count()).toBe(200)
  expect(await chat.getByText('number 0', { exact: true }).count()).toBe(0)
  const scroll = chat.locator('.scroll')
  const first = chat.locator('.bubble', { hasText: /^You: number 5$/ })
  // Again, where something that came in the same moment has kept it at the end.
  await expect
    .poll(() =>
      scroll.evaluate((box) => {
        const count = box.querySelectorAll('.log .item').length
        if (count === 200) box.scrollTo(0, 40)
        return count
      }),
    )
    .toBe(210)
  // What was seen has not moved.
  const [box, bounds] = [(await scroll.boundingBox())!, (await first.boundingBox())!]
  expect(Math.abs(bounds.y - box.y)).toBeLessThan(box.height / 2)
  await chat.getByRole('button', { name: 'To the latest message' }).click()
  await last.waitFor()
  await chat.getByLabel('More').click()
  const downloading = page.waitForEvent('download')
  await chat.getByRole('button', { name: 'Download as text' }).click()
  const file = await downloading
  const text = await readFile(await file.path(), 'utf8')
  expect(file.suggestedFilename()).toBe('chat.txt')
  expect(text.match(/number \d+/g)).toHaveLength(105)
  expect(visited.faults).toEqual([])
})

const smallTargets = (page: Page) =>
  frameOf(page)
    .locator('button, a, summary, input, textarea')
    .evaluateAll((all) =>
      all
        .map((each) => [each.outerHTML.slice(0, 60), each.getBoundingClientRect()] as const)
        .filter(([, { width, height }]) => width > 0 && (width < 24 || height < 24))
        .map(([html]) => html),
    )

test('all twelve languages say what they should, from one file each, and fit a narrow screen', async () => {
  await makeWidget({ config: { suggested_questions: ['1 + 1?'] } })
  await using visited = await visit(browser, site.origin, { viewport: { width: 320, height: 568 } })
  const { page } = visited
  const chat = await openChat(page)
  await message(chat).waitFor()
  for (const locale of locales) {
    const { [locale]: texts } = (await import(`../src/texts/${locale}.ts`)) as Record<string, Texts>
    await page.evaluate(`Parley.setLocale('${locale}')`)
    await chat.getByPlaceholder(texts!.hint, { exact: true }).waitFor()
    const html = chat.locator('html')
    expect([await html.getAttribute('lang'), await html.getAttribute('dir')]).toEqual([locale, directionOf(locale)])
    await expect.poll(() => chat.locator('body').evaluate((body) => body.scrollWidth <= innerWidth)).toBe(true)
  }
  const loaded = await chat
    .locator('body')
    .evaluate(() => performance.getEntriesByType('resource').map(({ name }) => /\/(\w\w)-[^/]+\.js$/.exec(name)?.[1]))
  expect(loaded.filter(Boolean).toSorted()).toEqual([...locales].toSorted())
  expect(visited.faults).toEqual([])
})

test('with forced colors, little motion, and twice the size everything is there and can be reached', async () => {
  await makeWidget({ config: { suggested_questions: ['Where is my order?'] } })
  // A window of 640 pixels, enlarged to 200 %.
  await using visited = await visit(browser, site.origin, {
    viewport: { width: 320, height: 400 },
    deviceScaleFactor: 2,
    forcedColors: 'active',
    reducedMotion: 'reduce',
  })
  const { page } = visited
  const chat = await openChat(page)
  await chat.getByRole('button', { name: 'Where is my order?' }).click()
  await chat.getByText('Noted.').waitFor()
  const bubble = chat.locator('.bubble').first()
  await expect.poll(() => bubble.evaluate((each) => getComputedStyle(each).borderTopWidth)).toBe('1px')
  const motion = await chat.locator('*').evaluateAll((all) => all.map((each) => getComputedStyle(each).animationName))
  expect(new Set(motion)).toEqual(new Set(['none']))
  await expect.poll(() => smallTargets(page)).toEqual([])
  await message(chat).focus()
  await expect
    .poll(() => chat.locator('.composer').evaluate((each) => getComputedStyle(each).borderTopStyle))
    .toBe('solid')
  await end(chat)
  await expect.poll(() => smallTargets(page)).toEqual([])
  await expect.poll(() => chat.locator('body').evaluate((body) => body.scrollWidth <= innerWidth)).toBe(true)
  // Colors are the system's then, of which axe knows nothing.
  await page.emulateMedia({ forcedColors: 'none' })
  await expectAccessible(page)
  expect(visited.faults).toEqual([])
})
