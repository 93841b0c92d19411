// The audit log in the console: what an entry says, filters in the address, the export, and the ways to it from things.
import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeKey } from '../../server/test/support/actors.ts'
import { type TestServer, refusal, startTestServer } from '../../server/test/support/server.ts'
import { expectAccessible, isNoticed, openPage, signIn, startBrowser, themes } from './support/browser.ts'
import { agentTexts } from '../src/agents/texts.ts'
import { auditTexts as words } from '../src/audit-log/texts.ts'
import { budgetTexts } from '../src/budgets/texts.ts'
import { priceTexts } from '../src/prices/texts.ts'
import { settingsTexts } from '../src/settings/texts.ts'

let server: TestServer
let browser: Browser
let agent_id: string

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
  const { client } = server
  agent_id = (await client.createAgent({ name: 'Front desk' })).agent_id
  const config = { instructions: 'Be brief.\nSay hello.', model: 'openai/scripted' }
  await client.createAgentVersion({ agent_id, config })
  await client.updateAgentVersion({
    agent_id,
    version: '1',
    config: { ...config, instructions: 'Be brief.\nSay good morning.' },
  })
  await client.updateAgent({ agent_id, name: 'Reception' })
  await client.setSecret({ name: 'SHOP_TOKEN', value: 'the-value-of-the-shop' })
  const viewer = server.as({ token: (await client.createOrganizationKey({ name: 'Vera', role: 'viewer' })).pat_key })
  await refusal(viewer.updateOrganization({ name: 'Mine' }))
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const entries = (page: Page) => page.getByRole('list', { name: words.list, exact: true }).locator('> li')
const entry = (page: Page, text: string) => entries(page).filter({ hasText: text }).first()
const open = async (page: Page, text: string) => {
  await entry(page, text).locator('summary').click()
  return entry(page, text)
}

test('an entry opens to its changes and where it came from; a secret stays one, and a refusal says so', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/settings/audit-log')
  const renamed = await open(page, 'Update agent · Reception')
  await renamed.locator('del', { hasText: 'Front desk' }).waitFor()
  await renamed.locator('ins', { hasText: 'Reception' }).waitFor()
  const { data } = await server.client.listAuditLog({ action: 'updateAgent' })
  for (const text of [data[0]!.request_id!, data[0]!.hash, data[0]!.address!]) await renamed.getByText(text).waitFor()

  const written = await open(page, 'Update agent version')
  await written.getByText('- Say hello.').waitFor()
  await written.getByText('+ Say good morning.').waitFor()
  await (await open(page, 'SHOP_TOKEN')).getByText(words.secretChanged).first().waitFor()
  await (await open(page, 'Vera · Update organization')).getByText(words.refusedHint(1)).waitFor()
  expect(await page.content()).not.toContain('the-value-of-the-shop')
  expect(faults).toEqual([])
})

test('filters are in the address, are added and removed, and are what is exported', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, `/settings/audit-log?target_type=agent&via=api&nonsense=1`)
  await expect.poll(() => entries(page).count()).toBe(4)
  await page.getByRole('button', { name: /^What Agent/ }).waitFor()
  await page.keyboard.press('f')
  await page.getByRole('menuitem', { name: words.filters.action }).click()
  await page.getByLabel(words.actionName).fill('updateAgent')
  await page.keyboard.press('Enter')
  await expect.poll(() => entries(page).count()).toBe(1)
  expect(new URL(page.url()).search).toBe('?target_type=agent&via=api&action=updateAgent')

  await page.getByRole('button', { name: words.export }).click()
  const download = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: words.exportAs.ndjson }).click()
  const lines = (await readFile(await (await download).path(), 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { action: string }).action)).toEqual(['updateAgent'])
  await isNoticed(page, words.exported)

  await page.getByRole('button', { name: 'Remove filter Via' }).click()
  await page.getByRole('button', { name: 'Clear' }).click()
  const refused = await open(page, 'Vera · Update organization')
  await refused.getByRole('link', { name: words.allBy('Vera') }).click()
  await expect.poll(() => entries(page).count()).toBe(1)
  await page.getByRole('button', { name: 'Who Vera' }).waitFor()
  await page.goto(`${server.url}/settings/audit-log?actor_id=nobody`)
  await page.getByText(words.emptyFiltered).waitFor()
  expect(faults).toEqual([])
})

test('an entry about a budget or a price leads to their page', async () => {
  const { client } = server
  await client.createBudget({ name: 'Month', amount: '50', period: 'month' })
  await client.createPrice({ kind: 'crawl', unit_price: '0.01', valid_from: '2026-01-01T00:00:00Z' })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/settings/audit-log')
  for (const [text, name, path] of [
    ['Create budget', budgetTexts.title, '/settings/budgets'],
    ['Create price', priceTexts.title, '/settings/prices'],
  ] as const) {
    await page.goto(`${server.url}/settings/audit-log`)
    await (await open(page, text)).getByRole('link', { name: /^Open / }).click()
    await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
    expect(new URL(page.url()).pathname).toBe(path)
  }
  expect(faults).toEqual([])
})

test('a thing leads to its history; a caller without the permission reads why, and sees no link', async () => {
  await using opened = await openPage(browser)
  const { page } = opened
  await signIn(page, server, `/agents/${agent_id}`)
  await page.getByRole('button', { name: agentTexts.menu.label('Reception') }).click()
  await page.getByRole('menuitem', { name: settingsTexts.history }).click()
  await expect.poll(() => entries(page).count()).toBe(4)
  expect(new URL(page.url()).search).toBe(`?target_type=agent&target_id=${agent_id}`)

  const blind = await makeKey(server, { without: ['organizations:manage'] })
  await using other = await openPage(browser)
  await signIn(other.page, server, '/settings/audit-log', blind)
  await other.page.getByText('you need the scope organizations:manage').waitFor()
  await expect.poll(() => other.page.getByRole('link', { name: words.title }).count()).toBe(0)
  await other.page.goto(`${server.url}/settings/organization`)
  await other.page.getByText('About').waitFor()
  await expect.poll(() => other.page.getByRole('link', { name: settingsTexts.history }).count()).toBe(0)
})

test.each(themes)('axe finds nothing in %s, wide and narrow', async (colorScheme) => {
  await using opened = await openPage(browser, { colorScheme })
  const { page } = opened
  await signIn(page, server, '/settings/audit-log?target_type=agent')
  await (await open(page, 'Update agent version')).getByText('+ Say good morning.').waitFor()
  await (await open(page, 'Update agent · Reception')).locator('ins').waitFor()
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 800 })
    await expectAccessible(page)
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  }
})
