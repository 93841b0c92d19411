import { expect, test } from 'vitest'
import { type BudgetDraft, fieldsOf, findFaults, freshBudget, readWarnings } from './budget-draft.ts'

const draft = (fields: Partial<BudgetDraft>): BudgetDraft => ({
  ...freshBudget('UTC'),
  ...{ name: ' Cap ', amount: '25.50', ...fields },
})
const faultsOf = (fields: Partial<BudgetDraft>) => Object.fromEntries(findFaults(draft(fields)))

test('the amount of a cost is decimal text, that of others a whole number', () => {
  expect(fieldsOf(draft({}))).toMatchObject({ name: 'Cap', amount: '25.50', warn_at: [0.8], message: null })
  expect(fieldsOf(draft({ unit: 'tokens', amount: '1000' })).amount).toBe(1000)
  expect(faultsOf({ unit: 'tokens' })).toEqual({ amount: 'whole' })
  expect(faultsOf({ amount: '25,5' })).toEqual({ amount: 'decimal' })
  expect(faultsOf({ amount: '0.00' })).toEqual({ amount: 'decimal' })
  expect(faultsOf({ name: ' ', time_zone: '', warn_at: '0' })).toEqual({
    ...{ name: 'name', time_zone: 'zone', warn_at: 'percents' },
  })
})

test('warnings are percents, at most five', () => {
  expect(readWarnings('50%, 80; 120')).toEqual([0.5, 0.8, 1.2])
  expect(readWarnings('')).toEqual([])
  expect(readWarnings('1, 2, 3, 4, 5, 6')).toBe(null)
  expect(readWarnings('eighty')).toBe(null)
})

test('a budget of one agent is not of those below', () => {
  expect(fieldsOf(draft({ subtree: true, agent_id: 'a' }))).toMatchObject({ subtree: false, agent_id: 'a' })
})
