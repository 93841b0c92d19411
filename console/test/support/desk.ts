// The desk, as the people who answer use it in a browser.
import type { Conversation } from '@parley/contract'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { createUser, setUserPassword } from '../../../server/src/access/administration.ts'
import { testPorts } from '../../../server/test/support/ports.ts'
import type { TestServer } from '../../../server/test/support/server.ts'
import { deskTexts } from '../../src/desk/texts.ts'
import { handlingTexts } from '../../src/handling/texts.ts'
import { openPage, signInAs } from './browser.ts'
import type { OpenPage } from './chromium.ts'

const password = 'correct horse battery'

export interface Colleague {
  user_id: string
  email: string
  name: string
}

/** A member who can answer, with a name and a password. */
export async function makeColleague(
  server: TestServer,
  name: string,
  role: 'responder' | 'admin' = 'responder',
): Promise<Colleague> {
  const administration = { database: server.database, ports: testPorts }
  const email = `${name.toLowerCase()}-${crypto.randomUUID()}@example.test`
  const { user_id } = await createUser(administration, { email, name, organization: server.organization_id, role })
  await setUserPassword(administration, { email, password })
  return { user_id, email, name }
}

/** Reads the desk on the page, which was somewhere else, until it has the first event of the feed: whatever happens later comes after it. */
export async function gotoHearing(page: Page, address: string): Promise<void> {
  // Nothing of the page before is heard.
  await page.goto('about:blank')
  const network = await page.context().newCDPSession(page)
  const heard = Promise.withResolvers<void>()
  let feed: string | undefined
  network.on('Network.responseReceived', ({ requestId, response }) => {
    if (new URL(response.url).pathname === '/core/conversations/changes') feed = requestId
  })
  network.on('Network.dataReceived', ({ requestId }) => {
    if (requestId === feed) heard.resolve()
  })
  await network.send('Network.enable')
  await page.goto(address)
  await heard.promise
  await network.detach()
}

/** In a browser in which nobody is signed in. */
export const enterDesk = (page: Page, node: { url: string }, person: Colleague, path = '/desk'): Promise<void> =>
  signInAs(page, node, person.email, password, path)

/** Their desk in a browser of their own, at whichever node. */
export async function openDesk(
  browser: Browser,
  node: { url: string },
  person: Colleague,
  path = '/desk',
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const opened = await openPage(browser, options)
  await enterDesk(opened.page, node, person, path)
  return opened
}

/** A conversation with the agent, in which the end user has said something if there is a text. */
export async function beginTalk(server: TestServer, agent_id: string, user_id: string, text?: string): Promise<string> {
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id, agent_id })
  if (text !== undefined) await server.client.sendConversationMessage({ conversation_id: conversation.id, text })
  return conversation.id
}

export const readTalk = (server: TestServer, conversation_id: string): Promise<Conversation> =>
  server.client.getConversation({ conversation_id })

export const rowOf = (page: Page, user_id: string) =>
  page.getByRole('grid', { name: deskTexts.list }).getByRole('row').filter({ hasText: user_id })
export const bar = (page: Page) => page.getByRole('region', { name: handlingTexts.label })
export const composer = (page: Page) => page.getByRole('region', { name: handlingTexts.composer.label })
export const replyField = (page: Page) => page.getByLabel(handlingTexts.composer.replyLabel)
export const noteField = (page: Page) => page.getByLabel(handlingTexts.composer.noteLabel)
export const transcript = (page: Page) => page.getByRole('region', { name: 'Transcript' })
