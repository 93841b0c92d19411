// The texts of what conversations asked a knowledge base.
import { formatNumber } from '../../base/format.ts'

export const questionTexts = {
  intro: 'What conversations asked, the weakest answers first: what the sources do not say yet.',
  of: (count: number) => `The last ${formatNumber(count)}`,
  needs: 'see what conversations asked',
  list: 'Questions',
  outcome: 'Show questions',
  all: 'All',
  since: 'Asked since',
  periods: { day: 'Last day', week: 'Last week', month: 'Last 30 days', ever: 'Any time' },
  empty: 'No questions yet. They appear once an agent that uses this knowledge base is asked something.',
  emptyFiltered: 'No matching questions.',
  best: 'Best score',
  none: 'nothing',
  conversation: 'Open conversation',
  try: 'Try it',
  noQuery: 'The query was purged.',
  cut: (count: number) => `There are more. These are the last ${formatNumber(count)}, weakest first.`,
} as const
