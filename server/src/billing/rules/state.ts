// The state of a budget, and which events it has to send. Pure.
import type { Budget, BudgetStatus, BudgetUnit } from '@parley/contract'
import { shorten } from '../../budgets/costs.ts'

/** As the API shows an amount of a unit. */
export const presentAmount = (unit: BudgetUnit, decimal: string): string | number =>
  unit === 'cost' ? shorten(decimal) : Number(decimal)

export interface Spending extends Pick<Budget, 'stop' | 'active' | 'warn_at'> {
  /** Decimal text, as `amount`. */
  spent: string
  amount: string
  /** Of the amount; the comparison is made by the database, which is exact. */
  is_reached: boolean
}

/** Without the last digits, which binary numbers get wrong. */
export const shareOf = ({ spent, amount }: Pick<Spending, 'spent' | 'amount'>) =>
  Number((Number(spent) / Number(amount)).toPrecision(12))

export function statusOf(budget: Spending): BudgetStatus {
  if (!budget.active) return 'ok'
  if (budget.stop && budget.is_reached) return 'stopped'
  const share = shareOf(budget)
  return budget.warn_at.some((at) => share >= at) ? 'warned' : 'ok'
}
