// Errors of usage, prices and budgets: their part of the table in errors.ts.

export const budgetErrors = {
  budget_exceeded: {
    status: 402,
    detail: 'A budget is used up, so nothing was stored. Try again when its period has ended, or raise its amount.',
  },
  budget_of_parent: {
    status: 403,
    detail: 'An organization above this one has set the budget. Only it can change or delete it.',
  },
  price_in_use: { status: 409, detail: 'The price is valid already, so entries may have it. Set a newer one.' },
  too_many_prices: {
    status: 409,
    detail: 'The limit of 2,000 prices has been reached. Delete one that is not valid yet.',
  },
  too_many_budgets: {
    status: 409,
    detail: 'The organization has reached its limit of 100 budgets. Delete one first.',
  },
} as const
