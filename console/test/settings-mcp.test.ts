// MCP in the console: what is offered, how clients connect, a search to try, and what a key narrows.
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { expectAccessible, isNoticed, openPage, signIn, startBrowser, themes } from './support/browser.ts'
import { keyTexts } from '../src/keys/texts.ts'
import { mcpTexts as words } from '../src/mcp/texts.ts'
import { mcpToolTexts } from '../src/mcp-tools/texts.ts'
import { settingsTexts } from '../src/settings/texts.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([
    startTestServer({ PARLEY_PUBLIC_URL: 'https://parley.test' }),
    startBrowser(),
  ])
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
const dialog = (page: Page) => page.locator('[role=dialog]:not([aria-modal=false])')
/** Its name is followed by what it does. */
const tool = (within: Locator, name: string) => within.getByRole('checkbox', { name: new RegExp(`^${name} `) })

test('tools are searched and chosen, and saved with the rest; the search to try shows what is left', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/settings/mcp')
  const offered = section(page, words.settings)
  await offered.getByLabel(words.onlyReads).check()
  await offered.getByLabel(mcpToolTexts.modes.both).check()
  await offered.getByLabel(words.some).check()
  await button(page, words.save).click()
  await page.getByText(words.noneChosen).waitFor()
  await offered.getByLabel(mcpToolTexts.search).fill('end a conversation')
  await tool(offered, 'core_end_conversation').check()
  await offered.getByLabel(mcpToolTexts.search).fill('snoozed')
  await tool(offered, 'core_end_conversation').waitFor({ state: 'detached' })
  await tool(offered, 'core_snooze_conversation').check()
  await button(page, mcpToolTexts.remove('core_snooze_conversation')).click()
  await offered.getByLabel(mcpToolTexts.search).fill('read one agent')
  await tool(offered, 'core_get_agent').check()
  await button(page, words.save).click()
  await isNoticed(page, words.saved)
  expect(await server.client.getMcpSettings()).toEqual({
    enabled: true,
    mode: 'both',
    tools: ['core_end_conversation', 'core_get_agent'],
    read_only: true,
  })

  const tried = section(page, words.test)
  await tried.getByRole('button', { name: 'end a conversation' }).click()
  const hits = tried.getByRole('list', { name: words.results }).getByRole('listitem')
  // It changes something, so with `read_only` it is not offered.
  await hits.filter({ hasText: 'core_end_conversation' }).getByText(words.notOffered).waitFor()
  await tried.getByLabel(words.testLabel).fill('get agent')
  await hits
    .filter({ hasText: /^core_get_agent(?!_)/ })
    .first()
    .waitFor()
  await expect.poll(() => hits.first().getByText(words.notOffered).count()).toBe(0)
  await offered.getByLabel(words.enabled).uncheck()
  await button(page, words.save).click()
  await page.getByText(words.off).waitFor()
  await server.client.updateMcpSettings({ enabled: true, tools: [], read_only: false, mode: 'discovery' })
  expect(faults).toEqual([])
})

test('a client gets the public address, narrowed as chosen; a key is made that narrows what it is offered', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/settings/mcp')
  const address = page.getByLabel(words.address, { exact: true })
  await expect.poll(() => address.inputValue()).toBe('https://parley.test/mcp')
  const connect = section(page, words.connect)
  await connect.getByLabel(words.offered).selectOption(words.toolsets.agents)
  await connect.getByLabel(words.onlyReads).check()
  await button(page, words.clients.cursor).click()
  const url = 'https://parley.test/mcp?toolset=agents&read_only=true'
  await connect.getByLabel(words.snippet(words.clients.cursor)).getByText(url).waitFor()

  await connect.getByRole('link', { name: words.keys }).click()
  await button(page, keyTexts.add).click()
  await dialog(page).getByLabel(keyTexts.name).fill('Assistant')
  await dialog(page).getByText(keyTexts.mcp.asOrganization).click()
  await dialog(page).getByLabel(keyTexts.mcp.readOnly).check()
  await tool(dialog(page), 'core_list_agents').check()
  await button(page, keyTexts.submit).click()
  await button(page, settingsTexts.kept).click()
  await page.getByText('MCP: only 1 tool, read only').waitFor()
  const { data } = await server.client.listOrganizationKeys()
  expect(data.find(({ name }) => name === 'Assistant')?.mcp).toEqual({ tools: ['core_list_agents'], read_only: true })
  expect(faults).toEqual([])
})

test('a viewer sees what is offered and how to connect, and can change nothing', async () => {
  const { pat_key } = await server.client.createOrganizationKey({ name: 'Viewer', role: 'viewer' })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/settings/mcp', pat_key)
  await page.getByText('you need the scope organizations:manage').waitFor()
  await section(page, words.settings).getByText(mcpToolTexts.modes.discovery).waitFor()
  await expect.poll(() => button(page, words.save).count()).toBe(0)
  await section(page, words.test).getByLabel(words.testLabel).fill('delete a webhook')
  await section(page, words.test)
    .getByText(words.needs(['webhooks:manage']))
    .first()
    .waitFor()
  expect(faults).toEqual([])
})

test.each(themes)('axe finds nothing in %s, wide and narrow', async (colorScheme) => {
  await using opened = await openPage(browser, { colorScheme })
  const { page } = opened
  await signIn(page, server, '/settings/mcp')
  await page.getByLabel(words.some).check()
  const offered = section(page, words.settings)
  await offered.getByLabel(mcpToolTexts.search).fill('snoozed')
  await tool(offered, 'core_list_agents').waitFor({ state: 'detached' })
  await tool(offered, 'core_snooze_conversation').check()
  await button(page, 'end a conversation').click()
  await page.getByRole('list', { name: words.results }).waitFor()
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 800 })
    await expectAccessible(page)
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  }
})
