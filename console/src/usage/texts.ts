// The texts of the page about usage.
import type { UsageGroup } from '@parley/contract'
import { formatCount } from '../base/format.ts'
import type { Bucket, Preset } from './view.ts'

const presets: Record<Preset, string> = {
  month: 'This month',
  'last-month': 'Last month',
  '7d': '7 days',
  '30d': '30 days',
  '90d': '90 days',
}
const groups: Record<UsageGroup, string> = {
  agent: 'Agent',
  model: 'Model',
  provider: 'Provider',
  kind: 'Kind',
  purpose: 'Purpose',
  organization: 'Organization',
}
const withoutKey: Partial<Record<UsageGroup, string>> = {
  agent: 'Without an agent',
  model: 'Without a model',
  provider: 'Without a provider',
}
const buckets: Record<Bucket, string> = { hour: 'Hour', day: 'Day', month: 'Month' }

export const usageTexts = {
  title: 'Usage',
  intro: 'What calls of models and other services were counted, and what they cost by your prices.',
  presets,
  group: 'Group by',
  noGroup: 'Nothing',
  groups,
  withoutKey,
  bucket: 'Per',
  buckets,
  others: 'All others',
  figures: {
    cost: 'Cost',
    lost: 'Lost, estimated',
    lostHint: 'Calls whose server stopped before they ended',
    input: 'Input tokens',
    output: 'Output tokens',
    cached: (count: string) => `${count} from a cache`,
    conversations: 'Conversations',
    voice: 'Voice minutes',
    chat: 'Chat minutes',
    runs: 'Workflow runs',
    failedRuns: (count: string) => `${count} failed`,
  },
  unpriced: {
    title: 'Models without a price',
    text: (tokens: number) => `${formatCount(tokens, 'token is', 'tokens are')} missing in the cost.`,
    set: (model: string) => `Set a price for ${model}`,
    setShort: 'Set a price',
    recalculate: 'A new price counts from its start. To price earlier calls, recalculate them on the page of prices.',
  },
  charts: {
    cost: 'Cost',
    tokens: 'Tokens',
    calls: 'Calls',
    lost: 'Lost, estimated cost',
    lostHint: 'Of calls whose server stopped before they ended. It is not in the cost.',
  },
  series: { cost: 'Cost', input: 'Input', output: 'Output', calls: 'Calls', lost: 'Lost' },
  breakdown: {
    title: (group: string) => `By ${group.toLowerCase()}`,
    total: 'Total',
    calls: 'Calls',
    input: 'Input tokens',
    output: 'Output tokens',
    quantity: 'Units',
    cost: 'Cost',
    lost: 'Lost',
    unpriced: 'Without a price',
  },
  emptyTitle: 'No usage in this period',
  empty: 'Calls are counted as soon as an agent replies. Try a longer range.',
  download: {
    label: 'Download',
    sums: 'Sums as shown (CSV)',
    entries: 'Each call (CSV)',
    sumsFile: 'usage-sums.csv',
    entriesFile: 'usage-entries.csv',
  },
  note: (from: string, to: string) =>
    `From ${from} to ${to}, in whole hours. Days and months are of UTC. Calls appear within a minute.`,
} as const
