// Budgets: how much an organization, one of its agents, or a whole subtree may use in a period.
import type { Static } from 'typebox'
import { Type } from './type.ts'
import { defineOperation } from './operation.ts'
import { Id, Timestamp, idempotencyHeader, named, nullable, oneOf, pageOf, pageQuery, uuidText } from './schema.ts'
import { budgetPeriods, budgetStatuses, budgetUnits, decimal_pattern } from './usage-words.ts'

const amount = Type.Unsafe<string | number>({
  anyOf: [
    { type: 'string', pattern: decimal_pattern, maxLength: 40 },
    { type: 'integer', minimum: 1, maximum: 1_000_000_000_000_000 },
  ],
  description: 'Decimal text for `cost`, in the currency of the server; else an integer. More than 0.',
})

const fields = {
  name: Type.String({ minLength: 1, maxLength: 200 }),
  agent_id: Type.Optional(nullable(uuidText('Only what this agent uses. Null: all of the organization.'))),
  subtree: Type.Optional(
    Type.Boolean({ description: 'Also what organizations below use. Not with `agent_id`. Default false.' }),
  ),
  unit: Type.Optional(
    oneOf(
      budgetUnits,
      'Default `cost`. `tokens`: input and output. `messages`: accepted ones of end users. Lost calls count.',
    ),
  ),
  amount,
  period: Type.Optional(oneOf(budgetPeriods, 'Default `month`. A week begins on Monday.')),
  time_zone: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'In which periods begin: an IANA name. Default `UTC`.' }),
  ),
  warn_at: Type.Optional(
    Type.Array(Type.Number({ exclusiveMinimum: 0, maximum: 10 }), {
      maxItems: 5,
      description: 'Shares of the amount at which `budget.warned` is sent. Default [0.8].',
    }),
  ),
  stop: Type.Optional(
    Type.Boolean({
      description: 'Whether nothing further is accepted and no model is called once it is used up. Default false.',
    }),
  ),
  message: Type.Optional(
    nullable(
      Type.String({
        minLength: 1,
        maxLength: 2000,
        description: 'What end users are answered while it is stopped, without a model.',
      }),
    ),
  ),
  active: Type.Optional(Type.Boolean({ description: 'Default true.' })),
}

export const BudgetInput = Type.Object(fields)
export type BudgetInput = Static<typeof BudgetInput>

export const Budget = named(
  'Budget',
  Type.Object({
    id: Id,
    organization_id: Id,
    set_by: { ...Id, description: 'The organization that set it; only it and those above it can change it.' },
    name: Type.String(),
    agent_id: nullable(Id),
    subtree: Type.Boolean(),
    unit: oneOf(budgetUnits),
    amount: Type.Unsafe<string | number>({ type: ['string', 'integer'] }),
    period: oneOf(budgetPeriods),
    time_zone: Type.String(),
    warn_at: Type.Array(Type.Number()),
    stop: Type.Boolean(),
    message: nullable(Type.String()),
    active: Type.Boolean(),
    state: Type.Object({
      spent: Type.Unsafe<string | number>({
        type: ['string', 'integer'],
        description: 'What is counted by now: within a minute, of budgets that stop within five seconds.',
      }),
      share: Type.Number({ description: 'Of the amount.' }),
      status: oneOf(budgetStatuses),
      period_start: nullable(Timestamp),
      period_end: nullable(Timestamp),
    }),
    created_at: Timestamp,
    updated_at: Timestamp,
  }),
)
export type Budget = Static<typeof Budget>

const tag = 'Usage'
const access = ['billing:manage'] as const
const params = Type.Object({ budget_id: Type.String() })
const below = 'Default: the caller’s. One below it needs `child_organizations:manage`, too.'

export const budgetOperations = {
  listBudgets: defineOperation({
    id: 'listBudgets',
    method: 'GET',
    path: '/admin/budgets',
    tag,
    summary: 'List budgets, newest first',
    access,
    narrowed: false,
    audit: false,
    query: Type.Object({ organization_id: Type.Optional(uuidText(below)), ...pageQuery }),
    success: { status: 200, description: 'A page of budgets.', schema: pageOf(Budget) },
    errors: ['not_found'],
  }),
  createBudget: defineOperation({
    id: 'createBudget',
    method: 'POST',
    path: '/admin/budgets',
    tag,
    summary: 'Create a budget',
    description:
      'What was used in its period before counts, too. Events `budget.warned`, `budget.stopped` and `budget.resumed` are sent once for each threshold and period. An organization has at most 100 budgets.',
    access,
    narrowed: false,
    audit: { target: 'budget', id: 'id' },
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({ organization_id: Type.Optional(uuidText(below)), ...fields }),
    success: { status: 201, description: 'The budget.', schema: Budget },
    errors: ['not_found', 'too_many_budgets'],
  }),
  getBudget: defineOperation({
    id: 'getBudget',
    method: 'GET',
    path: '/admin/budgets/{budget_id}',
    tag,
    summary: 'Get a budget and how much of it is spent',
    access,
    narrowed: false,
    audit: false,
    params,
    success: { status: 200, description: 'The budget.', schema: Budget },
    errors: ['not_found'],
  }),
  updateBudget: defineOperation({
    id: 'updateBudget',
    method: 'PUT',
    path: '/admin/budgets/{budget_id}',
    tag,
    summary: 'Change a budget',
    description:
      'Fields that are absent stay as they are. A new amount, or `active: false`, ends a stop within 2 seconds.',
    access,
    narrowed: false,
    audit: { target: 'budget', id: 'budget_id' },
    params,
    body: Type.Partial(BudgetInput),
    success: { status: 200, description: 'The budget.', schema: Budget },
    errors: ['not_found', 'budget_of_parent'],
  }),
  deleteBudget: defineOperation({
    id: 'deleteBudget',
    method: 'DELETE',
    path: '/admin/budgets/{budget_id}',
    tag,
    summary: 'Delete a budget',
    access,
    narrowed: false,
    audit: { target: 'budget', id: 'budget_id' },
    params,
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found', 'budget_of_parent'],
  }),
}
