// What a visitor’s browser goes through: no network, a dead tab, a reload in mid-reply, storage that is refused.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holdAnswer } from '../../server/test/support/scripted-model.ts'
import type { TestServer } from '../../server/test/support/server.ts'
import { liveWidget } from '../../server/test/web-widgets/browser.ts'
import { type World, startWorld } from './support/pages.ts'
import { type Site, frameOf, message, openChat, say, snippetOf, visit } from './support/visit.ts'

let world: World
let server: TestServer
let site: Site
let browser: Browser
beforeAll(async () => {
  world = await startWorld()
  ;({ server, site, browser } = world)
})
afterAll(() => world?.[Symbol.asyncDispose]())

async function makeWidget(config: object = {}, widget: object = {}): Promise<string> {
  const { id } = await liveWidget(
    server.client,
    { domains: [site.origin], config, ...widget },
    { starting_message: null },
  )
  site.snippet = snippetOf(server, id)
  return id
}

const saidBy = async (agent: string) => {
  const data = await server.client.listConversations({ web_widget_id: agent, include: 'conversation' })
  return data.map(({ conversation }) =>
    conversation!.items.filter(({ role }) => role === 'user').map(({ content }) => content!.join('')),
  )
}

test('five messages without a network are sent once, in order, when it is back', async () => {
  const id = await makeWidget()
  server.model.answer = () => 'Noted.'
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  const chat = await openChat(page)
  await say(chat, 'zero')
  await chat.getByText('Noted.').waitFor()
  await page.context().setOffline(true)
  for (const text of ['one', 'two', 'three', 'four', 'five']) await say(chat, text)
  await chat.getByText('You are offline.').waitFor()
  await expect.poll(() => chat.getByText('Sending…').count()).toBe(5)
  await page.context().setOffline(false)
  await expect.poll(() => chat.getByText('Sending…').count()).toBe(0)
  await expect.poll(() => saidBy(id)).toEqual([['zero', 'one', 'two', 'three', 'four', 'five']])
})

test('what was written without a network survives the browser’s tab', async () => {
  const id = await makeWidget()
  server.model.answer = () => 'Noted.'
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  const context = page.context()
  const chat = await openChat(page)
  await message(chat).waitFor()
  await context.setOffline(true)
  await say(chat, 'Remember me')
  await message(chat).fill('A draft')
  await page.close()
  await context.setOffline(false)
  const next = await context.newPage()
  await next.goto(site.origin)
  const again = await openChat(next)
  await again.getByText('Noted.').waitFor()
  await expect.poll(() => message(again).inputValue()).toBe('A draft')
  await expect.poll(() => saidBy(id)).toEqual([['Remember me']])
})

test('two tabs show the same; when the one that reads is closed, the other goes on', async () => {
  const id = await makeWidget()
  server.model.answer = () => 'First.'
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  const chat = await openChat(page)
  await say(chat, 'one')
  await chat.getByText('First.').waitFor()
  const second = await page.context().newPage()
  await second.goto(site.origin)
  const other = await openChat(second)
  await other.getByText('First.').waitFor()
  const held = holdAnswer()
  server.model.answer = () => held
  await say(other, 'two')
  held.say('Half of ')
  await other.getByText('Half of').waitFor()
  await chat.getByText('Half of').waitFor()
  await page.close()
  held.say('it.')
  held.finish()
  await other.getByRole('log').getByText('Half of it.').waitFor()
  await expect.poll(() => saidBy(id)).toEqual([['one', 'two']])
})

test('a reload in mid-reply goes on where it was', async () => {
  await makeWidget()
  const held = holdAnswer()
  server.model.answer = () => held
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  await say(await openChat(page), 'Tell me')
  held.say('Long ago in ')
  await frameOf(page).getByText('Long ago in').waitFor()
  await page.reload()
  const again = await openChat(page)
  await again.getByText('Long ago in').waitFor()
  held.say('a land.')
  held.finish()
  await again.getByRole('log').getByText('Long ago in a land.').waitFor()
})

test('a double press starts one conversation', async () => {
  const id = await makeWidget({ start_conversation_on_toggle: true })
  server.model.answer = () => 'Hi.'
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  const second = await page.context().newPage()
  await second.goto(site.origin)
  const [one, two] = await Promise.all([openChat(page), openChat(second)])
  await Promise.all([say(one, 'a'), say(two, 'b')])
  await expect.poll(async () => (await saidBy(id)).flat().toSorted()).toEqual(['a', 'b'])
  await expect.poll(() => saidBy(id)).toHaveLength(1)
})

test('with storage refused, as in a private window, the chat works until one leaves, and says so', async () => {
  await makeWidget({}, { domains: [site.foreign_origin] })
  server.model.answer = () => 'Still here.'
  await using visited = await visit(browser, site.foreign_origin)
  const { page } = visited
  const chat = await openChat(page)
  await chat.getByText('This chat ends when you leave this page.').waitFor()
  await say(chat, 'Hi')
  await chat.getByText('Still here.').waitFor()
  expect(visited.faults).toEqual([])
})

test('with the page’s storage, the visitor is known again even there', async () => {
  await makeWidget({ storage: 'host_page' }, { domains: [site.foreign_origin] })
  server.model.answer = () => 'I know you.'
  await using visited = await visit(browser, site.foreign_origin)
  const { page } = visited
  const chat = await openChat(page)
  await say(chat, 'Hi')
  await chat.getByText('I know you.').waitFor()
  await page.reload()
  const again = await openChat(page)
  await again.getByText('I know you.').waitFor()
})

test('files that are lost on their way come a moment later: the words, and what is about people', async () => {
  const id = await makeWidget()
  server.model.answer = () => 'Hello.'
  await using visited = await visit(browser, 'about:blank')
  const { page } = visited
  const lost = new Set<string>()
  await page.route(/\/(en|people|people-en)-[^/]+\.js$/, (route) => {
    const url = route.request().url()
    if (lost.has(url)) return route.continue()
    lost.add(url)
    return route.abort()
  })
  await page.goto(site.origin)
  const chat = await openChat(page)
  await say(chat, 'Hi')
  await chat.getByText('Hello.').waitFor()
  const [found] = await server.client.listConversations({ web_widget_id: id })
  const external = { id: 'ada', name: 'Ada' }
  await server.client.takeConversation({ conversation_id: found!.id, external })
  await chat.getByRole('log').getByText('Ada has joined.').waitFor()
  expect(lost.size).toBe(3)
})

test('in a page of which the browser draws no frames, what is said is there all the same', async () => {
  await makeWidget()
  server.model.answer = () => 'Hello.'
  await using visited = await visit(browser, 'about:blank')
  const { page } = visited
  await page.addInitScript('window.requestAnimationFrame = () => 0')
  await page.goto(site.origin)
  const chat = await openChat(page)
  await say(chat, 'Hi')
  await chat.getByRole('log').getByText('Hello.').waitFor()
})
