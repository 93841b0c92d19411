// Web widgets in the console: from a new one to a published one, and what two editors see of each other.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeKey } from '../../server/test/support/actors.ts'
import { type TestServer, publishAgent, startTestServer } from '../../server/test/support/server.ts'
import { opened_sites, shop, startSite } from '../../server/test/web-widgets/site.ts'
import type { ToolPeer } from '../../server/test/support/tool-peer.ts'
import { appearanceTexts, installTexts, securityTexts } from '../src/web-widgets/section-texts.ts'
import { widgetTexts as words } from '../src/web-widgets/texts.ts'
import { chooseAgent, expectAccessible, notice, openPage, signIn, startBrowser, themes } from './support/browser.ts'
import { dialog, press } from './support/editor.ts'

let server: TestServer
let browser: Browser
let site: ToolPeer
let agent_id: string

beforeAll(async () => {
  site = await startSite(shop())
  server = await startTestServer(opened_sites, { first_pages: () => [site.url] })
  browser = await startBrowser()
  agent_id = (await publishAgent(server.client)).agent_id
  await server.client.updateAgent({ agent_id, name: 'Front desk' })
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
  await site?.[Symbol.asyncDispose]()
})

const newWidget = async (more: object = {}) => (await server.client.createWebWidget({ agent_id, ...more })).id

test('a widget is made, branded, saved and published', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, '/web-widgets')
  // The empty list has one too.
  await page.getByRole('button', { name: words.make, exact: true }).first().click()
  await chooseAgent(page, 'Front desk')
  await dialog(page).getByLabel(words.newDialog.name).fill('Shop')
  await press(page, words.newDialog.submit)
  await page.getByRole('heading', { level: 1, name: 'Shop' }).waitFor()
  await page.getByLabel(appearanceTexts.domain).fill('lamps.example')
  await press(page, appearanceTexts.find)
  await page.getByText(appearanceTexts.found).waitFor()
  expect(await page.getByLabel(appearanceTexts.title, { exact: true }).inputValue()).toBe('Harbour Lamps')
  await page.getByLabel(appearanceTexts.subtitle).fill('We answer')
  await press(page, words.save)
  await notice(page, words.saved).waitFor()
  await page.getByRole('link', { name: words.sections.security }).click()
  await page.getByLabel(securityTexts.domains).fill('ftp://example.com')
  await press(page, words.save)
  await page.getByText('ftp://example.com must be an http or https site').waitFor()
  await page.getByLabel(securityTexts.domains).fill('example.com')
  await press(page, words.save)
  await expect.poll(() => page.getByLabel(securityTexts.domains).inputValue()).toBe('https://example.com')
  await press(page, words.publish)
  await dialog(page).getByText('https://example.com').waitFor()
  await dialog(page).getByRole('button', { name: words.publish }).click()
  await page.getByText(words.reasons.live).waitFor()
  await page.getByRole('link', { name: words.sections.install }).click()
  const snippet = await page.getByLabel(installTexts.snippetLabel).inputValue()
  const { data } = await server.client.listWebWidgets({ name: 'Shop' })
  expect(snippet).toContain(`/public/embed/${data[0]!.id}`)
  expect(data[0]).toMatchObject({ published: true, config: { chat: { subtitle: 'We answer' } } })
  expect(faults).toEqual([])
})

test('what someone else has saved is told, not overwritten', async () => {
  const web_widget_id = await newWidget({ name: 'Shared' })
  await using opened = await openPage(browser)
  const { page } = opened
  await signIn(page, server, `/web-widgets/${web_widget_id}`)
  await page.getByLabel(appearanceTexts.title, { exact: true }).fill('Mine')
  await server.client.updateWebWidget({ web_widget_id, config: { chat: { title: 'Theirs' } } })
  await press(page, words.save)
  await page.getByText(words.overtaken).waitFor()
  await press(page, words.discard)
  await expect.poll(() => page.getByLabel(appearanceTexts.title, { exact: true }).inputValue()).toBe('Theirs')
})

test('a secret is shown once; viewers change nothing', async () => {
  const web_widget_id = await newWidget({ name: 'Keys' })
  await using opened = await openPage(browser)
  const { page } = opened
  await signIn(page, server, `/web-widgets/${web_widget_id}?section=security`)
  await press(page, securityTexts.newKey)
  expect(await dialog(page).getByLabel(securityTexts.secret).inputValue()).toMatch(/^widk_/)
  await using other = await openPage(browser)
  const key = await makeKey(server, { only: ['web_widgets:read'] })
  await signIn(other.page, server, `/web-widgets/${web_widget_id}`, key)
  await other.page.getByText(words.readOnly).waitFor()
  expect(await other.page.getByLabel(appearanceTexts.title, { exact: true }).isDisabled()).toBe(true)
  expect(await other.page.getByRole('button', { name: words.publish }).count()).toBe(0)
})

test.each(themes)('every section can be used by everyone, in the %s theme', async (theme) => {
  const web_widget_id = await newWidget({ name: `Looks ${theme}` })
  for (const viewport of [
    { width: 400, height: 800 },
    { width: 1280, height: 800 },
  ]) {
    await using opened = await openPage(browser, { viewport, colorScheme: theme })
    const { page } = opened
    await signIn(page, server, '/web-widgets')
    await page.getByRole('link', { name: `Looks ${theme}` }).waitFor()
    await expectAccessible(page)
    for (const section of ['appearance', 'behaviour', 'security', 'install'] as const) {
      await page.goto(`${server.url}/web-widgets/${web_widget_id}?section=${section}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await expectAccessible(page)
    }
  }
})
