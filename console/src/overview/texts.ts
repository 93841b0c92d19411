// The texts of the overview.
import type { Preset } from './view.ts'

const presets: Record<Preset, string> = { '24h': '24 hours', '7d': '7 days', '30d': '30 days', '90d': '90 days' }

export const overviewTexts = {
  title: 'Overview',
  range: {
    presets,
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
  before: (value: string) => `compared with ${value} in the previous period`,
  charts: {
    conversations: 'Conversations started',
    replies: 'Replies',
    latency: 'Reply time',
    latencyHint: 'From the message to the complete reply.',
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
    input: 'Input',
    output: 'Output',
  },
  share: (share: string) => `· ${share}`,
  ends: {
    title: 'Why conversations ended',
    hint: 'Conversations that ended in this period. The links list those that also started in it.',
    none: 'No conversation ended.',
  },
  failures: {
    title: 'Why there was no reply',
    hint: 'Turns that failed or were cancelled. The links list conversations that started in this period.',
    none: 'Every message was answered.',
  },
  emptyTitle: 'No activity in this period',
  empty: 'Figures appear as soon as someone talks to an agent. Try a longer range.',
  forbiddenTitle: 'You cannot see the overview',
  forbidden: (scopes: readonly string[]) => `You need one of the scopes ${scopes.join(', ')}. Ask an admin for access.`,
  note: (from: string, to: string) =>
    `From ${from} to ${to}, in whole hours or days (UTC). Deleted conversations are included.`,
} as const
