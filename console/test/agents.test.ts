// Agents: the list, the editor with what is wrong beside its field, versions, two people at once, by keyboard alone.
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import {
  hasFocus,
  isAsked,
  isFocused,
  isNoticed,
  openPage,
  pressUntil,
  signIn,
  startBrowser,
} from './support/browser.ts'
import { makeAgent } from './support/conversations.ts'
import { dialog, instructions, openAgent, press, readNewest } from './support/editor.ts'
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

const go = (page: Page, section: string) =>
  page.getByRole('navigation', { name: 'Sections' }).getByRole('link', { name: section }).click()
const newest = (agent_id: string) => readNewest(server, agent_id)
const unsaved = (page: Page) => page.getByText('Unsaved changes')

test('from a new agent to a published version, one that takes its place, and back', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/agents')
  await press(page, 'New agent')
  await dialog(page).getByLabel('Name').fill('Porter')
  await dialog(page).getByLabel('What is it for?').fill('Carries bags')
  await press(page, 'Create agent')
  await page.getByRole('heading', { level: 1, name: 'Porter' }).waitFor()
  const agent_id = new URL(page.url()).pathname.split('/')[2]!
  const first = await newest(agent_id)
  expect(first).toMatchObject({ version: 1, published: false, instruction_builder_inputs: { purpose: 'Carries bags' } })
  await expect.poll(() => page.getByLabel('Purpose', { exact: true }).inputValue()).toBe('Carries bags')

  // What is wrong is said beside its field, and above all of them with the way there; nothing is lost by it.
  await go(page, 'Instructions')
  await instructions(page).fill('You are a porter.\nBe brief.')
  await go(page, 'Advanced')
  await page.getByLabel('Provider').first().fill('demo')
  await page.getByLabel('Model', { exact: true }).first().fill('demo')
  await page.getByLabel('Temperature').first().fill('9')
  await go(page, 'Rules')
  await press(page, 'Save draft')
  await page.getByRole('button', { name: /Model \(temperature\): must be at most 2/ }).click()
  await expect.poll(() => page.evaluate('document.activeElement.value')).toBe('9')
  const temperature = page.locator('[data-path="config.llm.temperature"]')
  await temperature.getByText('must be at most 2').waitFor()
  expect((await newest(agent_id)).revision).toBe(first.revision)
  await unsaved(page).waitFor()
  await page.getByLabel('Temperature').first().fill('0.5')
  await expect.poll(() => temperature.getByText('must be').count()).toBe(0)
  await press(page, 'Save draft')
  await unsaved(page).waitFor({ state: 'hidden' })
  expect((await newest(agent_id)).config).toMatchObject({
    instructions: 'You are a porter.\nBe brief.',
    llm: { provider: 'demo', model: 'demo', temperature: 0.5 },
  })

  await press(page, 'Publish')
  await dialog(page).getByRole('button', { name: 'Publish' }).click()
  await page.getByText('v1 is published', { exact: true }).first().waitFor()
  expect((await newest(agent_id)).published).toBe(true)

  await go(page, 'Instructions')
  await instructions(page).fill('You are a porter.\nBe kind.')
  await press(page, 'Save and publish')
  await dialog(page).getByText('1 difference from v1').waitFor()
  await dialog(page).getByRole('button', { name: 'Publish' }).click()
  await dialog(page).waitFor({ state: 'hidden' })

  await go(page, 'Versions')
  const lines = page.getByRole('group', { name: 'Lines that differ' })
  await lines.getByText('- Be brief.').waitFor()
  await lines.getByText('+ Be kind.').waitFor()
  server.model.answer = () => 'It is kinder now.'
  await press(page, agentTexts.comparison.describe)
  await page.getByText('It is kinder now.').waitFor()

  await press(page, 'More about v1')
  await page.getByRole('menuitem', { name: agentTexts.versions.rollBack }).click()
  await dialog(page).getByRole('button', { name: 'Roll back' }).click()
  await page.getByRole('button', { name: 'v3', exact: true }).waitFor()
  const last = await newest(agent_id)
  expect(last).toMatchObject({ version: 3, published: true })
  expect(last.config['instructions']).toBe('You are a porter.\nBe brief.')
  expect(faults).toEqual([])
})

describe('the editor', () => {
  test('has one state: what is written in a form is in the JSON, and the other way round', async () => {
    const agent_id = await makeAgent(server, 'State')
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await openAgent(page, server, agent_id, 'rules')
    await page.getByRole('textbox', { name: 'Rules' }).fill('Never promise a refund.')
    await go(page, 'JSON')
    const json = page.getByLabel('Configuration as JSON')
    const written = JSON.parse(await json.inputValue())
    expect(written).toMatchObject({ guardrails: 'Never promise a refund.' })
    await json.fill('{"guardrails": ')
    await page.getByRole('alert').getByText(agentTexts.faults.json('').trim()).waitFor()
    await press(page, 'Save draft')
    await go(page, 'Rules')
    await page.getByText(agentTexts.notices.unreadable).waitFor()
    await expect.poll(() => page.getByRole('textbox', { name: 'Rules' }).isEditable()).toBe(false)
    await press(page, agentTexts.notices.toJson)
    await expect.poll(() => json.inputValue()).toBe('{"guardrails": ')
    await json.fill(JSON.stringify({ ...written, guardrails: 'Be honest.', of_elsewhere: [1] }))
    await go(page, 'Rules')
    await expect.poll(() => page.getByRole('textbox', { name: 'Rules' }).inputValue()).toBe('Be honest.')
    await press(page, 'Save draft')
    await unsaved(page).waitFor({ state: 'hidden' })
    const draft = await newest(agent_id)
    expect(draft).toMatchObject({
      version: 2,
      published: false,
      config: { guardrails: 'Be honest.', of_elsewhere: [1] },
    })
    await go(page, 'JSON')
    await page.getByText(/of_elsewhere is not known/).waitFor()
    expect(faults).toEqual([])
  })

  test('makes a tool with arguments and actions, an MCP server, a form', async () => {
    const agent_id = await makeAgent(server, 'Tools')
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await openAgent(page, server, agent_id, 'abilities')
    await press(page, 'Add a tool')
    const tool = page.locator('[data-path="config.tools.0"]')
    await tool.getByLabel('Name', { exact: true }).first().fill('find_order')
    await tool.getByLabel(agentTexts.abilities.tools.description).fill('Finds an order.')
    await tool.getByRole('button', { name: 'Add an argument' }).click()
    await tool.getByLabel('Name of the argument').fill('number')
    await tool.getByLabel('Description of number').fill('As on the invoice')
    await tool.getByLabel('Required').check()
    await tool.getByRole('button', { name: /^HTTP request/ }).click()
    await tool.getByLabel('Save as').fill('now')
    await tool.getByRole('group', { name: 'Headers' }).getByRole('button', { name: 'Add' }).click()
    await tool.getByRole('group', { name: 'Headers' }).getByLabel('Name', { exact: true }).fill('authorization')
    await tool.getByLabel('Value of authorization').fill('Bearer {{ secrets.SHOP }}')
    await press(page, 'Add a server')
    const mcp = page.locator('[data-path="config.mcp_servers.0"]')
    await mcp.getByLabel('Name', { exact: true }).first().fill('shop')
    await mcp.getByLabel('URL').fill('https://mcp.example.com/mcp')
    await page.getByLabel(agentTexts.abilities.builtIn.widgets).check()
    await page.getByLabel('Carousel').uncheck()
    await press(page, 'Save draft')
    const action = page.locator('[data-path="config.tools.0.actions.0"]')
    await action.getByText('must not be empty').waitFor()
    await action.getByText('is already used by templates; choose another name').waitFor()
    await action.getByLabel('URL').fill('https://shop.example.com/orders/{{ number }}')
    await action.getByLabel('Save as').fill('order')
    await press(page, 'Save draft')
    await unsaved(page).waitFor({ state: 'hidden' })
    const { config } = await newest(agent_id)
    expect(config).toMatchObject({
      tools: [
        {
          name: 'find_order',
          properties: { number: { type: 'string', description: 'As on the invoice' } },
          required: ['number'],
          actions: [{ type: 'http', save_as: 'order', headers: { authorization: 'Bearer {{ secrets.SHOP }}' } }],
        },
      ],
      mcp_servers: [{ name: 'shop', url: 'https://mcp.example.com/mcp' }],
    })
    const { widgets } = config['built_in_tools'] as { widgets: { allowed: string[] } }
    expect(widgets.allowed).not.toContain('carousel')
    expect(widgets.allowed).toContain('list')
    expect(faults).toEqual([])
  })

  test('asks before changes are lost, not between sections, and keeps them when the server is away', async () => {
    const agent_id = await makeAgent(server, 'Careful')
    await using opened = await openPage(browser)
    const { page } = opened
    await openAgent(page, server, agent_id, 'instructions')
    await instructions(page).fill('Changed.')
    await go(page, 'Rules')
    await page.getByRole('textbox', { name: 'Rules' }).waitFor()
    await page.getByRole('link', { name: 'Inbox' }).click()
    await dialog(page).getByText(agentTexts.leave.text).waitFor()
    await press(page, 'Cancel')
    await go(page, 'Instructions')
    await expect.poll(() => instructions(page).inputValue()).toBe('Changed.')
    await page.context().setOffline(true)
    await press(page, 'Save draft')
    await isNoticed(page, texts.states.unreachable)
    await page.context().setOffline(false)
    await expect.poll(() => instructions(page).inputValue()).toBe('Changed.')
    await press(page, 'Save draft')
    await unsaved(page).waitFor({ state: 'hidden' })
    expect((await newest(agent_id)).config['instructions']).toBe('Changed.')
    await instructions(page).fill('Changed again.')
    await page.getByRole('link', { name: 'Inbox' }).click()
    await press(page, agentTexts.leave.submit)
    await page.getByRole('heading', { name: 'Inbox' }).waitFor()
  })

  test('what could not be stored is still there to be, and only that', async () => {
    const agent_id = await makeAgent(server, 'Half', { starting_message: 'Hello!' })
    await using opened = await openPage(browser)
    const { page } = opened
    await openAgent(page, server, agent_id, 'purpose')
    const address = `**/core/agents/${agent_id}`
    await page.route(address, (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue()))
    await page.getByLabel('Name', { exact: true }).fill('Whole')
    await page.getByLabel('Greeting', { exact: true }).fill('Welcome!')
    await press(page, 'Save draft')
    await isNoticed(page, texts.states.unreachable)
    const { version, revision, config } = await newest(agent_id)
    expect([version, config['starting_message']]).toEqual([2, 'Welcome!'])
    await page.unroute(address)
    await press(page, 'Save draft')
    await unsaved(page).waitFor({ state: 'hidden' })
    expect((await server.client.getAgent({ agent_id })).name).toBe('Whole')
    expect((await newest(agent_id)).revision).toBe(revision)
  })

  test('shows the instructions that the model has written', async () => {
    const agent_id = await makeAgent(server, 'Written')
    server.model.answer = () => 'You are written by a model.'
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await openAgent(page, server, agent_id, 'purpose')
    await page.getByLabel('Purpose', { exact: true }).fill('Answers questions')
    await press(page, agentTexts.generation.write)
    await press(page, agentTexts.generation.show)
    await expect.poll(() => instructions(page).inputValue()).toBe('You are written by a model.')
    await expect.poll(() => unsaved(page).count()).toBe(0)
    expect(faults).toEqual([])
  })
})

describe('two people at once', () => {
  test('the second is told what the first has changed, and can put their own on top', async () => {
    const agent_id = await makeAgent(server, 'Shared', { guardrails: 'One.' })
    await using one = await openPage(browser)
    await using two = await openPage(browser)
    await Promise.all([one, two].map(({ page }) => openAgent(page, server, agent_id, 'instructions')))
    await instructions(two.page).fill('Of the second.')
    await go(one.page, 'Rules')
    await one.page.getByRole('textbox', { name: 'Rules' }).fill('Of the first.')
    await press(one.page, 'Save draft')
    await unsaved(one.page).waitFor({ state: 'hidden' })

    await press(two.page, 'Save draft')
    await dialog(two.page).getByText(agentTexts.conflict.title).waitFor()
    await expect.poll(() => dialog(two.page).innerText()).toMatch(/They changed\s+Rules\s+You changed\s+Instructions/)
    await press(two.page, agentTexts.conflict.takeMine)
    expect((await newest(agent_id)).config).toMatchObject({ instructions: 'Be brief.', guardrails: 'Of the first.' })
    await press(two.page, 'Save draft')
    await unsaved(two.page).waitFor({ state: 'hidden' })
    await expect
      .poll(() => newest(agent_id))
      .toMatchObject({
        version: 2,
        config: { instructions: 'Of the second.', guardrails: 'Of the first.' },
      })
    expect([one.faults, two.faults]).toEqual([[], []])
  })

  test('where both have changed the same the page says so, and they can take what is there', async () => {
    const agent_id = await makeAgent(server, 'Contested')
    const draft = await server.client.createAgentVersion({ agent_id, base_version: 1 })
    await using opened = await openPage(browser)
    const { page } = opened
    await openAgent(page, server, agent_id, 'instructions')
    await instructions(page).fill('Mine.')
    await server.client.updateAgentVersion({
      agent_id,
      version: String(draft.version),
      config: { instructions: 'Theirs.' },
    })
    await server.client.publishAgentVersion({ agent_id, version: String(draft.version) })
    await press(page, 'Save draft')
    await dialog(page).getByText(agentTexts.conflict.both('Instructions')).waitFor()
    await press(page, agentTexts.conflict.takeTheirs)
    await expect.poll(() => instructions(page).inputValue()).toBe('Theirs.')
    await expect.poll(() => unsaved(page).count()).toBe(0)
    expect((await newest(agent_id)).config).toEqual({ instructions: 'Theirs.' })
  })
})

test('a viewer sees everything, and changes nothing, not even by looking', async () => {
  const agent_id = await makeAgent(server, 'Glass', { tools: [{ name: 'find_order', description: 'Finds an order.' }] })
  const { pat_key } = await server.client.createOrganizationKey({ name: 'Viewer', role: 'viewer' })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/agents', pat_key)
  await page.getByRole('link', { name: 'Glass' }).click()
  await page.getByText('Read only').waitFor()
  await expect.poll(() => page.getByLabel('Name', { exact: true }).isEditable()).toBe(false)
  await go(page, 'Abilities')
  await page.getByRole('button', { name: /find_order/ }).click()
  await expect.poll(() => page.getByLabel(agentTexts.abilities.tools.description).inputValue()).toBe('Finds an order.')
  for (const section of [
    'Purpose',
    'Instructions',
    'Rules',
    'Knowledge',
    'Abilities',
    'Advanced',
    'JSON',
    'Versions',
  ]) {
    await go(page, section)
    await page.getByRole('heading', { level: 2, name: section, exact: true }).waitFor({ state: 'attached' })
    await expect.poll(() => page.getByRole('button', { name: /Save|Publish|Add|Remove|Roll|Write/ }).count()).toBe(0)
    await expect
      .poll(() => page.locator('main input:enabled:not([readonly]), main textarea:not([readonly])').count())
      .toBe(0)
  }
  expect((await newest(agent_id)).version).toBe(1)
  expect(faults).toEqual([])
})

test('by keyboard alone: from the list to a new agent, written, saved and published', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/agents')
  await page.getByRole('table', { name: 'Agents' }).waitFor()
  const { keyboard } = page
  const named = (role: 'button' | 'link' | 'textbox', name: string) => page.getByRole(role, { name, exact: true })
  const focusOn = async (wanted: Locator) => {
    await expect.poll(() => wanted.isEnabled()).toBe(true)
    for (let steps = 0; steps < 60; steps += 1) {
      if (await isFocused(wanted)) return
      await keyboard.press('Tab')
    }
    throw new Error(`Tab does not lead to ${String(wanted)}`)
  }
  await pressUntil(page, 'j', () => page.evaluate(() => document.activeElement!.hasAttribute('data-row')))
  await keyboard.press('n')
  await hasFocus(dialog(page).getByLabel('Name'))
  await keyboard.type('Keys')
  await keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Keys' }).waitFor()
  await focusOn(named('link', 'Instructions'))
  await keyboard.press('Enter')
  await focusOn(named('textbox', 'Instructions'))
  await keyboard.press('ControlOrMeta+a')
  await keyboard.type('Typed.')
  await keyboard.press('ControlOrMeta+s')
  await unsaved(page).waitFor({ state: 'hidden' })
  await page.evaluate('document.activeElement.blur()')
  await focusOn(named('button', 'Publish'))
  await keyboard.press('Enter')
  await isAsked(dialog(page))
  await focusOn(dialog(page).getByRole('button', { name: 'Publish' }))
  await keyboard.press('Enter')
  await page.getByText('v1 is published', { exact: true }).first().waitFor()
  const agent_id = new URL(page.url()).pathname.split('/')[2]!
  await expect.poll(() => newest(agent_id)).toMatchObject({ published: true, config: { instructions: 'Typed.' } })
  await dialog(page).waitFor({ state: 'hidden' })
  await page.evaluate('document.activeElement.blur()')
  await keyboard.press('Escape')
  await page.getByRole('table', { name: 'Agents' }).waitFor()
  expect(faults).toEqual([])
})
