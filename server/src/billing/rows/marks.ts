// The SQL of the events of budgets: which are due, and the marks that make each one the only one.
import type { OrganizationEventType } from '@parley/contract'
import { type Executor, acrossOrganizations } from '../../database/database.ts'

type BudgetEvent = Extract<OrganizationEventType, `budget.${string}`>

export interface DueMark {
  budget_id: string
  organization_id: string
  type: BudgetEvent
  starts_at: string
  /** What had to be spent. */
  threshold: string
  warn_at: number | null
  name: string
  agent_id: string | null
  unit: 'cost' | 'tokens' | 'messages' | 'conversations'
  amount: string
  spent: string
  period_start: string | null
  period_end: string | null
}

const of_server = 'budgets of all organizations are counted together'
const described = `b.name, b.agent_id, b.unit, trim_scale(b.amount)::text as amount, trim_scale(p.spent)::text as spent,
  nullif(p.starts_at, '-infinity') as period_start, nullif(p.ends_at, 'infinity') as period_end`
const isMarked = (type: string, threshold: string) => `exists (select from budget_marks m
  where m.budget_id = b.id and m.starts_at = p.starts_at and m.type = '${type}' and m.threshold = ${threshold})`

// A budget that is stopped and one that is no longer so are never due in the same look: what was stopped goes on when its period is over, it
// has another amount, or it stops nothing any more.
const dueStatement = acrossOrganizations(
  of_server,
  'find_due_budget_events',
  `select b.id as budget_id, b.organization_id, due.type, p.starts_at::text as starts_at, due.threshold::text as threshold, due.warn_at, ${described}
   from budgets b join budget_periods p on p.budget_id = b.id and p.starts_at <= $1 and p.ends_at > $1
   cross join lateral (
     select 'budget.warned' as type, b.amount * w.share as threshold, w.share::double precision as warn_at from unnest(b.warn_at) w (share)
     where p.spent >= b.amount * w.share and not ${isMarked('budget.warned', 'b.amount * w.share')}
     union all
     select 'budget.stopped', b.amount, null where b.stop and p.spent >= b.amount and not ${isMarked('budget.stopped', 'b.amount')}
   ) due
   where b.active
   union all
   select b.id, b.organization_id, 'budget.resumed', p.starts_at::text, m.threshold::text, null, ${described}
   from budget_marks m join budgets b on b.id = m.budget_id join budget_periods p on p.budget_id = b.id and p.starts_at = m.starts_at
   where m.type = 'budget.stopped' and not ${isMarked('budget.resumed', 'm.threshold')}
     and (p.ends_at <= $1 or not b.active or not b.stop or p.spent < b.amount)
   limit $2`,
)

export function findDueMarks(executor: Executor, now: string, limit: number): Promise<DueMark[]> {
  return executor.query(dueStatement, [now, limit])
}

const markStatement = acrossOrganizations(
  of_server,
  'mark_budget',
  `insert into budget_marks (budget_id, organization_id, starts_at, type, threshold)
   values ($1, $2, $3::timestamptz, $4, $5::numeric) on conflict do nothing returning type`,
)

/** False: another node has written this event. */
export async function markBudget(executor: Executor, mark: DueMark): Promise<boolean> {
  const { budget_id, organization_id, starts_at, type, threshold } = mark
  return (await executor.query(markStatement, [budget_id, organization_id, starts_at, type, threshold])).length > 0
}
