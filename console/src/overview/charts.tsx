// What happened over time, in one chart for each figure.
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { formatMilliseconds, formatNumber } from '../base/format.ts'
import { overviewTexts as words } from './texts.ts'
import { formatBucket, formatCompact, formatTick } from '../charts/bucket-text.ts'
import type { Series } from '../charts/draw-chart.ts'
import { TimeChart } from '../charts/time-chart.tsx'
import type { Statistics } from './use-statistics.ts'
import { createdWithin } from './view.ts'

const { series } = words
type Bucket = Statistics['buckets'][number]

const of = (buckets: readonly Bucket[], read: (bucket: Bucket) => number | null) => buckets.map(read)

function seriesOf(buckets: readonly Bucket[]) {
  return {
    conversations: [
      { name: series.conversations, colour: 'accent', values: of(buckets, ({ conversations }) => conversations) },
    ],
    replies: [
      { name: series.replies, colour: 'accent', values: of(buckets, ({ replies }) => replies) },
      { name: series.failed, colour: 'bad', values: of(buckets, ({ failed_turns }) => failed_turns), isDashed: true },
      { name: series.cancelled, colour: 'faint', values: of(buckets, ({ cancelled_turns }) => cancelled_turns) },
    ],
    latency: [
      { name: series.p50, colour: 'accent', values: of(buckets, ({ latency }) => latency?.total?.p50_ms ?? null) },
      {
        name: series.p95,
        colour: 'warn',
        values: of(buckets, ({ latency }) => latency?.total?.p95_ms ?? null),
        isDashed: true,
      },
      { name: series.first, colour: 'good', values: of(buckets, ({ latency }) => latency?.first_text?.p50_ms ?? null) },
    ],
    tokens: [
      { name: series.input, colour: 'accent', values: of(buckets, ({ input_tokens }) => input_tokens) },
      {
        name: series.output,
        colour: 'warn',
        values: of(buckets, ({ output_tokens }) => output_tokens),
        isDashed: true,
      },
    ],
  } satisfies Record<string, Series[]>
}

interface Props {
  statistics: Statistics
  agent_id: string | undefined
}

export function Charts({ statistics: { buckets, bucket, to }, agent_id }: Props) {
  const all = useMemo(() => seriesOf(buckets), [buckets])
  const labels = useMemo(() => buckets.map(({ starts_at }) => formatBucket(starts_at, bucket)), [buckets, bucket])
  const ticks = useMemo(() => buckets.map(({ starts_at }) => formatTick(starts_at, bucket)), [buckets, bucket])
  const common = { labels, ticks }
  const counts = { ...common, format: formatNumber, formatAxis: formatCompact }
  const conversationsOf = (index: number, text: string) => {
    const times = { from: buckets[index]!.starts_at, to: buckets[index + 1]?.starts_at ?? to }
    return (
      <Link
        to="/inbox"
        search={{ ...createdWithin(times), ...(agent_id === undefined ? {} : { agent_id }) }}
        className="text-accent-strong underline underline-offset-2"
      >
        {text}
      </Link>
    )
  }
  return (
    <div className="grid gap-4 roomy:grid-cols-2">
      <TimeChart
        {...counts}
        title={words.charts.conversations}
        kind="bars"
        series={all.conversations}
        link={conversationsOf}
      />
      <TimeChart {...counts} title={words.charts.replies} kind="lines" series={all.replies} />
      <TimeChart
        {...common}
        title={words.charts.latency}
        hint={words.charts.latencyHint}
        kind="lines"
        series={all.latency}
        format={formatMilliseconds}
        formatAxis={formatMilliseconds}
      />
      <TimeChart {...counts} title={words.charts.tokens} kind="lines" series={all.tokens} />
    </div>
  )
}
