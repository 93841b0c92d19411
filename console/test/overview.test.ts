// The overview: figures and charts that say what the statistics say, by mouse, by keyboard and as tables, and lead to the inbox.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeKey } from '../../server/test/support/actors.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { chooseAgent, expectAccessible, openPage, signIn, startBrowser, themes } from './support/browser.ts'
import { bringIn, makeAgent } from './support/conversations.ts'
import { chartTexts } from '../src/charts/texts.ts'
import { overviewTexts } from '../src/overview/texts.ts'
import { texts } from '../src/texts/index.ts'

let server: TestServer
let browser: Browser
let desk: string
let night: string

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer(), startBrowser()])
  desk = await makeAgent(server, 'Front desk')
  night = await makeAgent(server, 'Night desk')
  // Over some days, of both.
  await bringIn(server, 60, (index) => {
    const created_at = new Date(Date.now() - (index + 1) * 3 * 3_600_000).toISOString()
    return { agent_id: index % 3 === 0 ? night : desk, created_at }
  })
  const { client, model } = server
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'ada', agent_id: desk })
  const conversation_id = conversation.id
  await client.sendConversationMessage({ conversation_id, text: 'Hello' })
  model.answer = () => 400
  await client.sendConversationMessage({ conversation_id, text: 'Hello?' }).catch(() => {})
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const figure = (page: Page, name: string) =>
  page
    .locator('dl > div')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('dd')
    .first()
const chart = (page: Page, name: string) => page.getByRole('slider', { name: `${name} over time` })
const day_ms = 86_400_000

/** The last so many days, with today. */
function lastDays(count: number) {
  const to = (Math.floor(Date.now() / day_ms) + 1) * day_ms
  return { from: new Date(to - count * day_ms).toISOString(), to: new Date(to).toISOString() }
}

describe('the figures', () => {
  test('are those of the statistics, and lead to the conversations that they count', async () => {
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, '/overview')
    const statistics = () => server.client.getStatistics(lastDays(7))
    const link = figure(page, 'Conversations').getByRole('link')
    // Of the same day, whichever it is by then.
    await expect
      .poll(async () => (await link.innerText()) === String((await statistics()).totals.conversations))
      .toBe(true)
    const { totals, active_conversations } = await statistics()
    expect(totals.conversations).toBeGreaterThan(20)
    await expect.poll(() => figure(page, 'Active now').innerText()).toBe(String(active_conversations))
    await expect.poll(() => figure(page, 'Replies').innerText()).toBe('1')
    await expect.poll(() => figure(page, 'Failed replies').innerText()).toBe('50%')
    await page.getByRole('listitem').filter({ hasText: texts.outcomes.model_error }).getByText('1').first().waitFor()

    await link.click()
    await page.getByText(`${totals.conversations} conversations`, { exact: true }).waitFor()
    await page.goBack()
    await figure(page, 'Active now').getByRole('link').click()
    await page.getByText(`${active_conversations} conversation`, { exact: true }).waitFor()
    expect(page.url()).toContain('status=in_progress')

    for (const [text, filter] of [
      [texts.outcomes.model_error, { parley_turn_outcome: 'model_error' }],
      ['Inactivity', { parley_end_reason: 'inactivity' }],
    ] as const) {
      await page.goto(`${server.url}/overview`)
      await page.getByRole('link', { name: text, exact: true }).click()
      await expect.poll(() => Object.fromEntries(new URL(page.url()).searchParams)).toMatchObject(filter)
      const { from: created_after, to: created_before } = lastDays(7)
      const { count } = await server.client.countConversations({ ...filter, created_after, created_before })
      expect(count).toBeGreaterThan(0)
      await page.getByText(new RegExp(`^${count} conversations?$`)).waitFor()
    }
    expect(faults).toEqual([])
  })

  test('follow the range and the agent, which are in the address', async () => {
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, '/overview?range=90d')
    const conversations = () => figure(page, 'Conversations').innerText()
    await expect.poll(conversations).toBe('61')
    await chooseAgent(page, 'Night desk')
    await expect.poll(conversations).toBe('20')
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ range: '90d', agent_id: night })
    await page.reload()
    await expect.poll(conversations).toBe('20')
    await chooseAgent(page, 'All agents')
    await page.getByRole('button', { name: '24 hours' }).click()
    const ofHours = async () => (await server.client.getStatistics({ from: hourBefore(23), bucket: 'hour' })).totals
    await expect.poll(async () => (await conversations()) === String((await ofHours()).conversations)).toBe(true)

    await page.getByRole('button', { name: 'Custom' }).click()
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByText(chartTexts.fromMissing).waitFor()
    await page.getByLabel('From', { exact: true }).fill('2021-03-01T00:00')
    await page.getByLabel('To', { exact: true }).fill('2021-02-01T00:00')
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByText(chartTexts.fromAfterTo).waitFor()
    await page.getByLabel('To', { exact: true }).fill('2021-03-05T00:00')
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByText(overviewTexts.emptyTitle).waitFor()
    expect(page.url()).toContain('from=2021-03-01')
    await page.goto(`${server.url}/overview?from=1999-01-01T00:00:00Z&to=2021-01-01T00:00:00Z`)
    await page.getByText(texts.states.failed).waitFor()
    expect(faults).toEqual([])
  })

  const hourBefore = (hours: number) => new Date((Math.floor(Date.now() / 3_600_000) - hours) * 3_600_000).toISOString()
})

describe('a chart', () => {
  test('is read by arrow keys, day by day, and as a table that leads to the inbox', async () => {
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, '/overview')
    const slider = chart(page, overviewTexts.charts.conversations)
    await slider.focus()
    const { buckets } = await server.client.getStatistics(lastDays(7))
    const told = () => slider.getAttribute('aria-valuetext')
    await expect.poll(told).toContain(`Conversations ${buckets.at(-1)!.conversations}`)
    await page.keyboard.press('Home')
    await expect.poll(told).toContain(`Conversations ${buckets[0]!.conversations}`)
    await page.keyboard.press('ArrowRight')
    await expect.poll(told).toContain(`Conversations ${buckets[1]!.conversations}`)
    await expect.poll(() => slider.getAttribute('aria-valuenow')).toBe('1')
    // The others show the same moment.
    await expect.poll(() => chart(page, 'Tokens').getAttribute('aria-valuenow')).toBe('1')

    const around = page.locator('figure').filter({ has: slider })
    await around.getByText(chartTexts.table).click()
    await expect.poll(() => around.getByRole('row').count()).toBe(buckets.length + 1)
    const most = buckets.reduce((a, b) => (b.conversations > a.conversations ? b : a))
    await around
      .getByRole('row')
      .nth(buckets.indexOf(most) + 1)
      .getByRole('link')
      .click()
    await page.getByText(`${most.conversations} conversations`, { exact: true }).waitFor()
    expect(faults).toEqual([])
  })

  test('is drawn, follows the theme and the room there is, and shows what the mouse points at', async () => {
    await using opened = await openPage(browser, { colorScheme: 'light' })
    const { page, faults } = opened
    await signIn(page, server, '/overview')
    const slider = chart(page, overviewTexts.charts.conversations)
    await slider.scrollIntoViewIfNeeded()
    const pixels = () =>
      slider.locator('canvas').evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL())
    const light = await pixels()
    // Wherever it stands once everything is loaded.
    await expect
      .poll(async () => {
        const box = (await slider.boundingBox())!
        await page.mouse.move(box.x + box.width - 30, box.y + box.height / 2)
        return slider.getAttribute('aria-valuenow')
      })
      .toBe('6')
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    await expect.poll(pixels).not.toBe(light)
    await page.setViewportSize({ width: 500, height: 800 })
    await expect.poll(async () => (await slider.locator('canvas').boundingBox())!.width).toBeLessThan(500)
    expect(faults).toEqual([])
  })
})

test('people who cannot read conversations are told which scope it takes', async () => {
  await using opened = await openPage(browser)
  await signIn(opened.page, server, '/overview', await makeKey(server, { only: ['agents:read'] }))
  await opened.page.getByText('need one of the scopes conversations:read').waitFor()
})

test('figures that cannot be read again stay, and say that they are not up to date', async () => {
  await using opened = await openPage(browser)
  const { page } = opened
  await page.clock.install()
  await signIn(page, server, '/overview?range=90d')
  await expect.poll(() => figure(page, 'Conversations').innerText()).toBe('61')
  await page.context().setOffline(true)
  await page.clock.fastForward(31_000)
  await page.getByText(texts.outOfDate).waitFor()
  await expect.poll(() => figure(page, 'Conversations').innerText()).toBe('61')
  await page.context().setOffline(false)
  await page.clock.fastForward(31_000)
  await page.getByText(texts.outOfDate).waitFor({ state: 'detached' })
})

test('it says when the figures cannot be read, and reads them when asked again', async () => {
  await using opened = await openPage(browser)
  const { page } = opened
  await signIn(page, server, '/overview')
  await figure(page, 'Conversations').waitFor()
  await page.context().setOffline(true)
  await page.getByRole('button', { name: '30 days' }).click()
  await page.getByText(texts.states.failed).waitFor()
  await page.context().setOffline(false)
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => figure(page, 'Conversations').innerText()).toBe('61')
})

test.each(themes)('axe finds nothing in %s, wide and narrow', async (colorScheme) => {
  for (const width of [1280, 390]) {
    await using opened = await openPage(browser, { colorScheme, viewport: { width, height: 800 } })
    const { page } = opened
    await signIn(page, server, '/overview')
    await chart(page, 'Tokens').waitFor()
    await page.getByText(chartTexts.table).first().click()
    await expectAccessible(page)
    await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  }
})
