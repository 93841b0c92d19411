// Usage, prices and budgets: figures, charts and tables that say what the reports say; what is set is what counts; and a stopped budget
// that every page shows.
import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { moveUsage } from '../../server/src/billing/move.ts'
import { leaveCalls } from '../../server/test/billing/pending.ts'
import { makeKey } from '../../server/test/support/actors.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { billingTexts } from '../src/billing/texts.ts'
import { budgetTexts } from '../src/budgets/texts.ts'
import { chartTexts } from '../src/charts/texts.ts'
import { priceTexts } from '../src/prices/texts.ts'
import { usageTexts } from '../src/usage/texts.ts'
import { expectAccessible, isNoticed, openPage, signIn, startBrowser, themes } from './support/browser.ts'
import { makeAgent } from './support/conversations.ts'

let server: TestServer
let browser: Browser
let desk: string
let night: string

const days = { from: '2026-03-01T00:00:00.000Z', to: '2026-03-15T00:00:00.000Z' }
const ofDays = new URLSearchParams(days).toString()
const scripted = { kind: 'model_call', model: 'openai/scripted' } as const

beforeAll(async () => {
  ;[server, browser] = await Promise.all([startTestServer({ PARLEY_CURRENCY: 'EUR' }), startBrowser()])
  desk = await makeAgent(server, 'Front desk')
  night = await makeAgent(server, 'Night desk')
  await server.client.createPrice({ ...scripted, input: '2', output: '10', valid_from: '2026-01-01T00:00:00Z' })
  const { organization_id } = server
  const at = (day: number) => new Date(Date.UTC(2026, 2, day, 9)).toISOString()
  const call = { organization_id, agent_id: desk, input_tokens: 40_000, output_tokens: 2000 }
  await leaveCalls(
    server.database,
    Array.from({ length: 14 }, (_none, index) => [
      { ...call, at: at(index + 1), input_tokens: 40_000 + 9000 * (index % 5) },
      { ...call, at: at(index + 1), agent_id: night, purpose: 'analysis', input_tokens: 20_000 },
    ]).flat(),
  )
  await leaveCalls(server.database, [
    { ...call, at: at(3), outcome: 'lost', output_tokens: 0 },
    { ...call, at: at(4), agent_id: null, model: 'unknown-1', purpose: 'workflow' },
  ])
  await moveUsage(server.database, 10)
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
/** A notice that something was done is one too, for Base UI. */
const dialog = (page: Page) => page.locator('[role=dialog]:not([aria-modal=false])')
const chart = (page: Page, name: string) => page.getByRole('slider', { name: chartTexts.chart(name), exact: true })
const notice = (page: Page) => page.getByRole('region', { name: billingTexts.notice.label })

test('usage says in figures, charts and tables what the reports say, by what the address asks for', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, `/settings/usage?${ofDays}`)
  const { cost, tokens } = await server.client.getUsageSummary(days)
  await page.getByText(`€${Number(cost.amount).toFixed(2)}`, { exact: true }).waitFor()
  await page.getByText(tokens.input.toLocaleString('en'), { exact: true }).waitFor()
  // What was lost is apart: in its figure, and in a chart of its own.
  await chart(page, usageTexts.charts.lost).waitFor()
  expect(Number(cost.lost_amount)).toBeGreaterThan(0)

  const byAgent = (await server.client.getUsage({ ...days, group_by: 'agent', bucket: 'month' })).data
  await page.getByLabel(usageTexts.group).selectOption('agent')
  const table = page.getByRole('table', { name: usageTexts.breakdown.title('Agent') })
  for (const [name, id] of [
    ['Front desk', desk],
    ['Night desk', night],
  ] as const) {
    const row = byAgent.find(({ agent_id }) => agent_id === id)!
    const cells = table.getByRole('row').filter({ hasText: name })
    await cells.getByText(row.input_tokens.toLocaleString('en')).waitFor()
    await cells.getByText(`€${Number(row.cost).toFixed(2)}`, { exact: true }).waitFor()
  }
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ ...days, group: 'agent' })
  const slider = chart(page, usageTexts.charts.cost)
  await slider.focus()
  await page.keyboard.press('Home')
  await expect
    .poll(() => slider.getAttribute('aria-valuetext'))
    .toMatch(/Mar 1, 2026: Front desk €0\.10, Night desk €0\.06/)
  const around = page.locator('figure').filter({ has: slider })
  await around.getByText(chartTexts.table).click()
  await expect.poll(() => around.getByRole('row').count()).toBe(15)

  await button(page, usageTexts.download.label).click()
  const [sums] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: usageTexts.download.sums }).click(),
  ])
  const rows = (await server.client.getUsage({ ...days, group_by: 'agent', bucket: 'day' })).data
  const lines = (await readFile((await sums.path())!, 'utf8')).trimEnd().split('\r\n')
  expect(lines).toHaveLength(rows.length + 1)
  expect(lines[1]).toContain(`,Front desk,`)
  await button(page, usageTexts.download.label).click()
  const [entries] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: usageTexts.download.entries }).click(),
  ])
  expect((await readFile((await entries.path())!, 'utf8')).trimEnd().split('\r\n')).toHaveLength(31)

  await button(page, usageTexts.presets['last-month']).click()
  await expect.poll(() => Object.fromEntries(new URL(page.url()).searchParams)).toMatchObject({ range: 'last-month' })
  expect(faults).toEqual([])
})

test('a model without a price is named and gets one; a later price is deleted, and an earlier time calculated again', async () => {
  await using opened = await openPage(browser)
  const { page, faults } = opened
  await signIn(page, server, `/settings/usage?${ofDays}`)
  await page.getByRole('link', { name: usageTexts.unpriced.set('openai/unknown-1') }).click()
  await expect.poll(() => dialog(page).getByLabel(priceTexts.model).inputValue()).toBe('openai/unknown-1')
  await button(page, priceTexts.create).click()
  await page.getByText(priceTexts.faults.missing).first().waitFor()
  await dialog(page).getByLabel(priceTexts.rates.input, { exact: true }).fill('4')
  await dialog(page).getByLabel(priceTexts.rates.output, { exact: true }).fill('20')
  await button(page, priceTexts.addTier).click()
  const tier = page.getByRole('group', { name: priceTexts.tier(1) })
  await tier.getByLabel(priceTexts.aboveTokens).fill('200000')
  await tier.getByLabel(priceTexts.rates.input, { exact: true }).fill('8')
  await dialog(page).getByLabel(priceTexts.validFrom).fill('2026-02-01T00:00')
  await button(page, priceTexts.create).click()
  await isNoticed(page, priceTexts.created)
  const row = page.getByRole('row').filter({ hasText: 'openai/unknown-1' })
  await row.getByText(priceTexts.above(200_000)).waitFor()
  await row.getByText(priceTexts.states.current).waitFor()
  const { data } = await server.client.listPrices()
  const price = data.find(({ model }) => model === 'openai/unknown-1')
  expect(Date.parse(price!.valid_from)).toBe(Date.parse('2026-02-01T00:00:00Z'))
  expect(price).toMatchObject({
    ...{ input: '4', output: '20', locked: false },
    tiers: [{ above_input_tokens: 200_000, input: '8' }],
  })

  await button(page, priceTexts.recalculate).click()
  await dialog(page).getByLabel(priceTexts.from, { exact: true }).fill('2026-03-01T00:00')
  await dialog(page).getByLabel(priceTexts.to, { exact: true }).fill('2026-03-15T00:00')
  await dialog(page).getByRole('button', { name: priceTexts.recalculate }).click()
  await isNoticed(page, priceTexts.recalculated)
  await expect
    .poll(async () => (await server.client.listUsageEntries({ kind: 'correction' })).data.map(({ cost }) => cost))
    .toEqual(['0.2'])

  const later = await server.client.createPrice({
    ...scripted,
    input: '3',
    output: '9',
    valid_from: '2100-01-01T00:00:00Z',
  })
  await page.reload()
  // The one that is valid cannot be deleted.
  await button(page, priceTexts.deleteOne('openai/scripted')).click()
  await dialog(page).getByRole('button', { name: 'Delete' }).click()
  await isNoticed(page, priceTexts.deleted)
  expect((await server.client.listPrices()).data.map(({ id }) => id)).not.toContain(later.id)
  await expect.poll(() => button(page, priceTexts.deleteOne('openai/scripted')).count()).toBe(0)
  expect(faults).toEqual([])
})

describe('a budget', () => {
  test('says what it will stop; once it has, every page says so until it is paused', async () => {
    await leaveCalls(server.database, [
      {
        organization_id: server.organization_id,
        at: new Date().toISOString(),
        agent_id: desk,
        input_tokens: 500_000,
        output_tokens: 0,
      },
    ])
    await moveUsage(server.database, 10)
    await using elsewhere = await openPage(browser)
    await signIn(elsewhere.page, server, '/agents')
    await using opened = await openPage(browser)
    const { page, faults } = opened
    await signIn(page, server, '/settings/budgets')
    await button(page, budgetTexts.add).first().click()
    await button(page, budgetTexts.create).click()
    await page.getByText(budgetTexts.faults.name).waitFor()
    await dialog(page).getByLabel(budgetTexts.name, { exact: true }).fill('Monthly cap')
    await dialog(page).getByLabel(budgetTexts.amountIn('EUR')).fill('0.50')
    await dialog(page).getByLabel(budgetTexts.stop).check()
    const effect = page.getByRole('region', { name: budgetTexts.effect.title })
    await effect.getByText(budgetTexts.effect.whole).waitFor()
    await effect.getByText(budgetTexts.effect.refused).waitFor()
    await effect.getByText(budgetTexts.effect.now('€1.00')).waitFor()
    await dialog(page).getByLabel(budgetTexts.message).fill('We are back next month.')
    await effect.getByText(budgetTexts.effect.message).waitFor()
    await button(page, budgetTexts.create).click()
    await isNoticed(page, budgetTexts.created)
    const card = page.getByRole('listitem').filter({ hasText: 'Monthly cap' })
    await card.getByText(budgetTexts.spentOf('€1.00', '€0.50')).waitFor()
    await expect
      .poll(() => card.getByRole('progressbar').getAttribute('aria-valuetext'))
      .toBe(budgetTexts.share('200%'))
    await notice(page).getByText(billingTexts.notice.one('Monthly cap')).waitFor()
    // A page that was open before follows the events of the organization.
    await notice(elsewhere.page).getByText(billingTexts.notice.one('Monthly cap')).waitFor()
    await elsewhere.page.getByRole('link', { name: billingTexts.notice.open }).click()
    await elsewhere.page.getByRole('heading', { name: budgetTexts.title, level: 1 }).waitFor()

    await button(page, budgetTexts.pauseOne('Monthly cap')).click()
    await isNoticed(page, budgetTexts.paused)
    await notice(page).waitFor({ state: 'detached' })
    await notice(elsewhere.page).waitFor({ state: 'detached' })
    await button(page, budgetTexts.resumeOne('Monthly cap')).click()
    await notice(page).waitFor()
    await button(page, budgetTexts.editOne('Monthly cap')).click()
    await dialog(page).getByLabel(budgetTexts.amountIn('EUR')).fill('50')
    await button(page, budgetTexts.save).click()
    await notice(page).waitFor({ state: 'detached' })
    await card.getByText(budgetTexts.statuses.ok).waitFor()
    const [budget] = (await server.client.listBudgets()).data
    expect(budget).toMatchObject({ amount: '50', stop: true, message: 'We are back next month.', warn_at: [0.8] })

    await button(page, budgetTexts.deleteOne('Monthly cap')).click()
    await dialog(page).getByRole('button', { name: 'Delete' }).click()
    await page.getByText(budgetTexts.emptyTitle).waitFor()
    expect([...faults, ...elsewhere.faults]).toEqual([])
  })

  test('is seen only with the permission', async () => {
    const blind = await makeKey(server, { without: ['billing:manage'] })
    await using opened = await openPage(browser)
    const { page, faults } = opened
    const asked: string[] = []
    page.on('request', (request) => request.url().includes('/admin/budgets') && asked.push(request.url()))
    await signIn(page, server, '/settings/budgets', blind)
    await page.getByText('you need the scope billing:manage').waitFor()
    await expect.poll(() => page.getByRole('link', { name: budgetTexts.title }).count()).toBe(0)
    for (const path of ['usage', 'prices']) {
      await page.goto(`${server.url}/settings/${path}`)
      await page.getByText('you need the scope billing:manage').waitFor()
    }
    expect(asked).toEqual([])
    expect(faults).toEqual([])
  })
})

test.each(themes)('axe finds nothing in %s, wide and narrow', async (colorScheme) => {
  const { id: budget_id } = await server.client.createBudget({
    name: 'Cap',
    amount: '0.10',
    period: 'total',
    stop: true,
  })
  for (const width of [1280, 390]) {
    await using opened = await openPage(browser, { colorScheme, viewport: { width, height: 800 } })
    const { page } = opened
    const look = async (name: string) => {
      const shots = process.env['PARLEY_TEST_SHOTS']
      if (shots) await page.screenshot({ path: `${shots}/${name}-${colorScheme}-${width}.png` })
      await expectAccessible(page)
      await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    }
    await signIn(page, server, `/settings/usage?${ofDays}&group=model`)
    await chart(page, usageTexts.charts.cost).waitFor()
    await notice(page).waitFor()
    await look('usage')
    await page.getByRole('table', { name: usageTexts.breakdown.title('Model') }).scrollIntoViewIfNeeded()
    await look('usage-below')
    await page.goto(`${server.url}/settings/prices`)
    await page.getByRole('row').nth(1).waitFor()
    await look('prices')
    await button(page, priceTexts.add).click()
    await button(page, priceTexts.addTier).click()
    await look('price-new')
    await page.goto(`${server.url}/settings/budgets`)
    await page.getByRole('progressbar').waitFor()
    await look('budgets')
    await button(page, budgetTexts.editOne('Cap')).click()
    await page.getByRole('region', { name: budgetTexts.effect.title }).scrollIntoViewIfNeeded()
    await look('budget-edit')
  }
  await server.client.deleteBudget({ budget_id })
})
