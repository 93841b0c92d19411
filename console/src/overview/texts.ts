// What the overview says.
import type { Preset } from './view.ts'

const presets: Record<Preset, string> = { '24h': '24 hours', '7d': '7 days', '30d': '30 days', '90d': '90 days' }

export const words = {
  range: {
    label: 'Range',
    presets,
    own: 'Custom',
    from: 'From',
    to: 'To',
    toHint: 'Empty: up to now.',
    fromMissing: 'Say since when.',
    fromAfterTo: 'This has to be before the end.',
    agent: 'Agent',
    allAgents: 'All agents',
  },
  figures: {
    conversations: 'Conversations',
    active: 'Active now',
    replies: 'Replies',
    failures: 'Failed replies',
    p50: 'Reply time, median',
    p95: 'Reply time, p95',
    tokens: 'Tokens',
  },
  before: (value: string) => `compared with ${value} in the time before`,
  charts: {
    conversations: 'Conversations begun',
    replies: 'Replies',
    latency: 'Reply time',
    latencyHint: 'From the message to the whole reply.',
    tokens: 'Tokens',
  },
  series: {
    conversations: 'Conversations',
    replies: 'Replies',
    failed: 'Failed',
    cancelled: 'Cancelled',
    p50: 'Median',
    p95: '95th percentile',
    first: 'First text, median',
    input: 'Read',
    output: 'Written',
  },
  chart: (title: string) => `${title} over time`,
  table: 'As a table',
  tableOf: (title: string) => `${title} as a table`,
  time: 'Time (UTC)',
  nothing: 'none',
  share: (share: string) => `· ${share}`,
  ends: {
    title: 'Why conversations ended',
    hint: 'Of those that ended in this time. Each name lists those that began in it, too.',
    none: 'None ended.',
  },
  failures: {
    title: 'Why there was no reply',
    hint: 'Turns that failed or were cancelled. Each name lists the conversations that began in this time.',
    none: 'Every message was answered.',
  },
  emptyTitle: 'Nothing happened in this time',
  empty: 'As soon as somebody talks to an agent, it is counted here. A longer range may have more.',
  needs: (scopes: readonly string[]) => `The overview needs one of the scopes ${scopes.join(', ')}.`,
  note: (from: string, to: string) =>
    `From ${from} to ${to}, in whole hours or days of UTC. Conversations that were deleted since are counted, too.`,
} as const
