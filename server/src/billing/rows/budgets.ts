// The SQL of budgets and of what is spent in their periods.
import type { Budget, BudgetUnit } from '@parley/contract'
import { type TimePosition, newest } from '../../database/cursor.ts'
import { type Executor, acrossOrganizations, statement } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import type { Period } from '../rules/periods.ts'

const own = [
  'id',
  'organization_id',
  'set_by',
  'name',
  'agent_id',
  'subtree',
  'unit',
  'period',
  'time_zone',
  'warn_at',
  'stop',
  'message',
] as const
const columns = `${own.map((name) => `b.${name}`).join(', ')}, b.active, trim_scale(b.amount)::text as amount, b.created_at, b.updated_at`

export interface BudgetRow extends Omit<Budget, 'amount' | 'state'> {
  amount: string
}

export interface CountedBudget extends BudgetRow {
  spent: string
  is_reached: boolean
  /** Null: it has one period, or nothing was counted in this one. */
  starts_at: string | null
  ends_at: string | null
}

/** With what is spent in the period of the moment `now`. */
const counted = (
  now: string,
) => `${columns}, coalesce(trim_scale(p.spent), 0)::text as spent, coalesce(p.spent >= b.amount, false) as is_reached,
    nullif(p.starts_at, '-infinity') as starts_at, nullif(p.ends_at, 'infinity') as ends_at
  from budgets b left join budget_periods p on p.budget_id = b.id and p.starts_at <= ${now} and p.ends_at > ${now}`

const reached = `(b.organization_id = $1 or exists (
    select from organizations o where o.id = b.organization_id and o.ancestors @> array[$1::uuid] and o.deleted_at is null))`

const listStatement = statement(
  'list_budgets',
  `select ${counted('$2::timestamptz')} where b.organization_id = $1 and (b.created_at, b.id) < ($3, $4)
   order by b.created_at desc, b.id desc limit $5`,
)

export function listBudgetRows(
  store: Store,
  organization_id: string,
  now: string,
  after: TimePosition | null,
  limit: number,
): Promise<CountedBudget[]> {
  const { time, key } = after ?? newest
  return store.query(listStatement, [organization_id, now, time, key, limit])
}

const findStatement = statement('find_budget', `select ${counted('$3::timestamptz')} where b.id = $2 and ${reached}`)
const lockStatement = statement(
  'lock_budget',
  `select ${columns} from budgets b where b.id = $2 and ${reached} for update of b`,
)

/** Of the organization, or of one below it. */
export async function findBudget(store: Store, id: string, now: string): Promise<CountedBudget | null> {
  const [row] = await store.query<CountedBudget>(findStatement, [store.organization_id, id, now])
  return row ?? null
}

export async function lockBudget(tx: Store, id: string): Promise<BudgetRow | null> {
  const [row] = await tx.query<BudgetRow>(lockStatement, [tx.organization_id, id])
  return row ?? null
}

const lockAllStatement = statement(
  'lock_budgets',
  `select pg_advisory_xact_lock(hashtextextended('budgets of ' || $1::text, 0)) as organization_id`,
)
const countStatement = statement('count_budgets', 'select count(*) from budgets where organization_id = $1')

/** Blocks other new budgets of the organization until the transaction ends. */
export async function countBudgetsLocked(tx: Store, organization_id: string): Promise<number> {
  await tx.query(lockAllStatement, [organization_id])
  const [row] = await tx.query<{ count: number }>(countStatement, [organization_id])
  return row!.count
}

const isAgentStatement = statement(
  'is_agent_of_budget',
  'select id from agents where organization_id = $1 and id = $2 and deleted_at is null',
)

export async function isAgent(store: Store, organization_id: string, agent_id: string): Promise<boolean> {
  return (await store.query(isAgentStatement, [organization_id, agent_id])).length > 0
}

const insertStatement = statement(
  'insert_budget',
  `insert into budgets (${own.join(', ')}, active, amount) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::numeric)`,
)
const changeStatement = statement(
  'change_budget',
  `update budgets set name = $4, agent_id = $5, subtree = $6, unit = $7, period = $8, time_zone = $9, warn_at = $10, stop = $11,
     message = $12, active = $13, amount = $14::numeric, updated_at = clock_timestamp()
   where id = $1 and organization_id = $2 and set_by = $3`,
)

export type BudgetFields = Omit<BudgetRow, 'created_at' | 'updated_at'>
const valuesOf = (budget: BudgetFields) => [...own.map((name) => budget[name]), budget.active, budget.amount]

export async function insertBudget(tx: Store, budget: BudgetFields): Promise<void> {
  await tx.query(insertStatement, valuesOf(budget))
}

export async function changeBudget(tx: Store, budget: BudgetFields): Promise<void> {
  await tx.query(changeStatement, valuesOf(budget))
}

const deleteStatement = statement('delete_budget', 'delete from budgets where id = $2 and organization_id = $1')

export async function deleteBudgetRow(
  tx: Store,
  { organization_id, id }: Pick<BudgetRow, 'organization_id' | 'id'>,
): Promise<void> {
  await tx.query(deleteStatement, [organization_id, id])
}

const clearStatement = statement(
  'clear_budget_periods',
  'delete from budget_periods where budget_id = $2 and organization_id = $1',
)

/** Entries of partial hours, and the sums of whole ones; of all time from the first hour on. */
const ofUsage = `select coalesce(sum(case b.unit when 'cost' then u.cost else u.tokens end), 0)
   from organizations o cross join lateral (
     select t.cost, (t.input_tokens + t.output_tokens)::numeric as tokens from usage_totals t
     where t.organization_id = o.id and (b.agent_id is null or t.agent_id = b.agent_id)
       and t.hour >= edge.first_hour and t.hour < $4::timestamptz
     union all
     select e.cost, coalesce(e.input_tokens, 0) + coalesce(e.output_tokens, 0) from usage_entries e
     where e.organization_id = o.id and (b.agent_id is null or e.agent_id = b.agent_id)
       and e.at >= $3::timestamptz and e.at < least(edge.first_hour, $4::timestamptz)
   ) u
   where o.id = b.organization_id or (b.subtree and o.ancestors @> array[b.organization_id])`

/** Only whole hours: earlier ones of the period are not told apart. */
const ofActivity = `select coalesce(sum((s.counters ->> ('usage.' || b.unit))::bigint), 0)
   from organizations o join statistics s on s.organization_id = o.id and s.unit = 'hour'
     and s.agent_id is not distinct from b.agent_id and s.starts_at >= edge.first_hour and s.starts_at < $4::timestamptz
   where o.id = b.organization_id or (b.subtree and o.ancestors @> array[b.organization_id])`

const beginStatement = statement(
  'begin_budget_period',
  `insert into budget_periods (budget_id, organization_id, starts_at, ends_at, spent)
   select b.id, b.organization_id, $3, $4, case when b.unit in ('cost', 'tokens') then (${ofUsage}) else (${ofActivity}) end
   from budgets b cross join lateral (
     select case when $3::timestamptz = '-infinity' then '-infinity'::timestamptz
       else date_trunc('hour', $3::timestamptz + interval '59 minutes 59.999999 seconds', 'UTC') end as first_hour
   ) edge
   where b.id = $2 and b.organization_id = $1`,
)

/** With all that was counted in them before; under the lock of usage or activity. */
export async function beginPeriods(
  tx: TransactionStore,
  { id, organization_id }: Pick<BudgetRow, 'id' | 'organization_id'>,
  periods: readonly Period[],
): Promise<void> {
  await tx.query(clearStatement, [organization_id, id])
  for (const { starts_at, ends_at } of periods)
    await tx.query(beginStatement, [organization_id, id, starts_at, ends_at])
}

const of_server = 'budgets of all organizations are counted together'

const withoutNextStatement = acrossOrganizations(
  of_server,
  'find_budgets_without_period',
  `select b.id, b.period, b.time_zone from budgets b
   where b.period <> 'total' and not exists (select from budget_periods p where p.budget_id = b.id and p.starts_at > $1)
   limit $2`,
)
const addPeriodsStatement = acrossOrganizations(
  of_server,
  'add_budget_periods',
  `insert into budget_periods (budget_id, organization_id, starts_at, ends_at)
   select b.id, b.organization_id, given.starts_at, given.ends_at
   from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[]) given (id, period, time_zone, starts_at, ends_at)
     join budgets b on b.id = given.id and b.period = given.period and b.time_zone = given.time_zone
   where not exists (select from budget_periods p where p.budget_id = b.id and p.starts_at < given.ends_at and p.ends_at > given.starts_at)
   order by 1, 3 on conflict do nothing`,
)

export type PeriodRule = Pick<BudgetRow, 'id' | 'period' | 'time_zone'>

export function findWithoutNextPeriod(executor: Executor, now: string, limit: number): Promise<PeriodRule[]> {
  return executor.query(withoutNextStatement, [now, limit])
}

export async function addPeriods(executor: Executor, rows: readonly (PeriodRule & Period)[]): Promise<void> {
  const column = (name: keyof PeriodRule | keyof Period) => rows.map((row) => row[name])
  await executor.query(addPeriodsStatement, [
    ...[column('id'), column('period'), column('time_zone'), column('starts_at'), column('ends_at')],
  ])
}

const stoppingStatement = acrossOrganizations(
  of_server,
  'has_stop_budgets',
  'select unit from budgets where stop and active group by unit',
)

/** The units of those that stop. */
export async function readStoppingUnits(executor: Executor): Promise<BudgetUnit[]> {
  return (await executor.query<{ unit: BudgetUnit }>(stoppingStatement, [])).map(({ unit }) => unit)
}
