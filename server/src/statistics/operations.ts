// The operation on statistics: returns a range of time in buckets, for the agents that the caller may see.
import { agentsOf } from '../calls/access.ts'
import type { Handler } from '../calls/context.ts'
import { invalid } from '../base/errors.ts'
import { addCounters, presentAgentTotals, presentCounts } from './rules/counters.ts'
import { readBuckets, readTotals } from './queries.ts'
import { chooseRange } from './rules/range.ts'

export const getStatistics: Handler<'getStatistics'> = async (ctx, input) => {
  const range = chooseRange(input, ctx.core.ports.clock.now())
  if ('message' in range) throw invalid(range)
  const { bucket, starts } = range
  const [from, to] = [formatTime(range.from), formatTime(range.to)]
  const agents = agentsOf(ctx.access, input.agent_id)
  const counted = await readBuckets(ctx.store, agents, { bucket, from, to })
  const totals = await readTotals(ctx.store, agents, ['conversations', 'ended'])
  return {
    from,
    to,
    bucket,
    time_zone: 'UTC' as const,
    active_conversations: presentAgentTotals(totals).active_conversations,
    totals: presentCounts(addCounters(counted.values())),
    buckets: starts.map(formatTime).map((starts_at) => ({ starts_at, ...presentCounts(counted.get(starts_at) ?? {}) })),
  }
}

/** Has microseconds, as all timestamps. */
function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z')
}
