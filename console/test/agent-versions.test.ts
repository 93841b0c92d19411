// The versions of an agent: published as they were seen, listed, compared side by side.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { openPage, startBrowser } from './support/browser.ts'
import { makeAgent } from './support/conversations.ts'
import { dialog, instructions, openAgent, press, readNewest } from './support/editor.ts'
import { agentTexts } from '../src/agents/texts.ts'
import { testerTexts } from '../src/tester/texts.ts'

let server: TestServer
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const newest = (agent_id: string) => readNewest(server, agent_id)

test('what is published is what was seen: a draft that somebody changes meanwhile is looked at again', async () => {
  const agent_id = await makeAgent(server, 'Seen')
  const { version } = await server.client.createAgentVersion({ agent_id, config: { instructions: 'Seen.' } })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await openAgent(page, server, agent_id, 'instructions')
  await press(page, 'Publish')
  await dialog(page).getByText('instructions', { exact: true }).click()
  await dialog(page).getByText('+ Seen.').waitFor()
  await server.client.updateAgentVersion({ agent_id, version: String(version), config: { instructions: 'Unseen.' } })
  await dialog(page).getByRole('button', { name: 'Publish' }).click()
  await dialog(page).getByText('Nothing was published').waitFor()
  await expect.poll(() => dialog(page).getByRole('button', { name: 'Publish' }).isDisabled()).toBe(true)
  await expect.poll(() => newest(agent_id)).toMatchObject({ published: false })
  await press(page, 'Cancel')
  await expect.poll(() => instructions(page).inputValue()).toBe('Unseen.')
  await press(page, 'Publish')
  await dialog(page).getByText('instructions', { exact: true }).click()
  await dialog(page).getByText('+ Unseen.').waitFor()
  await dialog(page).getByRole('button', { name: 'Publish' }).click()
  await dialog(page).waitFor({ state: 'hidden' })
  await expect.poll(() => newest(agent_id)).toMatchObject({ published: true, config: { instructions: 'Unseen.' } })
  expect(faults).toEqual([])
})

test('of many versions the latest are listed, and two that are compared come into sight, side by side', async () => {
  const agent_id = await makeAgent(server, 'Old')
  for (let version = 2; version <= 14; version += 1) {
    const config = { instructions: `Be brief.\nThe rule of version ${version} holds.` }
    await server.client.createAgentVersion({ agent_id, config })
  }
  await using opened = await openPage(browser, { viewport: { width: 1440, height: 500 } })
  const { page, faults } = opened
  await openAgent(page, server, agent_id, 'versions')
  const names = () => page.getByRole('button', { name: /^v\d+$/ }).allInnerTexts()
  // The published one is among them, however old.
  await expect.poll(names).toEqual(['v14', 'v13', 'v12', 'v11', 'v10', 'v9', 'v8', 'v7', 'v1'])
  await press(page, 'More about v14')
  await page.getByRole('menuitem', { name: 'Compare with v13' }).click()
  const lines = page.getByRole('group', { name: 'Lines that differ' })
  const [gone, come] = [
    lines.getByText('- The rule of version 13 holds.'),
    lines.getByText('+ The rule of version 14 holds.'),
  ]
  // Side by side, also while they come into sight.
  await expect
    .poll(async () => {
      const [left, right] = await Promise.all([gone.boundingBox(), come.boundingBox()])
      return { y: right!.y - left!.y, isRight: right!.x > left!.x }
    })
    .toEqual({ y: 0, isRight: true })
  await expect.poll(() => gone.getByText('13', { exact: true }).count()).toBe(1)
  await expect.poll(async () => (await gone.boundingBox())!.y).toBeLessThan(500)
  await press(page, 'Show all 14')
  await expect.poll(async () => (await names()).length).toBe(14)
  expect(faults).toEqual([])
})

test('a version that is not there is told, with the way to the newest', async () => {
  const agent_id = await makeAgent(server, 'Short')
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await openAgent(page, server, agent_id, 'instructions&version=99')
  await page.getByText('This agent has no version 99.').waitFor()
  await expect.poll(() => page.getByRole('button', { name: agentTexts.versions.copy }).count()).toBe(0)
  await press(page, agentTexts.notices.toNewest)
  await expect.poll(() => instructions(page).inputValue()).toBe('Be brief.')
  expect(faults).toEqual([])
})

test('once a draft is stored, nobody waits for what else is read again', async () => {
  const agent_id = await makeAgent(server, 'Quick')
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await openAgent(page, server, agent_id, 'instructions')
  let isStored = false
  page.on('response', (response) => {
    if (response.request().method() === 'PUT') isStored = true
  })
  // The server tells nothing more of the agent after that.
  await page.route(`**/core/agents/${agent_id}`, (route) => (isStored ? undefined : route.continue()))
  await instructions(page).fill('Be quick.')
  await press(page, 'Save and publish')
  await dialog(page).getByText('instructions', { exact: true }).waitFor()
  await expect.poll(() => page.getByText(testerTexts.noSuchVersion).count()).toBe(0)
  await dialog(page).getByRole('button', { name: 'Publish' }).click()
  await expect.poll(() => newest(agent_id)).toMatchObject({ version: 2, published: true })
  expect(faults).toEqual([])
})
