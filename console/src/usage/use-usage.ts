// What the page of usage reads: the sums of its range, the rows of its charts, and which models had no price.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { Output } from '@parley/sdk'
import type { Session } from '../session/session.ts'
import { type Part, type Row, partsOf, tokensOf } from './parts.ts'
import { type Bucket, type Times, type View, bucketOf, bucketStarts, timesOf } from './view.ts'

const look_again_ms = 30_000

export type Summary = Output<'getUsageSummary'>

export interface Usage {
  times: Times
  bucket: Bucket
  starts: number[]
  group: View['group']
  rows: Row[]
  parts: Part[]
  summary: Summary
  /** Those with most tokens first. */
  unpriced: { model: string; kind: Row['kind']; tokens: number }[]
}

export function useUsage({ client }: Session, view: View, isAllowed: boolean) {
  return useQuery({
    queryKey: ['usage', view],
    queryFn: async ({ signal }): Promise<Usage> => {
      const times = timesOf(view, Date.now())
      const bucket = bucketOf(view, times)
      const starts = bucketStarts(times, bucket)
      const grouped = view.group === undefined ? {} : { group_by: view.group }
      const [summary, { data: rows }, { data: byModel }] = await Promise.all([
        client.getUsageSummary(times, { signal }),
        client.getUsage({ ...times, bucket, ...grouped }, { signal }),
        client.getUsage({ ...times, bucket: 'month', group_by: 'model,kind' }, { signal }),
      ])
      const parts = partsOf(rows, view.group, bucket, starts)
      return { times, bucket, starts, group: view.group, rows, parts, summary, unpriced: findUnpriced(byModel) }
    },
    enabled: isAllowed,
    placeholderData: keepPreviousData,
    refetchInterval: look_again_ms,
  })
}

function findUnpriced(rows: readonly Row[]): Usage['unpriced'] {
  const found = new Map<string, Usage['unpriced'][number]>()
  for (const { model, kind, unpriced_tokens, lost } of rows) {
    const tokens = unpriced_tokens + lost.unpriced_tokens
    if (!model || tokens === 0) continue
    const key = `${kind} ${model}`
    found.set(key, { model, kind, tokens: tokens + (found.get(key)?.tokens ?? 0) })
  }
  return [...found.values()].toSorted((a, b) => b.tokens - a.tokens)
}

export const isQuiet = ({ parts, summary }: Usage) =>
  summary.total_calls === 0 && parts.every(({ sums, lost }) => sums.entries + lost.entries + tokensOf(sums) === 0)
