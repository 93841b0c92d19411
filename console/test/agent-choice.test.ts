// Fields in which an agent is chosen find any, of however many there are.
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { chooseAgent, expectAccessible, openPage, signIn, startBrowser } from './support/browser.ts'
import { agentNameTexts } from '../src/agent-names/texts.ts'
import { keyTexts } from '../src/keys/texts.ts'
import { webhookTexts } from '../src/webhooks/texts.ts'

let server: TestServer
let browser: Browser
let oldest: string

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
  oldest = (await server.client.createAgent({ name: 'Founding desk' })).agent_id
  // More than the server lists at once.
  for (let index = 0; index < 105; index += 1) await server.client.createAgent({ name: `Later ${index}` })
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const query = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams)
const agentField = (scope: Page | Locator) => scope.getByRole('combobox', { name: 'Agent', exact: true })

test('the overview: by typing and by keyboard; a reload knows its name, and all are one press away', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/overview')
  await agentField(page).click()
  await page.getByRole('option', { name: 'Later 104' }).waitFor()
  await page.keyboard.type('founding')
  // What Enter takes.
  await page.locator('[role=option][data-highlighted]', { hasText: 'Founding desk' }).waitFor()
  await page.keyboard.press('Enter')
  await expect.poll(() => query(page)).toEqual({ agent_id: oldest })
  await page.reload()
  await expect.poll(() => agentField(page).inputValue()).toBe('Founding desk')
  await expectAccessible(page)
  await agentField(page).fill('Nobody at all')
  await page.getByText(agentNameTexts.none).waitFor()
  await page.keyboard.press('Escape')
  await chooseAgent(page, 'All agents')
  await expect.poll(() => query(page)).toEqual({})
  expect(faults).toEqual([])
})

test('the inbox: the filter finds it, and its chip has its name', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/inbox')
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Agent', exact: true }).click()
  await page.getByLabel('Contains').fill('Founding')
  await page.getByRole('dialog').getByRole('button', { name: 'Founding desk' }).click()
  await expect.poll(() => query(page)).toEqual({ agent_id: oldest })
  await page.getByRole('button', { name: 'Agent Founding desk' }).waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Agent Founding desk' }).waitFor()
  expect(faults).toEqual([])
})

test('a webhook and a key are bound to it', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/settings/webhooks')
  await page.getByRole('button', { name: 'New webhook' }).first().click()
  await page.getByLabel(webhookTexts.url).fill('https://example.com/hook')
  await chooseAgent(page, 'Founding desk')
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await page.getByLabel('Signing secret').waitFor()
  expect((await server.client.listWebhookEndpoints()).data).toMatchObject([{ agent_id: oldest }])

  await page.goto(`${server.url}/settings/keys`)
  await page.getByRole('button', { name: 'New key' }).click()
  await page.getByLabel('Name').fill('Narrow')
  await page.getByText(keyTexts.allAgents, { exact: true }).click()
  await page.getByLabel('Later 104').check()
  await page.getByLabel('Contains').fill('founding')
  await page.getByLabel('Founding desk').check()
  // What was chosen before stays chosen.
  await page.getByText(keyTexts.agentCount(2)).waitFor()
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByLabel('Key', { exact: true }).waitFor()
  const { data } = await server.client.listOrganizationKeys()
  expect(data.find(({ name }) => name === 'Narrow')!.agent_ids).toHaveLength(2)
  expect(faults).toEqual([])
})
