// Webhooks in the settings, with real receivers: from a new endpoint to deliveries that are sent again.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeKey } from '../../server/test/support/actors.ts'
import { opened_hosts } from '../../server/test/webhooks/fixture.ts'
import { type Receiver, answer, startReceiver } from '../../server/test/webhooks/receiver.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { chooseAgent, expectAccessible, isNoticed, openPage, signIn, startBrowser, themes } from './support/browser.ts'
import { makeAgent } from './support/conversations.ts'
import { settingsTexts } from '../src/settings/texts.ts'
import { shellTexts } from '../src/shell/texts.ts'
import { webhookTexts } from '../src/webhooks/texts.ts'

let server: TestServer
let browser: Browser
let receiver: Receiver
let agent_id: string

beforeAll(async () => {
  ;[server, browser, receiver] = await Promise.all([startTestServer(opened_hosts), startBrowser(), startReceiver()])
  agent_id = await makeAgent(server, 'Front desk')
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
  await receiver?.[Symbol.asyncDispose]()
})

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
/** A notice that something was done is one too, for Base UI. */
const dialog = (page: Page) => page.locator('[role=dialog]:not([aria-modal=false])')
const deliveries = (page: Page) => page.getByRole('list', { name: 'Deliveries' }).locator('> li')

const makeEndpoint = async (fields: { url?: string; events?: string[] } = {}) => {
  const made = await server.client.createWebhookEndpoint({ url: receiver.url, events: ['conversation.*'], ...fields })
  return made.id
}

describe('an endpoint', () => {
  test('is made with what it is to get; its secret is shown once, and signs what comes', async () => {
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, '/settings/webhooks')
    await button(page, 'New webhook').click()
    await button(page, 'Create').click()
    await page.getByText(webhookTexts.urlMissing).waitFor()
    await dialog(page).getByLabel(webhookTexts.url).fill('ftp://example.com')
    await button(page, 'Create').click()
    await page.getByText('Must be an http or https address.').waitFor()
    await dialog(page).getByLabel(webhookTexts.url).fill(receiver.url)
    await dialog(page).getByLabel('conversation.*').uncheck()
    await button(page, 'Create').click()
    await page.getByText(webhookTexts.eventsMissing).waitFor()
    await dialog(page).getByLabel('turn.*').check()
    await chooseAgent(page, 'Front desk')
    await dialog(page).getByLabel('Description').fill('The ledger')
    await button(page, 'Create').click()
    const secret = await dialog(page).getByLabel('Signing secret').inputValue()
    expect(secret).toMatch(/^whsec_/)
    await button(page, settingsTexts.kept).click()
    await page.getByRole('link', { name: receiver.url }).waitFor()
    await page.reload()
    await page.getByText('The ledger').waitFor()
    expect(await page.content()).not.toContain(secret)

    receiver.secret = secret
    receiver.received.length = 0
    await page.getByRole('link', { name: receiver.url }).click()
    await button(page, 'Send test event').click()
    await deliveries(page).filter({ hasText: 'webhook.test' }).getByText('Delivered').waitFor()
    expect(receiver.received.map(({ event }) => event.type)).toEqual(['webhook.test'])
    const { data } = await server.client.listWebhookEndpoints()
    expect(data[0]).toMatchObject({ events: ['turn.*'], agent_id, description: 'The ledger', active: true })
    await server.client.deleteWebhookEndpoint({ webhook_id: data[0]!.id })
    receiver.secret = null
    expect(faults).toEqual([])
  })

  test('is changed, gets another secret, and is deleted', async () => {
    const webhook_id = await makeEndpoint()
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, `/settings/webhooks/${webhook_id}`)
    await button(page, 'Edit').click()
    await dialog(page).getByLabel(webhookTexts.everything).check()
    await dialog(page).getByLabel('Active').uncheck()
    await button(page, 'Save').click()
    await page.getByText('New events are not sent.').waitFor()
    expect(await server.client.getWebhookEndpoint({ webhook_id })).toMatchObject({ events: ['*'], active: false })
    await expect.poll(() => button(page, 'Send test event').isDisabled()).toBe(true)

    await button(page, 'New secret').click()
    await dialog(page)
      .getByLabel(webhookTexts.rotateDialog.previous)
      .selectOption(webhookTexts.rotateDialog.choices[604_800])
    await button(page, webhookTexts.rotateDialog.submit).click()
    await dialog(page).getByLabel('Signing secret').waitFor()
    await button(page, settingsTexts.kept).click()
    await page.getByText(webhookTexts.previousUntil).waitFor()

    await button(page, 'Delete').click()
    await dialog(page).getByRole('button', { name: 'Delete' }).click()
    await page.waitForURL(`${server.url}/settings/webhooks`)
    expect((await server.client.listWebhookEndpoints()).data.map(({ id }) => id)).not.toContain(webhook_id)
    await page.goto(`${server.url}/settings/webhooks/${webhook_id}`)
    await page.getByText(shellTexts.notFound.title).waitFor()
    expect(faults).toEqual([])
  })

  test('that the server has switched off says why, and is switched on again', async () => {
    await using gone = await startReceiver()
    gone.answer = (response) => answer(response, 410)
    const webhook_id = await makeEndpoint({ url: gone.url })
    await server.client.testWebhookEndpoint({ webhook_id })
    await using opened = await openPage(browser)
    const { page } = opened
    await expect.poll(async () => (await server.client.getWebhookEndpoint({ webhook_id })).active).toBe(false)
    await signIn(page, server, `/settings/webhooks/${webhook_id}`)
    await page.getByText(webhookTexts.stateHints.gone).waitFor()
    gone.answer = (response) => answer(response, 204)
    await button(page, webhookTexts.switchOn).click()
    await page.getByText('Events are sent.').waitFor()
    expect(await server.client.getWebhookEndpoint({ webhook_id })).toMatchObject({ active: true, disabled_at: null })
    await server.client.deleteWebhookEndpoint({ webhook_id })
  })
})

describe('deliveries', () => {
  test('are listed with tries and answers, filtered by status, and sent again, one or a range', async () => {
    await using fickle = await startReceiver()
    // After this answer there is no other try, and the endpoint is switched off.
    fickle.answer = (response) => answer(response, 410, 'out of order')
    const webhook_id = await makeEndpoint({ url: fickle.url })
    await server.client.testWebhookEndpoint({ webhook_id })
    await expect.poll(async () => (await server.client.getWebhookEndpoint({ webhook_id })).active).toBe(false)
    await expect
      .poll(async () => (await server.client.listWebhookDeliveries({ webhook_id })).data[0]!.status)
      .toBe('failed')
    await server.client.updateWebhookEndpoint({ webhook_id, active: true })

    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, `/settings/webhooks/${webhook_id}?status=failed`)
    await deliveries(page).getByText('Answered 410').click()
    await page.getByText('out of order').waitFor()
    await page.getByRole('group', { name: webhookTexts.deliveries.filter }).getByText('Delivered').click()
    await page.getByText(webhookTexts.deliveries.emptyFiltered).waitFor()
    expect(page.url()).toContain('status=delivered')
    await page.getByRole('group', { name: webhookTexts.deliveries.filter }).getByText('All').click()

    fickle.answer = (response) => answer(response, 204)
    await button(page, 'Send webhook.test again').click()
    await deliveries(page).getByText('Delivered').waitFor()
    const once = fickle.received.length
    await button(page, 'Send again…').click()
    await dialog(page).getByLabel(webhookTexts.deliveries.redeliverDialog.onlyFailed).uncheck()
    await button(page, 'Send again').click()
    await isNoticed(page, webhookTexts.deliveries.redeliverDialog.done(1))
    await expect.poll(() => fickle.received.length).toBeGreaterThan(once)
    const ids = new Set(fickle.received.map(({ event }) => event.id))
    expect(ids.size).toBe(1)
    await server.client.deleteWebhookEndpoint({ webhook_id })
    expect(faults).toEqual([])
  })
})

describe('without the permission', () => {
  test('a viewer sees endpoints and deliveries, without answers and without buttons', async () => {
    const webhook_id = await makeEndpoint()
    receiver.answer = (response) => answer(response, 200, 'an echo of what was said')
    await server.client.testWebhookEndpoint({ webhook_id })
    const { pat_key } = await server.client.createOrganizationKey({ name: 'Viewer', role: 'viewer' })
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, `/settings/webhooks/${webhook_id}`, pat_key)
    await page.getByText('you need the scope webhooks:manage').waitFor()
    await deliveries(page).getByText('Answered 200').click()
    await page.getByText('The answer is hidden').waitFor()
    expect(await page.content()).not.toContain('an echo')
    await expect.poll(() => page.getByRole('button', { name: /Edit|Delete|Send|New secret/ }).count()).toBe(0)

    const blind = await makeKey(server, { without: ['conversations:read_sensitive'] })
    await using other = await openPage(browser)
    await signIn(other.page, server, `/settings/webhooks/${webhook_id}`, blind)
    await other.page.getByText('you need the scope conversations:read_sensitive').waitFor()
    await button(other.page, 'Send test event').waitFor()
    await expect.poll(() => button(other.page, 'Edit').count()).toBe(0)
    await server.client.deleteWebhookEndpoint({ webhook_id })
    expect(faults).toEqual([])
  })
})

test.each(themes)('axe finds nothing in %s, wide and narrow', async (colorScheme) => {
  receiver.answer = (response) => answer(response, 200, 'thanks')
  const webhook_id = await makeEndpoint()
  await server.client.testWebhookEndpoint({ webhook_id })
  for (const width of [1280, 390]) {
    await using opened = await openPage(browser, { colorScheme, viewport: { width, height: 800 } })
    const { page } = opened
    await signIn(page, server, '/settings/webhooks')
    await page.getByRole('link', { name: receiver.url }).waitFor()
    await expectAccessible(page)
    await button(page, 'New webhook').click()
    await dialog(page).getByLabel(webhookTexts.url).waitFor()
    await expectAccessible(page)
    await page.goto(`${server.url}/settings/webhooks/${webhook_id}`)
    await deliveries(page).getByText('Answered 200').click()
    await page.getByText('thanks').waitFor()
    await expectAccessible(page)
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  }
  await server.client.deleteWebhookEndpoint({ webhook_id })
})
