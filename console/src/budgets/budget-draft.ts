// A budget while it is written: what is missing or wrong, and what is sent. Pure.
import type { BudgetPeriod, BudgetUnit } from '@parley/contract'
import type { Budget } from '../billing/use-budgets.ts'

export interface BudgetDraft {
  name: string
  agent_id: string
  subtree: boolean
  unit: BudgetUnit
  amount: string
  period: BudgetPeriod
  time_zone: string
  /** Percents with commas. */
  warn_at: string
  stop: boolean
  message: string
}

export type BudgetField = 'name' | 'amount' | 'warn_at' | 'time_zone'
type Fault = 'name' | 'decimal' | 'whole' | 'percents' | 'zone'

const most_warnings = 5

export const freshBudget = (time_zone: string): BudgetDraft => ({
  ...{ name: '', agent_id: '', subtree: false, unit: 'cost', amount: '', period: 'month', time_zone },
  ...{ warn_at: '80', stop: false, message: '' },
})

export function draftOf(budget: Budget): BudgetDraft {
  const { name, agent_id, subtree, unit, amount, period, time_zone, warn_at, stop, message } = budget
  return {
    ...{ name, subtree, unit, period, time_zone, stop },
    agent_id: agent_id ?? '',
    amount: String(amount),
    warn_at: warn_at.map((share) => String(Math.round(share * 1e6) / 1e4)).join(', '),
    message: message ?? '',
  }
}

/** The amount as a number, or null while it is not one. */
export function readAmount({ unit, amount }: Pick<BudgetDraft, 'unit' | 'amount'>): number | null {
  const pattern = unit === 'cost' ? /^\d{1,12}(\.\d{1,12})?$/ : /^\d{1,15}$/
  return pattern.test(amount) && Number(amount) > 0 ? Number(amount) : null
}

/** Shares of the amount; null if one cannot be read, or there are too many. */
export function readWarnings(text: string): number[] | null {
  const parts = text.split(/[,;\s]+/).filter((part) => part !== '')
  const shares = parts.map((part) => Number(part.replace(/%$/, '')) / 100)
  return shares.length <= most_warnings && shares.every((share) => share > 0 && share <= 10) ? shares : null
}

export function findFaults(draft: BudgetDraft): ReadonlyMap<BudgetField, Fault> {
  const faults = new Map<BudgetField, Fault>()
  if (draft.name.trim() === '') faults.set('name', 'name')
  if (readAmount(draft) === null) faults.set('amount', draft.unit === 'cost' ? 'decimal' : 'whole')
  if (readWarnings(draft.warn_at) === null) faults.set('warn_at', 'percents')
  if (draft.time_zone.trim() === '') faults.set('time_zone', 'zone')
  return faults
}

/** Of a draft without faults. */
export function fieldsOf(draft: BudgetDraft) {
  const { name, agent_id, subtree, unit, amount, period, time_zone, warn_at, stop, message } = draft
  return {
    ...{ name: name.trim(), unit, period, time_zone: time_zone.trim(), stop },
    agent_id: agent_id === '' ? null : agent_id,
    subtree: subtree && agent_id === '',
    amount: unit === 'cost' ? amount : Number(amount),
    warn_at: readWarnings(warn_at)!,
    message: message.trim() === '' ? null : message.trim(),
  }
}
