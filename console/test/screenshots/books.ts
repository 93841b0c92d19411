// The pictures of what the shop's agents cost, of who changed what, of MCP and of the organizations below the shop; and what has to be
// there for them.
import type { Page } from 'playwright-core'
import { moveUsage } from '../../../server/src/billing/move.ts'
import { leaveCalls } from '../../../server/test/billing/pending.ts'
import { auditTexts } from '../../src/audit-log/texts.ts'
import { budgetTexts } from '../../src/budgets/texts.ts'
import { chartTexts } from '../../src/charts/texts.ts'
import { mcpTexts } from '../../src/mcp/texts.ts'
import { organizationsTexts } from '../../src/organizations/texts.ts'
import { usageTexts } from '../../src/usage/texts.ts'
import { signInAs } from '../support/chromium.ts'
import { shown_at } from './history.ts'
import type { Scene, Screen } from './main.ts'

export interface Books {
  child_organization_id: string
}

const day_ms = 86_400_000
const usage = '/settings/usage?range=30d&group=agent'
const seeUsage = (page: Page) =>
  page.getByRole('slider', { name: chartTexts.chart(usageTexts.charts.cost), exact: true }).waitFor()
const organizations = '/settings/organizations'

export const booksScreens: readonly Screen[] = [
  { name: 'usage', path: () => usage, prepare: seeUsage },
  { name: 'usage-narrow', path: () => usage, prepare: seeUsage, isNarrow: true },
  {
    name: 'prices',
    path: () => '/settings/prices',
    prepare: (page) => page.getByText('anthropic/claude-haiku-4-5').first().waitFor(),
  },
  { name: 'budgets', path: () => '/settings/budgets', prepare: seeBudgets, isLive: true },
  { name: 'budget-narrow', path: () => '/settings/budgets', prepare: editBudget, isLive: true, isNarrow: true },
  { name: 'audit-log', path: () => '/settings/audit-log?via=api', prepare: openEntry, isLive: true },
  {
    name: 'mcp',
    path: () => '/settings/mcp',
    prepare: (page) => page.getByRole('heading', { name: mcpTexts.connect }).waitFor(),
  },
  { name: 'organizations', path: () => organizations, prepare: openTree },
  {
    name: 'organization-new',
    path: () => `${organizations}/new`,
    prepare: nameNew,
    // Keys cannot ask whether a slug is free.
    enter: (page, { url, member }) => signInAs(page, { url }, member.email, member.password),
  },
  {
    name: 'organization-below',
    path: ({ child_organization_id }) => `${organizations}/${child_organization_id}`,
    prepare: (page) => page.getByText('lena.koch@harbourlane.example').waitFor(),
    isLive: true,
  },
]

async function seeBudgets(page: Page): Promise<void> {
  await page.getByRole('progressbar').nth(2).waitFor()
}

async function editBudget(page: Page): Promise<void> {
  await page.getByRole('button', { name: budgetTexts.editOne('Barista line') }).click()
  await page.getByRole('region', { name: budgetTexts.effect.title }).waitFor()
}

async function openEntry(page: Page): Promise<void> {
  const entries = page.getByRole('list', { name: auditTexts.list, exact: true }).locator('> li')
  await entries.filter({ hasText: 'All agents' }).first().locator('summary').click()
  await page.locator('ins').first().waitFor()
}

async function openTree(page: Page): Promise<void> {
  await page.getByRole('button', { name: organizationsTexts.expand('Harbour Lane Nordic') }).click()
  await page.getByRole('link', { name: 'Oslo shop' }).waitFor()
}

async function nameNew(page: Page): Promise<void> {
  await page.getByLabel('Name').fill('Harbour Lane Baltic')
  await page.getByText(organizationsTexts.slug.free('harbour-lane-baltic')).waitFor()
}

/** A month of calls, most of which have a price, and budgets of the true month. */
export async function keepBooks(scene: Scene): Promise<Books> {
  const { client } = scene
  const valid_from = '2026-01-01T00:00:00Z'
  await client.createPrice({ kind: 'model_call', model: 'openai/gpt-5-mini', input: '0.25', output: '2', valid_from })
  await client.createPrice({
    ...{ kind: 'model_call', model: 'anthropic/claude-haiku-4-5', input: '1', output: '5', valid_from },
  })
  await client.createPrice({ kind: 'crawl', unit_price: '0.0005', valid_from })
  await leaveCalls(scene.database, [...callsOf(scene, shown_at), ...callsOf(scene, Date.now())])
  await moveUsage(scene.database, 1000)
  await setBudgets(scene)
  const books = await foundBranches(scene)
  const { data } = await client.listBudgets()
  const { id: budget_id } = data.find(({ name }) => name === 'All agents')!
  await client.updateBudget({ budget_id, amount: '320', warn_at: [0.5, 0.8] })
  return books
}

function callsOf({ staff, organization_id }: Scene, until: number) {
  const shares = [
    ['Support desk', 'openai', 'gpt-5-mini', 9],
    ['Barista line', 'anthropic', 'claude-haiku-4-5', 4],
    ['Wholesale', 'openai', 'gpt-5-mini', 2],
  ] as const
  return Array.from({ length: 30 }, (_none, ago) => {
    const at = new Date(until - ago * day_ms).toISOString()
    const isWeekend = [0, 6].includes(new Date(at).getUTCDay())
    const busy = (isWeekend ? 0.5 : 1) * (1 + ((ago * 7) % 5) / 10) * (1.3 - ago / 100)
    return shares.flatMap(([name, provider, model, share]) => {
      const tokens = Math.round(270_000 * busy)
      const call = { organization_id, at, agent_id: staff[name].agent_id, provider, model }
      const count = Math.round(share * busy)
      return Array.from({ length: count }, () => [
        { ...call, input_tokens: tokens, cached_input_tokens: 0, output_tokens: Math.round(tokens / 14) },
        { ...call, purpose: 'analysis', input_tokens: Math.round(tokens / 6), output_tokens: Math.round(tokens / 60) },
      ]).flat()
    })
  }).flat()
}

async function setBudgets({ client, staff }: Scene): Promise<void> {
  const month = { period: 'month', time_zone: 'Europe/Oslo' } as const
  await client.createBudget({ name: 'All agents', amount: '80', ...month, warn_at: [0.5] })
  await client.createBudget({
    ...{ name: 'Barista line', amount: '250', ...month, warn_at: [0.5, 0.8] },
    agent_id: staff['Barista line'].agent_id,
    stop: true,
    message: 'Our barista is back on the first of the month. The support desk helps you until then.',
  })
  const trial = await client.createBudget({ name: 'Trial of workflows', amount: '400', period: 'total' })
  await client.updateBudget({ budget_id: trial.id, active: false })
}

async function foundBranches({ client }: Scene): Promise<Books> {
  const found = (name: string, parent_id: string | null = null) => client.createChildOrganization({ name, parent_id })
  const nordic = await found('Harbour Lane Nordic')
  const oslo = await found('Oslo shop', nordic.id)
  await found('Bergen shop', nordic.id)
  const closed = await found('Harbour Lane Pop-up')
  await found('Tea Club')
  await client.updateChildOrganization({ organization_id: closed.id, status: 'suspended' })
  for (const [email, name, role] of [
    ['lena.koch@harbourlane.example', 'Lena Koch', 'admin'],
    ['nils.aas@harbourlane.example', 'Nils Aas', 'viewer'],
  ] as const) {
    const { token } = await client.createChildInvitation({ organization_id: oslo.id, email, name, role })
    await client.acceptInvitation({ token, password: 'tea before coffee, always' })
  }
  return { child_organization_id: oslo.id }
}
