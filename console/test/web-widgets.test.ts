// Web widgets in the console: from a new one to a published one, what its preview shows before anything is saved, and what two editors
// see of each other.
import { SignJWT } from 'jose'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeKey } from '../../server/test/support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../../server/test/support/server.ts'
import { endUser, enter } from '../../server/test/web-widgets/browser.ts'
import { opened_sites, shop, startSite } from '../../server/test/web-widgets/site.ts'
import type { ToolPeer } from '../../server/test/support/tool-peer.ts'
import { conversationTexts } from '../src/conversation/texts.ts'
import { texts } from '../src/texts/index.ts'
import { formTexts } from '../src/web-widgets/forms/texts.ts'
import {
  activityTexts,
  appearanceTexts,
  installTexts,
  previewTexts,
  securityTexts,
  textTexts,
  versionTexts,
} from '../src/web-widgets/section-texts.ts'
import { widgetTexts as words } from '../src/web-widgets/texts.ts'
import { widgetSections } from '../src/web-widgets/widget-search.ts'
import {
  beforeNextChange,
  chooseAgent,
  expectAccessible,
  isNoticed,
  openPage,
  signIn,
  startBrowser,
  themes,
} from './support/browser.ts'
import { dialog, press } from './support/editor.ts'
import { built_widget, openPreview } from './support/widget.ts'

const { visitor: visitorTexts } = conversationTexts

let server: TestServer
let browser: Browser
let site: ToolPeer
let agent_id: string

beforeAll(async () => {
  site = await startSite(shop())
  server = await startTestServer(opened_sites, { first_pages: () => [site.url], widget_folder: built_widget })
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
const configOf = async (web_widget_id: string) => (await server.client.getWebWidget({ web_widget_id })).config

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
  const title = page.getByLabel(appearanceTexts.title, { exact: true })
  // What a site proposes is shown before and after, and can be taken back.
  await page.getByLabel(appearanceTexts.domain).fill('lamps.example')
  await press(page, appearanceTexts.find)
  const row = page.getByRole('row', { name: appearanceTexts.title })
  await row.getByText('Harbour Lamps').waitFor()
  await expect.poll(() => row.getByRole('cell').allInnerTexts()).toEqual([appearanceTexts.builtIn, 'Harbour Lamps'])
  expect(await title.inputValue()).toBe('')
  await press(page, appearanceTexts.take)
  await expect.poll(() => title.inputValue()).toBe('Harbour Lamps')
  await press(page, appearanceTexts.takeBack)
  expect(await title.inputValue()).toBe('')
  await press(page, appearanceTexts.take)
  await page.getByLabel(appearanceTexts.subtitle).fill('We answer')
  await page.keyboard.press('Control+s')
  await isNoticed(page, words.saved)
  await page.getByRole('link', { name: words.sections.security }).click()
  const domains = page.getByRole('textbox', { name: securityTexts.domains })
  await domains.fill('shop.example\nftp://example.com')
  await press(page, words.save)
  await page.getByText('ftp://example.com must be an http or https site').waitFor()
  await domains.fill('example.com')
  await press(page, words.save)
  await expect.poll(() => domains.inputValue()).toBe('https://example.com')
  await press(page, words.publish)
  await dialog(page).getByText(words.publishText('Version 1 of Front desk')).waitFor()
  await dialog(page).getByText('https://example.com').waitFor()
  await dialog(page).getByRole('button', { name: words.publish }).click()
  await page.getByText(words.reasons.live).waitFor()
  await page.getByRole('link', { name: words.sections.install }).click()
  const snippet = await page.getByRole('group', { name: installTexts.frameworks.html, exact: true }).innerText()
  await page.getByRole('button', { name: installTexts.frameworks.wordpress }).click()
  await page.getByText('wp_enqueue_script').waitFor()
  const { data } = await server.client.listWebWidgets({ name: 'Shop' })
  expect(snippet).toContain(`/public/embed/${data[0]!.id}`)
  expect(data[0]).toMatchObject({
    published: true,
    config: { chat: { title: 'Harbour Lamps', subtitle: 'We answer' } },
  })
  expect(faults).toEqual([])
})

test('what is not saved is in the preview: texts, colors, theme, language, device; nobody else can write there', async () => {
  const web_widget_id = await newWidget({ name: 'Preview', config: { chat: { title: 'Stored' } } })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, `/web-widgets/${web_widget_id}`)
  const { sample, chat } = await openPreview(page)
  await expect.poll(() => chat.locator('h1').innerText()).toBe('Stored')
  const title = page.getByLabel(appearanceTexts.title, { exact: true })
  await title.fill('Not saved')
  await chat.getByRole('heading', { name: 'Not saved' }).waitFor()
  // The one who writes keeps the focus.
  await expect.poll(() => title.evaluate((field) => field === document.activeElement)).toBe(true)
  const background = page.getByLabel(appearanceTexts.background(words.parts.header), { exact: true })
  await background.fill('#ffee00')
  await page.getByLabel(appearanceTexts.text(words.parts.header), { exact: true }).fill('#ffffff')
  await page.getByText(/^1\.2:1, drawn 1[0-9.]+:1$/).waitFor()
  const headerColors = () =>
    chat.locator('header').evaluate((header) => {
      const { backgroundColor, color } = getComputedStyle(header)
      return [backgroundColor, color]
    })
  await expect.poll(headerColors).toEqual(['rgb(255, 238, 0)', 'rgb(0, 0, 0)'])
  // Another frame cannot speak for the console.
  await chat.evaluate(async () => {
    const heard = new Promise((resolve) => parent.addEventListener('message', resolve, { once: true }))
    const config = { chat: { title: 'Forged' } }
    parent.postMessage({ parley_sample: 1, config, theme: 'dark', locale: 'fr' }, '*')
    await heard
  })
  await expect.poll(() => sample.evaluate(() => document.documentElement.lang)).toBe('en')
  const preview = page.getByRole('region', { name: previewTexts.title, exact: true })
  await preview.getByRole('button', { name: previewTexts.themes.dark }).click()
  await expect.poll(() => sample.evaluate(() => document.documentElement.style.colorScheme)).toBe('dark')
  await expect.poll(() => chat.evaluate(() => document.documentElement.style.colorScheme)).toBe('dark')
  await expect.poll(() => chat.locator('h1').innerText()).toBe('Not saved')
  await preview.getByRole('button', { name: previewTexts.devices.phone }).click()
  await expect.poll(() => sample.evaluate(() => innerWidth)).toBe(390)
  await page.getByLabel(previewTexts.language).selectOption('ar')
  await expect.poll(() => chat.evaluate(() => document.documentElement.dir)).toBe('rtl')
  await expect.poll(() => configOf(web_widget_id)).toEqual({ chat: { title: 'Stored' } })
  // A real conversation, which counts nowhere.
  server.model.answer = () => 'From the preview.'
  await chat.locator('#composer').fill('Hi')
  await chat.locator('#composer').press('Enter')
  await chat.getByText('From the preview.').waitFor()
  expect((await server.client.getWebWidgetStatistics({ web_widget_id })).data).toEqual([])
  expect(faults).toEqual([])
})

test('a form is written, sorted by keyboard and mouse, tried here and in the preview, and saved', async () => {
  const web_widget_id = await newWidget({ name: 'Forms' })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, `/web-widgets/${web_widget_id}?section=forms`)
  const { chat } = await openPreview(page)
  const part = page.getByRole('region', { name: formTexts.before })
  await part.getByRole('button', { name: formTexts.add }).click()
  for (const label of ['Email', 'Topic']) {
    await part.getByRole('button', { name: formTexts.addField }).click()
    await part
      .getByRole('button', { name: /^Question \d/ })
      .last()
      .click()
    await part.getByLabel(formTexts.label, { exact: true }).fill(label)
    if (label === 'Topic') {
      await part.getByLabel(formTexts.type, { exact: true }).selectOption('select')
      await part.getByLabel(formTexts.options).fill('Order\nReturn\n')
      await part.getByRole('checkbox', { name: formTexts.isRequired }).check()
    }
    await part.getByRole('button', { name: label, exact: false }).and(page.locator('[aria-expanded]')).click()
  }
  const names = () => part.locator('[data-handle]').evaluateAll((all) => all.map((one) => one.ariaLabel))
  const handle = (name: string) => part.getByRole('button', { name: formTexts.handle(name), exact: true })
  await handle('Topic').focus()
  await page.keyboard.press('ArrowUp')
  await page.getByText(formTexts.moved('Topic', 2, 3)).waitFor()
  // The handle keeps the focus, so that the next press moves on.
  await expect.poll(() => handle('Topic').evaluate((one) => one === document.activeElement)).toBe(true)
  await page.keyboard.press('ArrowUp')
  await expect.poll(names).toEqual(['Topic', 'Name', 'Email'].map(formTexts.handle))
  await handle('Topic').dragTo(handle('Email'))
  await expect.poll(names).toEqual(['Name', 'Email', 'Topic'].map(formTexts.handle))
  // In the preview it stands before the conversation.
  await chat.getByLabel('Topic').waitFor()
  const trial = part.getByRole('region', { name: formTexts.trial })
  await trial.getByLabel('Name').fill('Ada')
  await trial.getByRole('combobox').selectOption('Return')
  await trial.getByRole('button').click()
  await trial.getByText('"topic": "Return"').waitFor()
  await press(page, words.save)
  await isNoticed(page, words.saved)
  await expect
    .poll(() => configOf(web_widget_id))
    .toMatchObject({
      pre_conversation_form: {
        id: 'pre_chat',
        fields: [
          { id: 'name', label: 'Name', type: 'text' },
          { id: 'email', label: 'Email', type: 'text' },
          { id: 'topic', label: 'Topic', type: 'select', required: true, options: ['Order', 'Return'] },
        ],
      },
    })
  // What the server finds wrong stands at its field.
  await part.getByRole('button', { name: /^Email/ }).click()
  await part.getByLabel(formTexts.id, { exact: true }).fill('visitor')
  await press(page, words.save)
  await part.getByText('is reserved; choose another id').waitFor()
  expect(faults).toEqual([])
})

test('texts, versions and CAPTCHA: each from the first press to what is stored', async () => {
  const web_widget_id = await newWidget({ name: 'Rest' })
  const config = { instructions: 'New words.' }
  const { id: version_id } = await server.client.createAgentVersion({ agent_id, config })
  await server.client.publishAgentVersion({ agent_id, version: '2' })
  await server.client.setSecret({ name: 'TURNSTILE', value: 'not a real one' })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, `/web-widgets/${web_widget_id}?section=texts`)
  const { chat } = await openPreview(page)
  await page.getByRole('checkbox', { name: 'Deutsch' }).uncheck()
  await page.getByLabel(textTexts.search).fill('write a message')
  await page.getByLabel(textTexts.own('Write a message…')).fill('Ask us')
  await expect.poll(() => chat.locator('#composer').getAttribute('placeholder')).toBe('Ask us')
  // A version is changed beside what is not saved, which stays.
  await page.getByRole('link', { name: words.sections.version }).click()
  await page
    .getByRole('region', { name: versionTexts.difference(1, 2) })
    .getByText('instructions')
    .waitFor()
  await page
    .getByRole('button', { name: versionTexts.use(2) })
    .first()
    .click()
  await isNoticed(page, versionTexts.pinned(2))
  expect((await server.client.getWebWidget({ web_widget_id })).agent_version_id).toBe(version_id)
  await press(page, versionTexts.backTo(1))
  await isNoticed(page, versionTexts.pinned(1))
  await page.getByRole('link', { name: words.sections.security }).click()
  const { captcha } = securityTexts
  await page.getByLabel(captcha.provider).selectOption('turnstile')
  await press(page, words.save)
  await page.getByText(words.faults(2)).waitFor()
  await page.getByLabel(captcha.siteKey).fill('0x4AAA')
  await page.getByLabel(captcha.secret, { exact: true }).selectOption('TURNSTILE')
  await press(page, words.save)
  await isNoticed(page, words.saved)
  const stored = await server.client.getWebWidget({ web_widget_id })
  expect(stored.config).toMatchObject({ texts: { en: { hint: 'Ask us' } } })
  expect(stored.config['locales']).not.toContain('de')
  const chosen = { provider: 'turnstile', site_key: '0x4AAA', secret_name: 'TURNSTILE', when: 'suspicious' }
  expect(stored.captcha).toEqual(chosen)
  await page.getByRole('link', { name: words.sections.activity }).click()
  await page.getByText(activityTexts.noRefusals).waitFor()
  await page.getByRole('link', { name: activityTexts.allConversations }).click()
  await page.waitForURL(`**/inbox?web_widget_id=${web_widget_id}`)
  expect(faults).toEqual([])
})

test('a conversation shows what is signed apart from what is claimed, with page and feedback, and blocks its visitor', async () => {
  const post_conversation_feedback = { form: { id: 'feedback', fields: [{ id: 'why', label: 'Why', type: 'text' }] } }
  const web_widget_id = await newWidget({ name: 'Talks', published: true, config: { post_conversation_feedback } })
  const { secret } = await server.client.createWebWidgetIdentityKey({ web_widget_id })
  const claims = { sub: 'user-17', name: 'Ada', metadata: { plan: 'gold' } }
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret))
  const visitor = await enter(server, web_widget_id, {}, { identity: { token } })
  const page_of_visitor = { url: 'https://shop.example/cart?id=1', title: 'Cart' }
  const started = await visitor.start({ client: { plan: 'free' }, page: page_of_visitor, locale: 'de' })
  const conversation_id = started.conversation.id
  await endUser(server, started.token).endConversation({ conversation_id })
  await visitor.client.giveConversationFeedback({ web_widget_id, conversation_id, rating: 4, data: { why: 'Fast' } })
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, `/conversations/${conversation_id}`)
  const part = page.locator('section').filter({ has: page.getByRole('heading', { name: visitorTexts.title }) })
  const groupOf = (name: string) =>
    part
      .locator('div')
      .filter({ has: page.getByRole('heading', { name }) })
      .last()
  await expect
    .poll(() => groupOf(visitorTexts.verified).locator('dd').allInnerTexts())
    .toEqual(['user-17', 'Ada', 'gold'])
  await expect.poll(() => groupOf(visitorTexts.claimed).locator('dd').allInnerTexts()).toEqual(['free'])
  await part.getByRole('link', { name: 'https://shop.example/cart', exact: true }).waitFor()
  await part.getByText('★★★★☆ 4/5').waitFor()
  await part.getByText('Fast').waitFor()
  await expectAccessible(page)
  await press(page, visitorTexts.block)
  await dialog(page).getByLabel(visitorTexts.dialog.for).selectOption('24')
  await dialog(page).getByLabel(visitorTexts.dialog.reason).fill('Rude')
  await dialog(page).getByRole('button', { name: visitorTexts.dialog.submit, exact: true }).click()
  await isNoticed(page, visitorTexts.dialog.done)
  expect(await refusal(visitor.start())).toMatchObject({ status: 403, code: 'visitor_blocked' })
  await page.goto(`${server.url}/web-widgets/${web_widget_id}?section=security`)
  const row = page.getByRole('row', { name: conversation_id })
  await row.getByText('Rude').waitFor()
  await row.getByRole('button', { name: securityTexts.unblock }).click()
  await page.getByText(securityTexts.noBlocks).waitFor()
  expect(await visitor.start()).toMatchObject({ resumed: false })
  expect(faults).toEqual([])
})

test('what someone else has saved is shown, and not overwritten', async () => {
  const web_widget_id = await newWidget({ name: 'Shared' })
  await using opened = await openPage(browser)
  const { page } = opened
  await signIn(page, server, `/web-widgets/${web_widget_id}`)
  const title = page.getByLabel(appearanceTexts.title, { exact: true })
  const theirs = page.getByRole('region', { name: words.overtakenTitle }).getByRole('list')
  await title.fill('Mine')
  // While it is being saved: before, the page might see it by itself.
  await beforeNextChange(page, `**/core/web-widgets/${web_widget_id}`, () =>
    server.client.updateWebWidget({ web_widget_id, config: { chat: { subtitle: 'Theirs' } } }),
  )
  await press(page, words.save)
  await theirs.getByText('config.chat.subtitle').waitFor()
  await expect.poll(() => configOf(web_widget_id)).toEqual({ chat: { subtitle: 'Theirs' } })
  await press(page, words.keepMine)
  await press(page, words.save)
  await isNoticed(page, words.saved)
  await expect.poll(() => configOf(web_widget_id)).toEqual({ chat: { title: 'Mine', subtitle: 'Theirs' } })
  await title.fill('Mine again')
  await server.client.updateWebWidget({ web_widget_id, config: { chat: { title: 'Theirs again' } } })
  // Seen without a save, too.
  await theirs.getByText('Theirs again').waitFor()
  await theirs.getByText(words.bothChanged).waitFor()
  // Nobody leaves with unsaved changes by mistake.
  await page.getByRole('link', { name: words.back }).click()
  await dialog(page).getByText(words.leave.title).waitFor()
  await dialog(page).getByRole('button', { name: texts.cancel, exact: true }).click()
  await press(page, words.takeTheirs)
  await expect.poll(() => title.inputValue()).toBe('Theirs again')
})

test('a secret is shown once; viewers change nothing', async () => {
  const web_widget_id = await newWidget({ name: 'Keys' })
  await using opened = await openPage(browser)
  const { page } = opened
  await signIn(page, server, `/web-widgets/${web_widget_id}?section=security`)
  await press(page, securityTexts.newKey)
  await expect.poll(() => dialog(page).getByLabel(securityTexts.secret).inputValue()).toMatch(/^widk_/)
  await using other = await openPage(browser)
  const key = await makeKey(server, { only: ['web_widgets:read'] })
  await signIn(other.page, server, `/web-widgets/${web_widget_id}`, key)
  await other.page.getByText(words.readOnly).waitFor()
  for (const section of widgetSections) {
    await other.page.getByRole('link', { name: words.sections[section], exact: true }).click()
    await other.page.getByRole('heading', { level: 2, name: words.sections[section], exact: true }).first().waitFor()
    const main = other.page.getByRole('group', { name: words.sections[section], exact: true })
    // Searching and choosing a language change nothing.
    const fields = main.locator('input:enabled:not([readonly]), textarea:enabled, select:enabled')
    const isAllowed = section === 'texts' ? 3 : 0
    await main.waitFor()
    await expect.poll(async () => [section, await fields.count()]).toEqual([section, isAllowed])
  }
  expect(await other.page.getByRole('button', { name: words.publish }).count()).toBe(0)
  expect(await other.page.locator('iframe').count()).toBe(0)
})

test.each(themes)('every section can be used by everyone, in the %s theme', async (theme) => {
  await newWidget({ name: `Looks ${theme}`, config: { pre_conversation_form: askName } })
  for (const width of [360, 1280]) {
    await using opened = await openPage(browser, { viewport: { width, height: 800 }, colorScheme: theme })
    const { page } = opened
    await signIn(page, server, '/web-widgets')
    await page.getByRole('link', { name: `Looks ${theme}` }).waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: `Looks ${theme}` }).click()
    for (const section of widgetSections) {
      await page.getByRole('link', { name: words.sections[section], exact: true }).click()
      await page.getByRole('group', { name: words.sections[section], exact: true }).waitFor()
      await expectAccessible(page)
      const drawn = () => page.evaluate('document.documentElement.scrollWidth')
      await expect.poll(drawn, { message: section }).toBe(width)
    }
    if (width > 1000) continue
    await press(page, words.preview)
    await openPreview(page)
    await expectAccessible(page)
  }
})

const askName = { id: 'pre_chat', fields: [{ id: 'name', label: 'Name', type: 'text' }] }
