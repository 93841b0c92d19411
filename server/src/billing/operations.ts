// The operations of billing.
export * from './operations/budgets.ts'
export * from './operations/entries.ts'
export * from './operations/prices.ts'
export * from './operations/reports.ts'
