// The SQL that removes what is kept for a time only: entries of usage, and periods of budgets. Sums stay.
import { type Executor, acrossOrganizations } from '../../database/database.ts'

const of_server = 'the clean-up of all organizations'

/** By the list's index, organization by organization. */
const entriesStatement = acrossOrganizations(
  of_server,
  'delete_old_usage_entries',
  `with old as materialized (
     select e.id from organizations o cross join lateral (
       select id from usage_entries e where e.organization_id = o.id and e.at < $1::timestamptz order by e.at limit $2
     ) e limit $2
   ), deleted as (
     delete from usage_entries where id = any(array(select id from old)) returning id
   )
   select count(*) from deleted`,
  { replanned: true },
)

export async function deleteOldEntries(executor: Executor, before: string, most: number): Promise<number> {
  const [row] = await executor.query<{ count: number }>(entriesStatement, [before, most])
  return row!.count
}

const periodsStatement = acrossOrganizations(
  of_server,
  'delete_old_budget_periods',
  `with old as materialized (
     select p.budget_id, p.starts_at from budgets b join budget_periods p on p.budget_id = b.id where p.ends_at < $1::timestamptz limit $2
   ), marks as (
     delete from budget_marks m using old where m.budget_id = old.budget_id and m.starts_at = old.starts_at
   )
   delete from budget_periods p using old where p.budget_id = old.budget_id and p.starts_at = old.starts_at`,
)

export async function deleteOldPeriods(executor: Executor, before: string, most: number): Promise<void> {
  await executor.query(periodsStatement, [before, most])
}
