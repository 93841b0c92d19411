// The words of usage, prices and budgets as plain data. Imports nothing.

export const usageKinds = [
  'model_call',
  'embedding',
  'speech_to_text',
  'text_to_speech',
  'telephony',
  'email',
  'crawl',
  'workflow_run',
  'correction',
] as const
export type UsageKind = (typeof usageKinds)[number]

/** What a price can be for. */
export const pricedKinds = usageKinds.filter((kind) => kind !== 'correction')

export const usagePurposes = [
  'reply',
  'greeting',
  'analysis',
  'authoring',
  'evaluation',
  'simulation',
  'workflow',
  'knowledge',
  'test',
] as const
export type UsagePurpose = (typeof usagePurposes)[number]

/** `lost`: its server stopped before it ended, so its tokens are an estimate. */
export const usageOutcomes = ['ok', 'failed', 'interrupted', 'lost'] as const
export type UsageOutcome = (typeof usageOutcomes)[number]

export const usageGroups = ['agent', 'model', 'provider', 'kind', 'purpose', 'organization'] as const
export type UsageGroup = (typeof usageGroups)[number]
export const usageBuckets = ['hour', 'day', 'month'] as const

/** Not negative: up to 12 digits before and after the point. */
export const decimal_pattern = '^\\d{1,12}(\\.\\d{1,12})?$'

export const budgetUnits = ['cost', 'tokens', 'messages', 'conversations'] as const
export type BudgetUnit = (typeof budgetUnits)[number]
export const budgetPeriods = ['month', 'day', 'week', 'total'] as const
export type BudgetPeriod = (typeof budgetPeriods)[number]
export const budgetStatuses = ['ok', 'warned', 'stopped'] as const
export type BudgetStatus = (typeof budgetStatuses)[number]
