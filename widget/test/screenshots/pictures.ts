// Takes the pictures of the web widget: `npm run screenshots:widget`. A site of its own origin, a scripted model, both themes; and on a
// phone, and in Arabic.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { test } from 'vitest'
import { shrinkPicture } from '../../../console/test/screenshots/shrink.ts'
import { openPage, startBrowser, themes } from '../../../console/test/support/chromium.ts'
import { holdAnswer } from '../../../server/test/support/scripted-model.ts'
import type { TestServer } from '../../../server/test/support/server.ts'
import { liveWidget } from '../../../server/test/web-widgets/browser.ts'
import { type Site, frameOf, openChat, snippetOf, startServer, startSite } from '../support/visit.ts'

const folder = join(import.meta.dirname, '../../../docs/images')
const demo = await readFile(join(import.meta.dirname, '../../demo.html'), 'utf8')

const config = {
  chat: { title: 'Harbour Lane Tea', subtitle: 'Usually answers at once' },
  suggested_questions: ['Where is my order?', 'Which tea for the evening?'],
  greeting: { text: 'Hello! Looking for a tea, or for an order?', delay_seconds: 0, frequency: 'always' },
}
const form = {
  pre_conversation_form: {
    id: 'before',
    title: 'Before we start',
    description: 'So that we can reach you if the line breaks.',
    fields: [
      { id: 'name', label: 'Name', type: 'text', required: true },
      { id: 'email', label: 'E-mail', type: 'email', required: true },
      { id: 'topic', label: 'About', type: 'select', options: ['An order', 'A tea', 'Something else'] },
      { id: 'news', label: 'Send me news of new teas', type: 'checkbox' },
    ],
    submit_label: 'Start the chat',
  },
}

interface Words {
  greeting: string
  order: string
  status: string
  carrier: string
  expected: string
  steps: [string, string, string]
  about: string
  second: string
  coming: string
  last: string
}

const english: Words = {
  greeting: 'Good morning! What can I do for you?',
  order: 'Where is my order A-1001?',
  status: 'On its way',
  carrier: 'Harbour Post',
  expected: 'Tuesday',
  steps: ['Packed', 'On its way', 'Delivered'],
  about:
    'Your order **A-1001** left Hamburg on Monday. The carrier expects to deliver it:\n\n- Tuesday between 9:00 and 12:00\n- or to your [neighbour](https://harbour-lane.example/neighbour)',
  second: 'And which tea would you drink in the evening?',
  coming: 'In the evening I would take a **rooibos**: it has no caffeine, and',
  last: 'caffeine',
}
const arabic: Words = {
  greeting: 'صباح الخير! كيف يمكنني مساعدتك؟',
  order: 'أين طلبي A-1001؟',
  status: 'في الطريق',
  carrier: 'بريد الميناء',
  expected: 'الثلاثاء',
  steps: ['تم التغليف', 'في الطريق', 'تم التسليم'],
  about:
    'غادر طلبك **A-1001** هامبورغ يوم الاثنين. ومن المتوقع تسليمه:\n\n- الثلاثاء بين 9:00 و12:00\n- أو إلى [جارك](https://harbour-lane.example/neighbour)',
  second: 'وأي شاي تنصح به في المساء؟',
  coming: 'في المساء أختار **الرويبوس**: فهو خالٍ من الكافيين، و',
  last: 'الكافيين',
}

async function take(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0)
  await page.waitForTimeout(400)
  const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' })
  await writeFile(join(folder, `${name}.png`), shrinkPicture(picture))
  console.log(name)
}

async function write(page: Page, text: string): Promise<void> {
  await frameOf(page).locator('#composer').fill(text)
  await frameOf(page).locator('#composer').press('Enter')
}

async function converse(page: Page, server: TestServer, words: Words): Promise<void> {
  const [packed, going, delivered] = words.steps
  const order = {
    name: 'show_order_tracker_widget',
    arguments: {
      order_number: 'A-1001',
      status: words.status,
      carrier: words.carrier,
      estimated_delivery: words.expected,
      steps: [
        { label: packed, state: 'done', at: '2 May' },
        { label: going, state: 'current', at: '3 May' },
        { label: delivered, state: 'upcoming' },
      ],
    },
  }
  const answers = [{ tool_calls: [order] }, words.about]
  server.model.answer = () => answers.shift()!
  const chat = await openChat(page)
  await write(page, words.order)
  await chat.getByRole('log').locator('li').last().waitFor()
  await chat.getByRole('log').locator('a').waitFor()
  const held = holdAnswer()
  server.model.answer = () => held
  await write(page, words.second)
  held.say(words.coming)
  await frameOf(page).getByText(words.last).first().waitFor()
}

/** A person takes over, and answers. */
async function askForPerson(page: Page, { client, model }: TestServer, web_widget_id: string): Promise<void> {
  model.answer = () => 'I am sorry to hear that. Shall a person look into it?'
  const chat = await openChat(page)
  await write(page, 'My teapot has arrived broken, for the second time.')
  await chat.getByRole('log').getByText('look into it').waitFor()
  await chat.getByLabel('More').click()
  await chat.getByRole('button', { name: 'Talk to a person' }).click()
  await chat.getByRole('log').getByText('A person was asked for.').waitFor()
  const [found] = await client.listConversations({ web_widget_id })
  const ida = { conversation_id: found!.id, external: { id: 'ida', name: 'Ida' } }
  const text = 'Hello, this is Ida. I am sorry! A new one leaves today, in a better box. Is the blue one all right?'
  await client.replyToConversation({ ...ida, text, take: true })
  await chat.getByRole('log').getByText('in a better box').waitFor()
  await client.showPresence({ ...ida, state: 'typing' })
  await chat.getByRole('status').getByText('Ida is writing').waitFor({ state: 'attached' })
}

interface Given {
  server: TestServer
  site: Site
  browser: Browser
}

/** A page of the demo shop with such a widget. */
async function visitShop(
  { server, site, browser }: Given,
  more: { config?: object; agent?: object; greeting?: string; attributes?: string; options: BrowserContextOptions },
) {
  const { id } = await liveWidget(
    server.client,
    { config: { ...config, ...more.config }, domains: [site.origin] },
    { starting_message: more.greeting ?? english.greeting, built_in_tools: { widgets: {} }, ...more.agent },
  )
  const page = demo
    .replaceAll(/<script[^>]*><\/script>/g, snippetOf(server, id, more.attributes))
    .replaceAll('__PARLEY_LOADER__', 'https://parley.example/public/embed/…')
    .replaceAll('__PARLEY_HINT__', 'The button in the corner opens a chat.')
  site.pages['/'] = { body: page, isWhole: true }
  const opened = await openPage(browser, more.options)
  await opened.page.goto(site.origin)
  await opened.page.locator('[data-parley]').waitFor({ state: 'attached' })
  return { ...opened, web_widget_id: id }
}

const desktop = { viewport: { width: 1280, height: 800 } }
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }

test('the pictures', async () => {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startServer())
  const site = stack.use(await startSite())
  const browser = await startBrowser()
  stack.defer(() => browser.close())
  const given = { server, site, browser }
  for (const colorScheme of themes) {
    {
      await using opened = await visitShop(given, { options: { ...desktop, colorScheme } })
      await take(opened.page, `widget-closed-${colorScheme}`)
      await (await openChat(opened.page)).locator('.chip').first().waitFor()
      await take(opened.page, `widget-open-${colorScheme}`)
      await converse(opened.page, server, english)
      await take(opened.page, `widget-${colorScheme}`)
    }
    {
      await using opened = await visitShop(given, { options: { ...phone, colorScheme } })
      await converse(opened.page, server, english)
      await take(opened.page, `widget-phone-${colorScheme}`)
    }
    {
      const agent = { hand_off: { enabled: true } }
      await using opened = await visitShop(given, { agent, options: { ...desktop, colorScheme } })
      await askForPerson(opened.page, server, opened.web_widget_id)
      await take(opened.page, `widget-person-${colorScheme}`)
    }
    {
      const more = { attributes: 'data-locale="ar"', greeting: arabic.greeting }
      await using opened = await visitShop(given, { ...more, options: { ...desktop, colorScheme } })
      await converse(opened.page, server, arabic)
      await take(opened.page, `widget-arabic-${colorScheme}`)
    }
    {
      await using opened = await visitShop(given, { config: form, options: { ...desktop, colorScheme } })
      const { page } = opened
      const chat = await openChat(page)
      await chat.getByLabel('Name').fill('Ada Lovelace')
      await take(page, `widget-form-${colorScheme}`)
      await chat.getByLabel('E-mail').fill('ada@example.com')
      await chat.getByRole('button', { name: 'Start the chat' }).click()
      server.model.answer = () => 'With pleasure. Enjoy your tea!'
      await write(page, 'Thank you, that was all.')
      await chat.getByText('Enjoy your tea!').waitFor()
      await chat.getByLabel('More').click()
      await chat.getByRole('button', { name: 'End conversation' }).click()
      await chat.getByRole('alertdialog').getByRole('button', { name: 'End conversation' }).click()
      await chat.getByRole('button', { name: '4 of 5 stars' }).waitFor()
      await take(page, `widget-ended-${colorScheme}`)
    }
  }
}, 300_000)
