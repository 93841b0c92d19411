// One conversation: what was said and done, live, and what can be done about it.
import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, holdAnswer } from '../../server/test/support/scripted-model.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { answerJson, opened_hosts, startToolPeer } from '../../server/test/support/tool-peer.ts'
import {
  expectAccessible,
  hasFocus,
  isAsked,
  isFocused,
  isNoticed,
  openPage,
  signIn,
  startBrowser,
  themes,
} from './support/browser.ts'
import { startSilentProxy } from './support/silent-proxy.ts'
import { holdRichConversation, makeAgent, richConfig } from './support/conversations.ts'
import { conversationTexts } from '../src/conversation/texts.ts'
import { shellTexts } from '../src/shell/texts.ts'
import { transcriptTexts } from '../src/transcript/texts.ts'

let server: TestServer
let browser: Browser
let agent_id: string

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(opened_hosts), startBrowser()])
  agent_id = await makeAgent(server, 'Harbour Lane', richConfig)
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

async function begin(): Promise<string> {
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  return conversation.id
}
const addressOf = (conversation_id: string) => `/conversations/${conversation_id}`
const transcript = (page: Page) => page.getByRole('region', { name: 'Transcript' })
const details = (page: Page) => page.getByRole('complementary', { name: 'Details' })

describe('what has happened', () => {
  test('is all there: bubbles, calls with request, response and error, every widget, where the time went', async () => {
    const conversation_id = await holdRichConversation(server, agent_id)
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, addressOf(conversation_id))
    const said = transcript(page)
    await said.getByText('Where is my order A-1001?').waitFor()
    await said.getByText('find_order').click()
    await said.getByText('"number": "A-1001"').waitFor()
    await said.getByText('it left Hamburg on Monday').waitFor()
    await said.getByText('open_ticket').click()
    await said.getByText('Failed', { exact: true }).waitFor()
    await said.getByText('Error', { exact: true }).waitFor()
    const widgets = [
      'Sea view',
      '120 EUR',
      'Teapots',
      '4.5 of 5',
      'Add to cart',
      'We are closed on public holidays.',
      '9:00 to 18:00',
      'Your bookings',
      'Book a room',
      'One-time code',
    ]
    for (const text of [...widgets, 'Phone number', 'Order A-1001', '140 EUR', 'How can we reach you?']) {
      await said.getByText(text).first().waitFor()
    }
    // Markdown, and links that lead elsewhere safely; pictures are named and not loaded.
    await expect.poll(() => said.locator('strong').allInnerTexts()).toEqual(['breakfast'])
    for (const name of ['bakery next door', 'hotel.example', 'Picture at hotel.example']) {
      const link = said.getByRole('link', { name, exact: true })
      await expect.poll(() => link.getAttribute('href')).toMatch(/^https:/)
      await expect.poll(() => link.getAttribute('rel')).toBe('noopener noreferrer')
    }
    await expect.poll(() => said.locator('img').count()).toBe(0)
    await said.getByText('No reply').waitFor()
    await said
      .getByRole('button', { name: /Answered in/ })
      .first()
      .click()
    const breakdown = page.getByRole('dialog', { name: 'Where the time went' })
    await expect.poll(() => breakdown.innerText()).toMatch(/Model\s+\d+.*Tools\s+\d+.*Rest\s+\d+.*openai\/scripted/s)
    await page.keyboard.press('Escape')

    const facts = details(page)
    for (const text of [
      'Harbour Lane',
      'v1',
      'Inbound',
      'Came from the page of teapots.',
      '38.00 EUR',
      'turn.failed',
    ]) {
      await facts.getByText(text).first().waitFor()
    }
    await facts.getByText('conversation.created').click()
    await facts.getByText('"channel": "text"').waitFor()
    expect(faults).toEqual([])
  })

  test('what was brought in with a widget of no known shape is shown all the same', async () => {
    const id = crypto.randomUUID()
    const output = { widget: { type: 'carousel', data: {} } }
    const call = { call_id: 'x', name: 'show_carousel_widget' }
    await server.client.importConversations({
      conversations: [
        {
          id,
          channel: 'text',
          status: 'completed',
          user_id: 'old',
          created_at: '2026-01-01T00:00:00Z',
          conversation: {
            items: [
              { type: 'function_call', ...call, arguments: {} },
              { type: 'function_call_output', ...call, output },
              { type: 'message', role: 'assistant', content: ['<b>Bold</b>'] },
            ],
          },
        },
      ],
    })
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, addressOf(id))
    await transcript(page).getByText(transcriptTexts.widgets.unknown).waitFor()
    await transcript(page).getByText('<b>Bold</b>').waitFor()
  })

  test('a viewer sees what is not sensitive, and no buttons that they cannot use', async () => {
    const conversation_id = await begin()
    const { pat_key } = await server.client.createOrganizationKey({ name: 'Viewer', role: 'viewer' })
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, addressOf(conversation_id), pat_key)
    await transcript(page).getByText(transcriptTexts.hidden).waitFor()
    await details(page).getByText('Harbour Lane').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'End', exact: true }).count()).toBe(0)
    // Not that there were none.
    await expect.poll(() => details(page).getByText('No events yet.').count()).toBe(0)
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await expect.poll(() => page.getByRole('menuitem').allInnerTexts()).toEqual(['Copy ID'])
    expect(faults).toEqual([])
  })

  test('on a narrow screen the details are where one is led to', async () => {
    const conversation_id = await holdRichConversation(server, agent_id)
    await using opened = await openPage(browser, { viewport: { width: 390, height: 800 } })
    const { page } = opened
    await signIn(page, server, addressOf(conversation_id))
    await transcript(page).getByText('And now?').waitFor()
    await page.getByRole('button', { name: 'Show details' }).click()
    await expect
      .poll(async () => (await details(page).getByRole('heading', { name: 'Conversation' }).boundingBox())!.y)
      .toBeLessThan(300)
  })

  test('what is not there says so', async () => {
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, addressOf(crypto.randomUUID()))
    await page.getByRole('heading', { name: shellTexts.notFound.title }).waitFor()
  })
})

describe('what happens now', () => {
  test('streams in; a reload in mid-stream and a lost connection lose and double nothing', async () => {
    const conversation_id = await begin()
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, addressOf(conversation_id))
    await transcript(page).getByText('Good morning!').waitFor()
    const answer = holdAnswer()
    server.model.answer = () => answer
    const reply = server.client.sendConversationMessage({ conversation_id, text: 'Tell me a tale.' })
    await transcript(page).getByText('Tell me a tale.').waitFor()
    await answer.asked
    answer.say('There once was ')
    await transcript(page).getByText('There once was').waitFor()
    await page.reload()
    await transcript(page).getByText('There once was').waitFor()
    answer.say('a time ')
    await transcript(page).getByText('There once was a time').waitFor()
    await page.context().setOffline(true)
    await page.context().setOffline(false)
    answer.say('with a teapot.')
    answer.finish()
    await reply
    await transcript(page).getByText('There once was a time with a teapot.').waitFor()
    await transcript(page)
      .getByRole('button', { name: /Answered in/ })
      .waitFor()
    await expect.poll(() => transcript(page).getByText('There once was').count()).toBe(1)
    await expect.poll(() => transcript(page).getByText('Tell me a tale.').count()).toBe(1)
    expect(faults).toEqual([])
  })

  test('says within seconds that the server is silent, and has all of it when it is back', async () => {
    const conversation_id = await begin()
    await using way = await startSilentProxy(server.url)
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, { url: way.url, admin_key: server.admin_key }, addressOf(conversation_id))
    await page.getByText('Live', { exact: true }).waitFor()
    server.model.answer = () => 'I am.'
    way.fallSilent()
    await page.getByText(transcriptTexts.reconnecting).waitFor()
    await server.client.sendConversationMessage({ conversation_id, text: 'Is anybody there?' })
    way.comeBack()
    await page.getByText('Live', { exact: true }).waitFor()
    await transcript(page).getByText('I am.').waitFor()
  })

  test('a tool call is shown while it runs, whenever it began, and after a reload', async () => {
    await using slow = await startToolPeer()
    const called = Promise.withResolvers<() => void>()
    slow.answer = (_request, response) => called.resolve(() => answerJson(response, {}))
    // It runs as long as the test wants.
    const calls = { actions: [{ type: 'http', url: slow.url }], timeout_ms: 600_000 }
    const tools = [{ name: 'look_up', description: 'Looks.', ...calls }]
    const patient = await makeAgent(server, 'Patient', { tools })
    const { conversation } = await server.client.createConversation({
      channel: 'text',
      user_id: 'ada',
      agent_id: patient,
    })
    const conversation_id = conversation.id
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, addressOf(conversation_id))
    // Long after all that the stream tells of its turn, the model makes up its mind.
    const thought = holdAnswer()
    const answers: Answer[] = [{ text: thought, tool_calls: [{ name: 'look_up', arguments: {} }] }, 'Found.']
    server.model.answer = () => answers.shift()!
    const reply = server.client.sendConversationMessage({ conversation_id, text: 'Look it up.' })
    await thought.asked
    await details(page).getByText('turn.started').waitFor()
    await transcript(page).getByText('Replying…').waitFor()
    // What it read at the start of the turn has come.
    await transcript(page).getByText('Look it up.').waitFor()
    await details(page).getByText('(5)').waitFor()
    thought.finish()
    const finish = await called.promise
    await transcript(page).getByText('Running', { exact: true }).waitFor()
    await page.reload()
    await transcript(page).getByText('look_up').waitFor()
    await transcript(page).getByText('Running', { exact: true }).waitFor()
    finish()
    await reply
    await transcript(page).getByText('Found.').waitFor()
    await expect.poll(() => transcript(page).getByText('Running', { exact: true }).count()).toBe(0)
    expect(faults).toEqual([])
  })

  test('two tabs show the same; a reply is cancelled in one, and kept as interrupted in both', async () => {
    const conversation_id = await begin()
    await using first = await openPage(browser)
    await using second = await openPage(browser)
    for (const { page } of [first, second]) await signIn(page, server, addressOf(conversation_id))
    const answer = holdAnswer()
    server.model.answer = () => answer
    const reply = server.client.sendConversationMessage({ conversation_id, text: 'Go on and on.' }).catch(() => {})
    await answer.asked
    answer.say('And so ')
    for (const { page } of [first, second]) await transcript(page).getByText('And so').waitFor()
    await first.page.getByRole('button', { name: 'Cancel reply' }).click()
    await isNoticed(first.page, conversationTexts.actions.cancelled)
    for (const { page } of [first, second]) {
      await transcript(page).getByText('Interrupted', { exact: true }).waitFor()
      await transcript(page).getByText('Reply cancelled').waitFor()
      await page.getByRole('button', { name: 'Cancel reply' }).waitFor({ state: 'detached' })
    }
    answer.finish()
    await reply
  })

  test('is ended with a reason, and says who ended it and why', async () => {
    const conversation_id = await begin()
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, addressOf(conversation_id))
    await page.getByRole('button', { name: 'End', exact: true }).click()
    await page.getByLabel('Reason').fill('Nobody was there')
    await page.getByRole('button', { name: 'End conversation' }).click()
    await isNoticed(page, transcriptTexts.endDialog.done)
    await details(page).getByText('Nobody was there').waitFor()
    await details(page).getByText('conversation.ended').waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'End', exact: true }).count()).toBe(0)
    expect(await server.client.getConversation({ conversation_id })).toMatchObject({
      ended_by: { reason: 'Nobody was there' },
    })
    expect(faults).toEqual([])
  })

  test('is deleted only after a question, by keyboard alone', async () => {
    const conversation_id = await begin()
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, addressOf(conversation_id))
    const more = page.getByRole('button', { name: 'More', exact: true })
    const item = page.getByRole('menuitem', { name: 'Delete' })
    const remove = async () => {
      await page.keyboard.press('Enter')
      await item.waitFor()
      // The focus comes into the menu a moment after it is shown.
      await expect.poll(() => page.keyboard.press('End').then(() => isFocused(item))).toBe(true)
      await page.keyboard.press('Enter')
      await isAsked(page.getByRole('dialog'))
    }
    await more.focus()
    await remove()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await hasFocus(more)
    expect((await server.client.getConversation({ conversation_id })).status).toBe('in_progress')
    await remove()
    await page.getByRole('button', { name: conversationTexts.deleteDialog.submit }).press('Enter')
    await page.getByRole('heading', { name: 'Inbox' }).waitFor()
    await expect(server.client.getConversation({ conversation_id })).rejects.toThrow('not found')
  })
})

describe('exports', () => {
  test('are a file for programs, and a page for people that needs nothing else', async () => {
    const conversation_id = await holdRichConversation(server, agent_id)
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, addressOf(conversation_id))
    await transcript(page).getByText('And now?').waitFor()
    const save = async (name: string) => {
      await page.getByRole('button', { name: 'Export' }).click()
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name }).click(),
      ])
      return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
    }
    const json = await save('JSON')
    expect(json.name).toBe(`conversation-${conversation_id}.json`)
    const stored = await server.client.getConversation({ conversation_id })
    expect(JSON.parse(json.text)).toMatchObject({
      conversation: { id: conversation_id, conversation: stored.conversation },
    })
    const html = await save('Readable page')
    expect(html.name).toBe(`conversation-${conversation_id}.html`)
    for (const text of ['Where is my order A-1001?', 'find_order']) {
      expect(html.text).toContain(text)
    }
  })
})

describe('how it looks', () => {
  test.each(themes)('axe finds nothing in %s, wide and narrow, with what opens', async (colorScheme) => {
    const conversation_id = await holdRichConversation(server, agent_id)
    for (const width of [1280, 390]) {
      await using opened = await openPage(browser, { colorScheme, viewport: { width, height: 800 } })
      const { page } = opened
      await signIn(page, server, addressOf(conversation_id))
      await transcript(page).getByText('And now?').waitFor()
      await transcript(page).getByText('find_order').click()
      if (width < 900) await page.getByRole('button', { name: 'Show details' }).click()
      await details(page).getByText('conversation.created').waitFor()
      await expectAccessible(page)
      await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      await page.getByRole('button', { name: 'End', exact: true }).click()
      await page.getByRole('dialog').waitFor()
      await expectAccessible(page)
    }
  })
})
