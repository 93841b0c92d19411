// What stands beside a conversation: its analysis, the deliveries of its events; and turns beyond the first page of them.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asked, end, found, script, speak } from '../../server/test/analysis/fixture.ts'
import { holdAnswer } from '../../server/test/support/scripted-model.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { opened_hosts } from '../../server/test/webhooks/fixture.ts'
import { type Receiver, answer, startReceiver } from '../../server/test/webhooks/receiver.ts'
import { expectAccessible, isNoticed, openPage, signIn, startBrowser } from './support/browser.ts'
import { makeAgent } from './support/conversations.ts'
import { conversationTexts } from '../src/conversation/texts.ts'

let server: TestServer
let browser: Browser
let receiver: Receiver
let agent_id: string

beforeAll(async () => {
  ;[server, browser, receiver] = await Promise.all([startTestServer(opened_hosts), startBrowser(), startReceiver()])
  agent_id = await makeAgent(server, 'Harbour Lane', { analysis: { summary: { enabled: true } } })
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
  await receiver?.[Symbol.asyncDispose]()
})

async function begin(): Promise<string> {
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  return conversation.id
}
const addressOf = (conversation_id: string) => `/conversations/${conversation_id}`
const section = (page: Page, name: string) =>
  page
    .getByRole('complementary', { name: 'Details' })
    .locator('section')
    .filter({ has: page.getByRole('heading', { name }) })

test('the analysis is shown with its state, and runs again when it is asked to', async () => {
  const conversation_id = await begin()
  server.model.answer = () => 'A reply.'
  await server.client.sendConversationMessage({ conversation_id, text: 'Where is my parcel?' })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, addressOf(conversation_id))
  const analysis = section(page, 'Analysis')
  await analysis.getByText(conversationTexts.analysis.none).waitFor()
  await expect.poll(() => analysis.getByRole('button').count()).toBe(0)

  server.model.answer = () => 'It was about a parcel.'
  await server.client.endConversation({ conversation_id, prefer: 'wait=30' })
  await analysis.getByText('It was about a parcel.').waitFor()
  const held = holdAnswer()
  server.model.answer = () => held
  await analysis.getByRole('button', { name: 'Run again' }).click()
  await isNoticed(page, conversationTexts.analysisActions.queued)
  await held.asked
  await analysis.getByText(/Waiting|Running/).waitFor()
  await analysis.getByText('It was about a parcel.').waitFor()
  await expect.poll(() => analysis.getByRole('button', { name: 'Run again' }).isDisabled()).toBe(true)
  held.say('It was about a teapot.')
  held.finish()
  await analysis.getByText('It was about a teapot.').waitFor()
  await analysis.getByText('Done').waitFor()
  await expect.poll(() => section(page, 'Events').getByText('conversation.analyzed').count()).toBe(2)

  server.model.answer = () => 400
  await analysis.getByRole('button', { name: 'Run again' }).click()
  await analysis.getByText('Failed').waitFor()
  await analysis.getByText(/1 try/).waitFor()
  await analysis.getByText('It was about a teapot.').waitFor()
  expect(faults).toEqual([])
})

test('outcome, success and extracted fields are shown, and earlier results on request', async () => {
  const agent = await makeAgent(server, 'Lost and found', { analysis: asked })
  const conversation_id = await speak(server, agent)
  script(server, { summary: 'They asked for two parcels.', questions: found })
  await end(server, conversation_id)
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, addressOf(conversation_id))
  const analysis = section(page, 'Analysis')
  for (const text of ['They asked for two parcels.', 'found', 'Yes', found.success_reason, '4711', 'openai/scripted'])
    await analysis.getByText(text, { exact: true }).first().waitFor()
  await expect.poll(() => analysis.getByText('Earlier results').count()).toBe(0)

  script(server, { summary: 'They found nothing.', questions: { ...found, outcome: 'lost', success: false } })
  await analysis.getByRole('button', { name: 'Run again' }).click()
  await analysis.getByText('They found nothing.').waitFor()
  await analysis.getByText('No', { exact: true }).waitFor()
  await analysis.getByText('Earlier results').click()
  const earlier = analysis.getByRole('list', { name: 'Earlier results' })
  await earlier.getByText('They asked for two parcels.').waitFor()
  await earlier.getByText('Run 1').waitFor()
  await expect.poll(() => earlier.getByRole('listitem').count()).toBe(1)
  await expectAccessible(page)
  expect(faults).toEqual([])
})

test('deliveries are listed with their tries and answers, by themselves, and are sent again', async () => {
  receiver.answer = (response) => answer(response, 410, 'Gone fishing')
  const endpoint = await server.client.createWebhookEndpoint({ url: receiver.url, events: ['conversation.*'] })
  receiver.secret = endpoint.secret
  const webhook_id = endpoint.id
  const conversation_id = await begin()
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, addressOf(conversation_id))
  const deliveries = section(page, 'Webhook deliveries')
  const created = deliveries.getByRole('listitem').filter({ hasText: 'conversation.created' }).first()
  await created.getByText('conversation.created').click()
  await created.getByText('Answered 410').waitFor()
  await created.getByText('Gone fishing').waitFor()
  await created.getByText(receiver.url).waitFor()
  await created.getByText('Failed').waitFor()
  await expectAccessible(page)

  // 410 has switched the endpoint off: nothing is sent, and the page says why.
  await created.getByRole('button', { name: 'Send again' }).click()
  await isNoticed(page, 'The webhook endpoint is not active. Activate it first.')
  await server.client.updateWebhookEndpoint({ webhook_id, active: true })
  receiver.answer = (response) => answer(response, 204)
  await created.getByRole('button', { name: 'Send again' }).click()
  await isNoticed(page, conversationTexts.deliveries.sent)
  await created.getByText('Answered 204').waitFor()
  await created.getByText('Delivered').waitFor()
  await created.getByText(conversationTexts.deliveries.tries(2)).waitFor()

  await server.client.endConversation({ conversation_id, prefer: 'wait=0' })
  await deliveries.getByText('conversation.ended').waitFor()
  expect(faults).toEqual([])

  // People who cannot see webhooks see no such section.
  const { pat_key } = await server.client.createOrganizationKey({ name: 'Reader', scopes: ['conversations:read'] })
  await using other = await openPage(browser)
  await signIn(other.page, server, addressOf(conversation_id), pat_key)
  await section(other.page, 'Analysis').waitFor()
  await expect.poll(() => section(other.page, 'Webhook deliveries').count()).toBe(0)
  await expect.poll(() => section(other.page, 'Analysis').getByRole('button').count()).toBe(0)
  expect(other.faults).toEqual([])
})

test('a turn that failed after more than a hundred others is told of', async () => {
  const conversation_id = await begin()
  await server.database.pool.query(
    `with added as (
       insert into turns (id, organization_id, conversation_id, sequence, status, outcome, concurrency, interactivity,
                          agent_version_id, attempts, accepted_by, queued_at, finished_at)
       select gen_random_uuid(), c.organization_id, c.id, n, 'completed', 'reply', 'queue', 'plain', c.agent_version_id, 1,
              gen_random_uuid(), now(), now()
       from conversations c, generate_series(1, 230) n where c.id = $1
     )
     update conversation_progress set next_turn = 231 where conversation_id = $1`,
    [conversation_id],
  )
  server.model.answer = () => 400
  await server.client.sendConversationMessage({ conversation_id, text: 'And now?' }).catch(() => {})
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, addressOf(conversation_id))
  const transcript = page.getByRole('region', { name: 'Transcript' })
  await transcript.getByText('No reply').waitFor()
  await server.client.sendConversationMessage({ conversation_id, text: 'Still nothing?' }).catch(() => {})
  await expect.poll(() => transcript.getByText('No reply').count()).toBe(2)
  expect(faults).toEqual([])
})
