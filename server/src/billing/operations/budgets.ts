// The operations on budgets, of the caller's organization and of those below it.
import type { Budget, BudgetInput } from '@parley/contract'
import { AppError, type FieldFault, invalid, notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import { announceBudgets } from '../../budgets/gate.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { isTimeZone } from '../../conversations/machine/open-hours.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import type { TransactionStore } from '../../database/store.ts'
import { addWork } from '../../work/add.ts'
import { requireReachable } from '../reachable.ts'
import { isDescendant } from '../rows/reports.ts'
import * as rows from '../rows/budgets.ts'
import { lockActivity, lockUsage } from '../rows/lock-usage.ts'
import { periodAt, periodsFrom } from '../rules/periods.ts'
import { presentAmount, shareOf, statusOf } from '../rules/state.ts'
import { move_work } from '../work.ts'

const max_budgets = 100

const nowOf = ({ core }: Context) => new Date(core.ports.clock.now()).toISOString()

export const listBudgets: Handler<'listBudgets'> = async (ctx, input) => {
  const organization_id = await requireReachable(ctx, input.organization_id)
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const found = await rows.listBudgetRows(ctx.store, organization_id, nowOf(ctx), after, limit + 1)
  const page = cutPage(found, limit, ({ created_at, id }) => ({ time: created_at, key: id }))
  return { ...page, data: page.data.map((row) => presentBudget(ctx, row)) }
}

export const createBudget: Handler<'createBudget'> = async (ctx, { organization_id: named, ...input }) => {
  const organization_id = await requireReachable(ctx, named)
  const id = ctx.core.ports.newId()
  const base = { id, organization_id, set_by: ctx.store.organization_id, ...defaults }
  const budget = check({ ...base, ...given(input) })
  await requireAgent(ctx, budget)
  await ctx.store.transaction(async (tx) => {
    if ((await rows.countBudgetsLocked(tx, organization_id)) >= max_budgets) throw new AppError('too_many_budgets')
    await rows.insertBudget(tx, budget)
    await begin(ctx, tx, budget)
  })
  return readBudget(ctx, id)
}

export const getBudget: Handler<'getBudget'> = (ctx, { budget_id }) => readBudget(ctx, budget_id)

export const updateBudget: Handler<'updateBudget'> = async (ctx, { budget_id, ...input }) => {
  await ctx.store.transaction(async (tx) => {
    const before = await requireOwn(ctx, tx, budget_id)
    const budget = check({ ...before, ...given(input) })
    if (budget.agent_id !== before.agent_id) await requireAgent(ctx, budget)
    await rows.changeBudget(tx, budget)
    const isCountedAnew = counting.some((field) => budget[field] !== before[field])
    if (isCountedAnew) await begin(ctx, tx, budget)
    else announce(tx)
  })
  return readBudget(ctx, budget_id)
}

export const deleteBudget: Handler<'deleteBudget'> = async (ctx, { budget_id }) => {
  await ctx.store.transaction(async (tx) => {
    const budget = await requireOwn(ctx, tx, budget_id)
    // What is being counted may be about to add to it.
    await lockUsage(tx)
    await lockActivity(tx)
    await rows.deleteBudgetRow(tx, budget)
    announceBudgets(tx)
  })
}

/** What else decides what is counted. */
const counting = ['agent_id', 'subtree', 'unit', 'period', 'time_zone'] as const

const defaults = {
  ...{ name: '', agent_id: null, subtree: false, unit: 'cost' as const, amount: '0', period: 'month' as const },
  ...{ time_zone: 'UTC', warn_at: [0.8], stop: false, message: null, active: true },
}

/** Of fields that cannot be null, null counts as not given. */
function given(input: Partial<BudgetInput>) {
  const { amount, ...rest } = input
  const entries = Object.entries(rest).filter(
    ([name, value]) => value !== undefined && (value !== null || isNullable(name)),
  )
  const fields = Object.fromEntries(entries) as Partial<Omit<rows.BudgetFields, 'amount'>>
  return amount === undefined ? fields : { ...fields, amount: String(amount), given_amount: amount }
}

const isNullable = (name: string) => name === 'agent_id' || name === 'message'

function check({ given_amount, ...budget }: rows.BudgetFields & { given_amount?: string | number }): rows.BudgetFields {
  const faults: FieldFault[] = []
  if (budget.name.trim() === '') faults.push({ path: 'name', message: 'must not be blank' })
  if (budget.subtree && budget.agent_id !== null)
    faults.push({ path: 'subtree', message: 'cannot be true with agent_id' })
  if (!isTimeZone(budget.time_zone))
    faults.push({ path: 'time_zone', message: 'is not a time zone such as Europe/Berlin' })
  if (/^[0.]*$/.test(budget.amount)) faults.push({ path: 'amount', message: 'must be more than 0' })
  const isText = typeof given_amount === 'string'
  if (budget.unit === 'cost' && given_amount !== undefined && !isText) {
    faults.push({ path: 'amount', message: 'must be decimal text, such as "25.50"' })
  }
  if (budget.unit !== 'cost' && (isText || budget.amount.includes('.'))) {
    faults.push({ path: 'amount', message: `must be a whole number for ${budget.unit}` })
  }
  if (faults.length > 0) throw invalid(...faults)
  return {
    ...budget,
    agent_id: budget.agent_id?.toLowerCase() ?? null,
    warn_at: [...new Set(budget.warn_at)].toSorted((a, b) => a - b),
  }
}

async function requireAgent({ store }: Context, { organization_id, agent_id }: rows.BudgetFields): Promise<void> {
  if (agent_id === null || (await rows.isAgent(store, organization_id, agent_id))) return
  throw invalid({ path: 'agent_id', message: 'is not an agent of the organization' })
}

/** Its periods, with what was used in them before. */
async function begin({ core }: Context, tx: TransactionStore, budget: rows.BudgetFields): Promise<void> {
  await (budget.unit === 'cost' || budget.unit === 'tokens' ? lockUsage(tx) : lockActivity(tx))
  await rows.beginPeriods(tx, budget, periodsFrom(budget, core.ports.clock.now()))
  announce(tx)
}

/** Every node looks, and what is due is counted soon. */
function announce(tx: TransactionStore): void {
  announceBudgets(tx)
  addWork(tx, move_work, { organization_id: null, owner: 'all', subject: '' })
}

/** Another organization's budget can be seen by the one that it is for, but only its own and those above change it. */
async function requireOwn(ctx: Context, tx: TransactionStore, id: string): Promise<rows.BudgetRow> {
  const budget = isUuid(id) ? await rows.lockBudget(tx, id) : null
  if (!budget || !(await mayReach(ctx, budget))) throw notFound('Budget')
  const own = ctx.store.organization_id
  if (budget.set_by !== own && !(await isDescendant(tx, budget.set_by, own))) throw new AppError('budget_of_parent')
  return budget
}

/** Without the scope, those of organizations below do not exist for the caller. */
async function mayReach({ access, store }: Context, { organization_id }: rows.BudgetRow): Promise<boolean> {
  return organization_id === store.organization_id || access.scopes.has('child_organizations:manage')
}

async function readBudget(ctx: Context, id: string): Promise<Budget> {
  const found = isUuid(id) ? await rows.findBudget(ctx.store, id, nowOf(ctx)) : null
  if (!found || !(await mayReach(ctx, found))) throw notFound('Budget')
  return presentBudget(ctx, found)
}

function presentBudget({ core }: Context, row: rows.CountedBudget): Budget {
  const { spent, is_reached, starts_at, ends_at, amount, ...budget } = row
  const { unit } = budget
  // A period in which nothing was counted yet.
  const current = budget.period === 'total' || starts_at !== null ? null : periodAt(budget, core.ports.clock.now())
  return {
    ...budget,
    amount: presentAmount(unit, amount),
    state: {
      spent: presentAmount(unit, spent),
      share: shareOf({ spent, amount }),
      status: statusOf({ ...budget, spent, amount, is_reached }),
      period_start: current?.starts_at ?? starts_at,
      period_end: current?.ends_at ?? ends_at,
    },
  }
}
