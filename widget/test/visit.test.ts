// A visitor at a site: from a plain page of another origin to a streamed reply, by mouse, by keyboard, on a phone, in Arabic.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { richConfig } from '../../console/test/support/conversations.ts'
import { holdAnswer } from '../../server/test/support/scripted-model.ts'
import type { TestServer } from '../../server/test/support/server.ts'
import { endUser, frameClient, liveWidget } from '../../server/test/web-widgets/browser.ts'
import { widgetData, widgetTypes } from '../../contract/src/index.ts'
import { type World, startWorld } from './support/pages.ts'
import { type Site, expectAccessible, message, openChat, say, snippetOf, visit } from './support/visit.ts'

let world: World
let server: TestServer
let site: Site
let browser: Browser
beforeAll(async () => {
  world = await startWorld()
  ;({ server, site, browser } = world)
})
afterAll(() => world?.[Symbol.asyncDispose]())

const greets = { starting_message: 'Good morning! What can I do for you?' }

async function makeWidget(config: object = {}, agent: object = greets, widget: object = {}): Promise<string> {
  const { id } = await liveWidget(server.client, { domains: [site.origin], config, ...widget }, agent)
  site.snippet = snippetOf(server, id)
  return id
}

test('a message is answered word by word, and everything is there again after a reload', async () => {
  await makeWidget()
  const held = holdAnswer()
  server.model.answer = () => held
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  const chat = await openChat(page)
  await say(chat, 'Do you have oolong?')
  await chat.getByText('Do you have oolong?').waitFor()
  held.say('Yes, **two** of them:\n\n- Tie Guan')
  await chat.locator('strong', { hasText: 'two' }).waitFor()
  held.say('yin\n- Dong Ding')
  held.finish()
  await chat.getByRole('log').getByText('Dong Ding').waitFor()
  await expectAccessible(page)
  await page.reload()
  const again = await openChat(page)
  await again.getByRole('log').getByText('Dong Ding').waitFor()
  await expect.poll(() => again.getByText('Do you have oolong?').count()).toBe(1)
  expect(visited.faults).toEqual([])
})

test('by keyboard alone', async () => {
  await makeWidget({ suggested_questions: ['Where is my order?'] })
  server.model.answer = () => 'It is on its way.'
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  await page.waitForFunction('window.Parley?.open')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.evaluate('Parley.isOpen')).toBe(true)
  const chat = await openChat(page)
  await expect.poll(() => chat.locator('#composer').evaluate((field) => field === document.activeElement)).toBe(true)
  await page.keyboard.type('Hello')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('there')
  await page.keyboard.press('Enter')
  await chat.getByRole('log').getByText('It is on its way.').waitFor()
  await expect.poll(() => chat.getByRole('log').getByText('Hello').innerText()).toContain('Hello\nthere')
  await page.keyboard.press('Escape')
  await expect.poll(() => page.evaluate('Parley.isOpen')).toBe(false)
  await expect.poll(() => page.evaluate('document.activeElement.dataset.parley')).toBeTruthy()
  expect(visited.faults).toEqual([])
})

test('on a phone it fills the screen, and the page behind does not move', async () => {
  await makeWidget()
  await using visited = await visit(browser, site.origin, {
    viewport: { width: 320, height: 640 },
    hasTouch: true,
    isMobile: true,
  })
  const { page } = visited
  const chat = await openChat(page)
  await message(chat).waitFor()
  await expect.poll(() => chat.locator('body').evaluate(() => [innerWidth, innerHeight])).toEqual([320, 640])
  await expect.poll(() => page.evaluate('getComputedStyle(document.documentElement).overflow')).toBe('hidden')
  await expect
    .poll(() => chat.locator('#composer').evaluate((field) => parseFloat(getComputedStyle(field).fontSize)))
    .toBeGreaterThanOrEqual(16)
  await expect.poll(() => chat.locator('body').evaluate((body) => body.scrollWidth <= innerWidth)).toBe(true)
  await expectAccessible(page)
  await page.evaluate('Parley.close()')
  await expect.poll(() => page.evaluate('getComputedStyle(document.documentElement).overflow')).toBe('visible')
})

test('in Arabic everything is mirrored', async () => {
  await makeWidget()
  site.snippet = site.snippet.replace('></script>', 'data-locale="ar"></script>')
  server.model.answer = () => 'نعم'
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  const chat = await openChat(page)
  await chat.getByRole('textbox', { name: 'الرسالة' }).fill('مرحبا')
  await page.keyboard.press('Enter')
  await chat.getByRole('log').getByText('نعم').waitFor()
  await expect.poll(() => chat.locator('html').getAttribute('dir')).toBe('rtl')
  await expect.poll(() => chat.locator('html').getAttribute('lang')).toBe('ar')
  const box = (await chat.locator('.mine .bubble').boundingBox())!
  const frame = (await chat.locator('body').boundingBox())!
  expect(box.x - frame.x).toBeLessThan(frame.width / 2)
  await expectAccessible(page)
  expect(visited.faults).toEqual([])
})

test('every kind of widget is shown; a form is answered once and stays', async () => {
  await makeWidget({}, richConfig)
  const widgets = widgetTypes.map((type) => ({
    name: `show_${type}_widget`,
    arguments: (widgetData[type] as unknown as { examples: [object] }).examples[0],
  }))
  const answers = [
    { tool_calls: [...widgets, { name: 'show_form_contact', arguments: {} }] },
    'Here.',
    'Thank you, Ada.',
  ]
  server.model.answer = () => answers.shift()!
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  const chat = await openChat(page)
  await say(chat, 'What can you show me?')
  await chat.getByText('How can we reach you?').waitFor()
  await expect.poll(() => chat.locator('.card').count()).toBeGreaterThanOrEqual(10)
  expect(await chat.locator('.card img').count()).toBe(0)
  await expectAccessible(page)
  const form = chat.locator('.card', { hasText: 'How can we reach you?' })
  await form.getByRole('button', { name: 'Send' }).click()
  await form.getByRole('alert').waitFor()
  await form.getByLabel('Name').fill('Ada')
  await form.getByRole('button', { name: 'Send' }).click()
  await chat.getByRole('log').getByText('Thank you, Ada.').waitFor()
  await page.reload()
  const again = await openChat(page)
  await again.getByText('Thank you, Ada.').waitFor()
  const answered = again.locator('.card', { hasText: 'How can we reach you?' })
  await expect.poll(() => answered.getByLabel('Name').inputValue()).toBe('Ada')
  await expect.poll(() => answered.getByLabel('Name').isDisabled()).toBe(true)
  expect(visited.faults).toEqual([])
})

test('more earlier conversations than one page has: the others follow when they are asked for, none twice', async () => {
  const limits = { conversations_per_visitor_day: 100, conversations_per_address_hour: 100 }
  const id = await makeWidget({}, greets, { limits })
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  let token = ''
  page.on('request', (request) => {
    const { authorization = '' } = request.headers()
    if (request.url().endsWith(`/${id}/conversations`)) token = authorization.slice('Bearer '.length)
  })
  server.model.answer = () => 'Gladly.'
  const chat = await openChat(page)
  await say(chat, 'Hello')
  // The first that is begun below is this one, which is ended then.
  await chat.getByRole('log').getByText('Gladly.').waitFor()
  const visitor = frameClient(server, {}, token)
  for (let count = 0; count < 53; count += 1) {
    const { conversation, ...started } = await visitor.startWebWidgetConversation({ web_widget_id: id })
    await endUser(server, started.token).endConversation({ conversation_id: conversation.id })
  }
  await chat.getByLabel('More').click()
  await chat.getByRole('button', { name: 'Your conversations' }).click()
  const rows = chat.locator('.scroll .row')
  await expect.poll(() => rows.count()).toBe(50)
  await chat.getByRole('button', { name: 'Show earlier' }).click()
  await expect.poll(() => rows.count()).toBe(53)
  // The first is the last: the only one in which somebody has written.
  await rows.last().click()
  await chat.getByRole('log').getByText('Hello').waitFor()
  expect(visited.faults).toEqual([])
})

test('form, end, feedback, a new conversation, and the one before in the history', async () => {
  const fields = [{ id: 'email', label: 'E-mail', type: 'email', required: true }]
  await makeWidget({ pre_conversation_form: { id: 'pre', title: 'Welcome', fields } })
  server.model.answer = () => 'Gladly.'
  await using visited = await visit(browser, site.origin)
  const { page } = visited
  const chat = await openChat(page)
  await chat.getByText('Welcome').waitFor()
  await expectAccessible(page)
  await chat.getByLabel('E-mail').fill('ada@example.com')
  await chat.getByRole('button', { name: 'Start' }).click()
  await chat.getByText('Good morning!').waitFor()
  await say(chat, 'Thank you')
  await chat.getByRole('log').getByText('Gladly.').waitFor()
  await chat.getByLabel('More').click()
  await chat.getByRole('button', { name: 'End conversation' }).click()
  await chat.getByRole('alertdialog').getByRole('button', { name: 'End conversation' }).click()
  await chat.getByText('This conversation has ended.').waitFor()
  await expectAccessible(page)
  await chat.getByRole('button', { name: '4 of 5 stars' }).click()
  await chat.getByText('Thank you for your feedback.').waitFor()
  await chat.getByRole('button', { name: 'New conversation' }).click()
  await message(chat).waitFor()
  await chat.getByLabel('More').click()
  await chat.getByRole('button', { name: 'Your conversations' }).click()
  await chat.getByText('Gladly.').click()
  await chat.getByRole('log').getByText('Thank you').waitFor()
  await expectAccessible(page)
  expect(visited.faults).toEqual([])
})
