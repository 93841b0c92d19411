// The list of agents, what can be done about one as a whole, and how all of it looks.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, refusal, startTestServer } from '../../server/test/support/server.ts'
import { expectAccessible, openPage, signIn, startBrowser, themes } from './support/browser.ts'
import { bringIn, makeAgent, richConfig } from './support/conversations.ts'
import { agentTexts } from '../src/agents/texts.ts'
import { texts } from '../src/texts/index.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const table = (page: Page) => page.getByRole('table', { name: 'Agents' })
const rowOf = (page: Page, name: string) =>
  table(page)
    .getByRole('row')
    .filter({ has: page.getByRole('link', { name, exact: true }) })
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const choose = async (page: Page, name: string, item: string) => {
  await press(page, `More about ${name}`)
  await page.getByRole('menuitem', { name: item }).click()
}

describe('the list', () => {
  test('shows what each agent is, by itself as far as it is scrolled; a search is in the address', async () => {
    const agent_id = await makeAgent(server, 'Talkative')
    await server.client.createAgentVersion({ agent_id, base_version: 1 })
    await bringIn(server, 3, () => ({ agent_id }))
    await Promise.all(
      Array.from({ length: 60 }, (_none, index) => server.client.createAgent({ name: `Many ${index}` })),
    )
    await using opened = await openPage(browser)
    const { page, faults } = opened
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await signIn(page, server, '/agents')
    await table(page).waitFor()
    await table(page).getByRole('link').last().scrollIntoViewIfNeeded()
    await expect.poll(() => table(page).getByRole('link', { name: /^Many/ }).count()).toBe(60)
    const row = rowOf(page, 'Talkative')
    await row.getByText('v2').waitFor()
    expect((await row.innerText()).replaceAll(/\s+/g, ' ')).toMatch(/Talkative Published v1 Draft v2 3 0 \S+/)
    // One request for each page of the list, whatever is shown of each agent.
    expect(asked.filter((path) => path.startsWith('/core/agents'))).toEqual(['/core/agents', '/core/agents'])

    await page.keyboard.press('/')
    await page.keyboard.type('TALK')
    await expect.poll(() => new URL(page.url()).search).toBe('?name=TALK')
    await expect.poll(() => table(page).getByRole('link').count()).toBe(1)
    await page.reload()
    await rowOf(page, 'Talkative').waitFor()
    await page.goto(`${server.url}/agents?name=nobody`)
    await page.getByText(agentTexts.agents.emptyFilteredTitle).waitFor()
    expect(faults).toEqual([])
  })

  test('an agent is switched off and on, and deleted when nobody talks to it', async () => {
    const agent_id = await makeAgent(server, 'Mortal')
    const talk = () => server.client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
    const { conversation } = await talk()
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, '/agents?name=Mortal')
    await choose(page, 'Mortal', agentTexts.menu.switchOff)
    await press(page, agentTexts.menu.switchOff)
    await rowOf(page, 'Mortal').getByText(agentTexts.agents.inactive).waitFor()
    expect((await refusal(talk())).code).toBe('agent_inactive')
    await choose(page, 'Mortal', agentTexts.menu.switchOn)
    await press(page, agentTexts.menu.switchOn)
    await rowOf(page, 'Mortal').getByText(agentTexts.agents.inactive).waitFor({ state: 'hidden' })

    await choose(page, 'Mortal', 'Delete')
    await press(page, agentTexts.menu.deleteSubmit)
    await page.getByRole('alert').getByText('The agent has active conversations.').waitFor()
    await server.client.endConversation({ conversation_id: conversation.id })
    await press(page, agentTexts.menu.deleteSubmit)
    await page.getByText(agentTexts.agents.emptyFilteredTitle).waitFor()
    expect((await refusal(server.client.getAgent({ agent_id }))).status).toBe(404)
    expect(faults).toEqual([])
  })

  test('people who cannot read agents have no way there', async () => {
    const { pat_key } = await server.client.createOrganizationKey({ name: 'Other', scopes: ['conversations:read'] })
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, '/agents', pat_key)
    await page.getByText(texts.states.forbidden).waitFor()
    await expect.poll(() => page.getByRole('link', { name: 'Agents' }).count()).toBe(0)
  })
})

describe('how it looks', () => {
  const all = ['Purpose', 'Instructions', 'Rules', 'Knowledge', 'Abilities', 'Advanced', 'JSON', 'Versions']
  const [light, dark] = themes
  /** Colours are those of the theme and places those of the width: the other two pairs need not be seen whole. */
  const looks = [
    [light, 1440, all],
    [dark, 390, all],
    [light, 390, ['Abilities', 'Versions']],
    [dark, 1440, ['Abilities', 'Versions']],
  ] as const

  test.each(looks)('axe finds nothing in %s at %i pixels', async (colorScheme, width, sections) => {
    const name = `Looks ${colorScheme} ${width}`
    const agent_id = await makeAgent(server, name, {
      ...richConfig,
      knowledge_bases: [{ dataset_id: 'faq' }],
      mcp_servers: [{ name: 'shop', url: 'https://mcp.example.com', headers: { a: 'b' } }],
    })
    await server.client.createAgentVersion({ agent_id, config: { instructions: 'Be kind.', quick_actions: [] } })
    await server.client.createAgentVersion({ agent_id, base_version: 1 })
    await using opened = await openPage(browser, { colorScheme, viewport: { width, height: 800 } })
    const { page } = opened
    await signIn(page, server, `/agents?name=${name}`)
    await rowOf(page, name).getByText('v3').waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name, exact: true }).click()
    for (const section of sections) {
      await page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: section }).click()
      await page.getByRole('heading', { level: 2, name: section, exact: true }).waitFor({ state: 'attached' })
      await openAll(page, section)
      await expectAccessible(page)
      await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    }
  })

  /** What a section has folded away. */
  async function openAll(page: Page, section: string): Promise<void> {
    if (section === 'Advanced') await press(page, 'Text')
    if (section === 'Versions') {
      await page.getByLabel('From').selectOption('2')
      await page
        .getByRole('status')
        .getByText(/difference/)
        .waitFor()
    }
    if (section !== 'Abilities') return
    for (const name of [/^find_order/, /^shop/, /^contact/]) await page.getByRole('button', { name }).click()
  }

  test('axe finds nothing where something is wrong, is asked, is of old, or is only shown', async () => {
    const agent_id = await makeAgent(server, 'Faulty')
    await server.client.createAgentVersion({ agent_id, base_version: 1 })
    await using opened = await openPage(browser)
    const { page } = opened
    await signIn(page, server, `/agents/${agent_id}?section=abilities`)
    await press(page, 'Add a tool')
    await press(page, 'Save draft')
    await page.getByText(/Correct \d+ problems/).waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Agents', exact: true }).first().click()
    await page.getByRole('dialog').waitFor()
    await expectAccessible(page)
    await press(page, agentTexts.leave.submit)
    await press(page, 'New agent')
    await press(page, 'Create agent')
    await page.getByRole('dialog').getByText('must not be empty').waitFor()
    await expectAccessible(page)
    await page.goto(`${server.url}/agents/${agent_id}?section=instructions&version=1`)
    await page.getByText(agentTexts.notices.old(1)).waitFor()
    await expectAccessible(page)
  })
})
