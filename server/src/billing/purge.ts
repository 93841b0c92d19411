// What billing has of an organization that is deleted. What was used is kept for a while, because it may still have to be billed.
import { type Purge, purgeBelow, purgeTable } from '../database/purge.ts'

const late = (purge: Purge): Purge => ({ ...purge, late: true })

export const purges: readonly Purge[] = [
  purgeBelow({
    parent: 'budgets',
    children: [
      ['budget_marks', 'budget_id'],
      ['budget_periods', 'budget_id'],
    ],
  }),
  late(purgeTable('usage_recalculations')),
  late(purgeTable('usage_pending')),
  late(purgeTable('usage_entries')),
  late(purgeTable('usage_totals')),
  purgeTable('prices'),
]
