// Takes the pictures of the web widget: `npm run screenshots:widget`. A site of its own origin, a scripted model, both themes; and on a
// phone, and in Arabic.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { test } from 'vitest'
import { shrinkPicture } from '../../../console/test/screenshots/shrink.ts'
import { openPage, startBrowser, themes } from '../../../console/test/support/chromium.ts'
import { holdAnswer } from '../../../server/test/support/scripted-model.ts'
import type { TestServer } from '../../../server/test/support/server.ts'
import { liveWidget } from '../../../server/test/web-widgets/browser.ts'
import { frameOf, openChat, say, snippetOf, startServer, startSite } from '../support/visit.ts'

const folder = join(import.meta.dirname, '../../../docs/images')
const demo = await readFile(join(import.meta.dirname, '../../demo.html'), 'utf8')

const config = {
  chat: { title: 'Harbour Lane Tea', subtitle: 'Usually answers at once' },
  suggested_questions: ['Where is my order?', 'Which tea for the evening?'],
  greeting: { text: 'Hello! Looking for a tea, or for an order?', delay_seconds: 0, frequency: 'always' },
}
const order = {
  name: 'show_order_tracker_widget',
  arguments: {
    order_number: 'A-1001',
    status: 'On its way',
    carrier: 'Harbour Post',
    estimated_delivery: 'Tuesday',
    steps: [
      { label: 'Packed', state: 'done', at: '2 May' },
      { label: 'On its way', state: 'current', at: '3 May' },
      { label: 'Delivered', state: 'upcoming' },
    ],
  },
}
async function take(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0)
  await page.waitForTimeout(400)
  const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' })
  await writeFile(join(folder, `${name}.png`), shrinkPicture(picture))
  console.log(name)
}

async function converse(page: Page, server: TestServer): Promise<void> {
  const answers = [
    { tool_calls: [order] },
    'Your order **A-1001** left Hamburg on Monday. The carrier expects to deliver it:\n\n- Tuesday between 9:00 and 12:00\n- or to your [neighbour](https://harbour-lane.example/neighbour)',
  ]
  server.model.answer = () => answers.shift()!
  const chat = await openChat(page)
  await chat
    .getByText('Good morning!')
    .waitFor({ timeout: 3000 })
    .catch(() => {})
  await say(chat, 'Where is my order A-1001?')
  await chat.getByRole('log').getByText('neighbour').waitFor()
  const held = holdAnswer()
  server.model.answer = () => held
  await say(chat, 'And which tea would you drink in the evening?')
  held.say('In the evening I would take a **rooibos**: it has no')
  await frameOf(page).getByText('rooibos').waitFor()
}

test('the pictures', async () => {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startServer())
  const site = stack.use(await startSite())
  const browser = await startBrowser()
  stack.defer(() => browser.close())
  const { id } = await liveWidget(
    server.client,
    { config, domains: [site.origin] },
    { starting_message: 'Good morning! What can I do for you?', built_in_tools: { widgets: {} } },
  )
  for (const theme of themes) {
    for (const [name, options, attributes] of [
      ['widget', { viewport: { width: 1280, height: 800 } }, ''],
      ['widget-phone', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }, ''],
      ['widget-arabic', { viewport: { width: 1280, height: 800 } }, 'data-locale="ar"'],
    ] as const) {
      site.pages['/'] = {
        body:
          demo
            .replaceAll(/<script[^>]*><\/script>/g, '')
            .replaceAll('__PARLEY_LOADER__', 'https://parley.example/public/embed/…')
            .replaceAll('__PARLEY_HINT__', 'The button in the corner opens a chat.') +
          snippetOf(server, id, attributes),
      }
      await using opened = await openPage(browser, { colorScheme: theme, ...options })
      const { page } = opened
      await page.goto(site.origin)
      if (name === 'widget') {
        await page.locator('[data-parley]').waitFor({ state: 'attached' })
        await take(page, `widget-closed-${theme}`)
      }
      await converse(page, server)
      await take(page, `${name}-${theme}`)
    }
  }
}, 300_000)
