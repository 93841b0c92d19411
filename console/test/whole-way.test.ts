// The whole way of somebody who runs an agent: made, tried, ended, found again, published, talked to.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { openPage, signIn, startBrowser } from './support/browser.ts'
import { begin, say, script, transcript } from './support/tester.ts'
import { inboxTexts } from '../src/inbox/texts.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const config = {
  instructions: 'You are the support desk of Harbour Lane.',
  starting_message: 'Good morning!',
  built_in_tools: { widgets: {} },
  tools: [
    {
      name: 'find_order',
      description: 'Finds an order.',
      properties: { number: { type: 'string' } },
      output: 'Order {{ number }} left Hamburg on Monday.',
    },
  ],
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

/** A new agent, and its first draft as JSON. */
async function makeAgent(page: Page): Promise<string> {
  await page.getByRole('link', { name: 'Agents', exact: true }).click()
  await press(page, 'New agent')
  await page.getByLabel('Name', { exact: true }).fill('Harbour Lane')
  await press(page, 'Create agent')
  await page.getByRole('heading', { level: 1, name: 'Harbour Lane' }).waitFor()
  await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: 'JSON' }).click()
  await page.getByLabel('Configuration as JSON').fill(JSON.stringify(config))
  await press(page, 'Save draft')
  await page.getByText('Unsaved changes').waitFor({ state: 'hidden' })
  return new URL(page.url()).pathname.split('/')[2]!
}

/** Its draft becomes what everybody talks to. */
async function publishDraft(page: Page, agent_id: string): Promise<void> {
  await page.goto(`${server.url}/agents/${agent_id}`)
  await press(page, 'Publish')
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click()
  await page.getByText('v1 is published', { exact: true }).first().waitFor()
}

async function tryDraft(page: Page, agent_id: string): Promise<void> {
  await page.goto(`${server.url}/agents/${agent_id}/try`)
  await page.getByRole('heading', { name: 'Draft, version 1' }).waitFor()
  await begin(page)
  await transcript(page).getByText('Good morning!').waitFor()
  const action = { label: 'Return it', message: 'I would like to return it.' }
  const card = { title: 'Order A-1001', actions: [action] }
  script(
    server,
    { tool_calls: [{ name: 'find_order', arguments: { number: 'A-1001' } }] },
    { tool_calls: [{ name: 'show_detail_widget', arguments: card }] },
    'It left on Monday.',
    'I have noted the return.',
  )
  await say(page, 'Where is A-1001?')
  await transcript(page).getByText('It left on Monday.').waitFor()
  await transcript(page).getByText('find_order').click()
  await transcript(page).getByText('Order A-1001 left Hamburg on Monday.').waitFor()
  await transcript(page).getByRole('button', { name: 'Return it' }).click()
  await transcript(page).getByText('I have noted the return.').waitFor()
}

async function endTrial(page: Page): Promise<void> {
  script(server, 'Asked for A-1001, and returns it.')
  await page.getByRole('button', { name: 'End', exact: true }).click()
  await page.getByLabel('Reason').fill('Tried enough')
  await page.getByRole('button', { name: 'End conversation' }).click()
  await page.getByText('Ended: By API · Tried enough').waitFor()
  await page.getByText('Asked for A-1001, and returns it.').waitFor()
}

async function findInInbox(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Inbox', exact: true }).last().click()
  await page.getByLabel('Search end users').fill('tester')
  const row = page.getByRole('row').filter({ hasText: 'tester' })
  await row.filter({ hasText: 'Asked for A-1001, and returns it.' }).waitFor()
  expect((await row.innerText()).replaceAll(/\s+/g, ' ')).toMatch(/tester.*returns it\. Completed By API In Text 2 /)
  await row.click()
}

async function seeItEnded(page: Page): Promise<void> {
  const details = page.getByRole('complementary', { name: 'Details' })
  for (const text of ['Completed', 'Tried enough', 'Asked for A-1001, and returns it.', 'conversation.ended']) {
    await details.getByText(text, { exact: true }).first().waitFor()
  }
  for (const text of ['Good morning!', 'Where is A-1001?', 'find_order', 'Return it', 'I have noted the return.']) {
    await transcript(page).getByText(text, { exact: true }).first().waitFor()
  }
  // Nothing can be said there any more, and its buttons are only to be looked at.
  await expect.poll(() => page.getByRole('button', { name: 'End', exact: true }).count()).toBe(0)
  await expect.poll(() => transcript(page).getByRole('button', { name: 'Return it' }).count()).toBe(0)
}

test('from a new agent to an ended conversation, and to the first one with an end user', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server)
  const agent_id = await makeAgent(page)
  await tryDraft(page, agent_id)
  await endTrial(page)
  await findInInbox(page)
  await seeItEnded(page)

  await publishDraft(page, agent_id)
  await page.goto(`${server.url}/inbox?agent_id=${agent_id}`)
  await page.getByText(inboxTexts.emptyFilteredTitle).waitFor()
  script(server, 'How can I help?')
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  const reply = await server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' })
  expect(reply.reply).toBe('How can I help?')
  const row = page.getByRole('row').filter({ hasText: 'ada' })
  await row.filter({ hasText: 'Active' }).waitFor()
  await row.click()
  await transcript(page).getByText('How can I help?').waitFor()
  expect(faults).toEqual([])
})
