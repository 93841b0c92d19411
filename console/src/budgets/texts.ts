// The texts of the page about budgets.
import type { BudgetPeriod, BudgetStatus, BudgetUnit } from '@parley/contract'
import { formatCount } from '../base/format.ts'
import { formatMoney } from '../base/money.ts'

const units: Record<BudgetUnit, string> = {
  cost: 'Cost',
  tokens: 'Tokens',
  messages: 'Messages of end users',
  conversations: 'Conversations',
}
const periods: Record<BudgetPeriod, string> = { month: 'Month', week: 'Week', day: 'Day', total: 'In total' }
const inPeriod: Record<BudgetPeriod, string> = { month: 'a month', week: 'a week', day: 'a day', total: 'in total' }
const statuses: Record<BudgetStatus | 'paused', string> = {
  ok: 'Within budget',
  warned: 'Warned',
  stopped: 'Used up, stopped',
  paused: 'Paused',
}

/** Until the currency is known, a number alone. */
export function formatAmount(unit: BudgetUnit, amount: string | number, currency: string | null): string {
  if (unit === 'cost') return currency === null ? String(amount) : formatMoney(amount, currency)
  const count = Math.round(Number(amount))
  if (unit === 'tokens') return formatCount(count, 'token', 'tokens')
  return unit === 'messages'
    ? formatCount(count, 'message', 'messages')
    : formatCount(count, 'conversation', 'conversations')
}

export const budgetTexts = {
  title: 'Budgets',
  intro: 'How much may be used in a period. A budget warns, and can stop agents when it is used up.',
  list: 'Budgets',
  emptyTitle: 'No budgets yet',
  empty: 'A budget warns you in time, or stops what would cost more.',
  add: 'New budget',
  editTitle: 'Edit budget',
  create: 'Create budget',
  save: 'Save',
  created: 'Budget created',
  changed: 'Budget updated',
  edit: 'Edit',
  editOne: (name: string) => `Edit ${name}`,
  pause: 'Pause',
  pauseOne: (name: string) => `Pause ${name}`,
  paused: 'Budget paused',
  resume: 'Resume',
  resumeOne: (name: string) => `Resume ${name}`,
  resumed: 'Budget resumed',
  deleteOne: (name: string) => `Delete ${name}`,
  deleteTitle: (name: string) => `Delete the budget ${name}?`,
  deleteText: 'What it has stopped goes on at once. What was used stays counted.',
  deleted: 'Budget deleted',
  spentOf: (spent: string, amount: string) => `${spent} of ${amount}`,
  share: (share: string) => `${share} spent`,
  bar: (name: string) => `Spent of ${name}`,
  inPeriod,
  agent: (name: string) => `Agent ${name}`,
  wholeOrganization: 'Whole organization',
  withBelow: 'With organizations below',
  stops: 'Stops when used up',
  warnsOnly: 'Warns only',
  fromAbove: 'Set by an organization above; only it can change it.',
  ends: (time: string) => `The period ends ${time}.`,
  statuses,
  forecast: (amount: string, share: string) => `Forecast for the end of the period: ${amount} (${share}).`,
  reached: (time: string) => `At this pace it is used up ${time}.`,
  tooEarly: 'It is too early for a forecast.',
  name: 'Name',
  unit: 'Of what',
  units,
  amount: 'Amount',
  amountIn: (currency: string) => `Amount in ${currency}`,
  period: 'Period',
  periods,
  timeZone: 'Time zone',
  timeZoneHint: 'In which periods begin. A week begins on Monday.',
  agentField: 'Agent',
  allAgents: 'All agents',
  subtree: 'Count organizations below, too',
  warnAt: 'Warn at percent',
  warnAtHint: 'Up to five, with commas. Parley sends the event budget.warned once a period for each.',
  stop: 'Stop when it is used up',
  stopHint: 'Without this it only warns.',
  message: 'Message to end users',
  messageHint: 'What they are answered while it is stopped, without a model. Without it API callers get an error.',
  faults: {
    name: 'Enter a name.',
    decimal: 'Enter an amount more than 0, such as 25.50.',
    whole: 'Enter a whole number more than 0.',
    percents: 'Enter up to five percents between 0 and 1000, such as 80, 95.',
    zone: 'Enter a time zone, such as Europe/Berlin.',
  },
  effect: {
    title: 'What stopping does',
    when: (amount: string, period: string) => `Within 2 seconds after ${amount} ${period} are used:`,
    whole: 'No agent begins a call of a model. Replies that are being written fail at their next step.',
    agent: (name: string) =>
      `${name} begins no call of a model. Its replies that are being written fail at their next step.`,
    refused: 'New conversations and messages by the API are refused with status 402, and nothing is stored.',
    told: 'End users in widgets, e-mail and voice are answered with a built-in text.',
    message: 'End users are answered with your message, without a model.',
    others: 'Analyses are skipped, and workflow runs that need a model fail.',
    until: (time: string) => `It goes on ${time}, or as soon as you raise the amount or pause the budget.`,
    forGood: 'It goes on only when you raise the amount or pause the budget.',
    spent: (spent: string, share: string) => `Of this period, ${spent} are used (${share}).`,
    now: (spent: string) => `${spent} are used already in this period: saving stops at once.`,
    soon: (time: string) => `At this pace it stops ${time}.`,
    unknown: 'What was used in this period before counts, too.',
  },
} as const
