// The entries for the operations of usage, prices and budgets.
import type { budgetOperations, usageOperations } from '@parley/contract'
import type { EntriesOf, World } from '../contract/entries.ts'

let hours = 0

/** Each has a time of its own. */
const price = () => ({
  ...{ kind: 'model_call' as const, model: 'openai/scripted', input: '2.5', output: '10' },
  valid_from: new Date(Date.UTC(2100, 0, 1, (hours += 1))).toISOString(),
})
const budget = { name: 'Month', amount: '25.50' }
const created = async ({ client }: World) => ({ budget_id: (await client.createBudget(budget)).id })

export const entries: EntriesOf<typeof usageOperations & typeof budgetOperations> = {
  getUsageSummary: { input: () => ({}), outsider: 'own' },
  getUsage: { input: () => ({ group_by: 'model,purpose' }), outsider: 'own' },
  listUsageEntries: { input: () => ({ kind: 'model_call' as const }), outsider: 'own' },
  listPrices: { input: () => ({ inherited: true }), outsider: 'own' },
  createPrice: { input: price, outsider: 'own' },
  deletePrice: {
    input: async ({ client }) => ({ price_id: (await client.createPrice(price())).id }),
    outsider: 'not found',
  },
  recalculatePrices: { input: () => ({ from: '2026-01-01T00:00Z', to: '2026-02-01T00:00Z' }), outsider: 'own' },
  getPartnerUsage: { input: () => ({}), outsider: 'own' },
  listBudgets: { input: () => ({}), outsider: 'own' },
  createBudget: { input: () => budget, outsider: 'own' },
  getBudget: { input: created, outsider: 'not found' },
  updateBudget: { input: async (world) => ({ ...(await created(world)), amount: '30' }), outsider: 'not found' },
  deleteBudget: { input: created, outsider: 'not found' },
}
