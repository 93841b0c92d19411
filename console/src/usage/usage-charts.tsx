// Usage over time: one line for all of it, or one for each of the largest parts.
import { useMemo } from 'react'
import { formatNumber } from '../base/format.ts'
import { formatMoney, formatMoneyCompact } from '../base/money.ts'
import { formatBucket, formatCompact, formatTick } from '../charts/bucket-text.ts'
import type { Colour, Series } from '../charts/draw-chart.ts'
import { TimeChart } from '../charts/time-chart.tsx'
import { type Sums, firstParts, noSums, tokensOf } from './parts.ts'
import { usageTexts as words } from './texts.ts'
import type { Usage } from './use-usage.ts'

/** As many lines as can be told apart, each by its colour and its dashes. */
const looks: readonly { colour: Colour; isDashed?: boolean }[] = [
  { colour: 'accent' },
  { colour: 'warn', isDashed: true },
  { colour: 'good' },
  { colour: 'bad', isDashed: true },
  { colour: 'faint' },
]

interface Props {
  usage: Usage
  nameOf: (key: string | null) => string
}

export function UsageCharts({ usage, nameOf }: Props) {
  const { starts, bucket, summary, group, parts } = usage
  const { currency } = summary.cost
  const times = useMemo(() => {
    const texts = starts.map((at) => new Date(at).toISOString())
    return {
      labels: texts.map((at) => formatBucket(at, bucket)),
      ticks: texts.map((at) => formatTick(at, bucket)),
    }
  }, [starts, bucket])
  const money = useMemo(
    () => ({
      format: (amount: number) => formatMoney(amount, currency),
      formatAxis: (amount: number) => formatMoneyCompact(amount, currency),
      isFine: true,
    }),
    [currency],
  )
  const names = JSON.stringify(parts.map(({ key }) => nameOf(key)))
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  const series = useMemo(() => seriesOf(usage, nameOf), [usage, names])
  const kind = group === undefined ? 'bars' : 'lines'
  const hasLost = parts.some(({ lost }) => lost.entries > 0)
  return (
    <div className="grid gap-4 roomy:grid-cols-2">
      <TimeChart {...times} {...money} title={words.charts.cost} kind={kind} series={series.cost} />
      <TimeChart {...times} {...numbers} title={words.charts.tokens} kind="lines" series={series.tokens} />
      <TimeChart {...times} {...numbers} title={words.charts.calls} kind={kind} series={series.calls} />
      {hasLost && (
        <TimeChart
          {...times}
          {...money}
          title={words.charts.lost}
          hint={words.charts.lostHint}
          kind="bars"
          series={series.lost}
        />
      )}
    </div>
  )
}

const numbers = { format: formatNumber, formatAxis: formatCompact }

function seriesOf({ parts, group, starts }: Usage, nameOf: Props['nameOf']) {
  const { shown, others } = firstParts(parts, looks.length - 1)
  const drawn = others ? [...shown, others] : shown
  const read = (buckets: readonly Sums[] | undefined, of: (sums: Sums) => number) =>
    (buckets ?? starts.map(noSums)).map(of)
  const byPart = (of: (sums: Sums) => number): Series[] =>
    drawn.map(({ key, buckets }, index) => ({ name: nameOf(key), ...looks[index]!, values: read(buckets, of) }))
  const whole = (name: string, of: (sums: Sums) => number, look = looks[0]!): Series => ({
    ...{ name, ...look, values: read(parts[0]?.buckets, of) },
  })
  const lostAt = (index: number) => parts.reduce((sum, { lostBuckets }) => sum + lostBuckets[index]!.cost, 0)
  const lost: Series[] = [
    { name: words.series.lost, colour: 'warn', values: starts.map((_at, index) => lostAt(index)) },
  ]
  const [cost, calls] = [({ cost: sum }: Sums) => sum, ({ entries }: Sums) => entries]
  if (group !== undefined) return { cost: byPart(cost), tokens: byPart(tokensOf), calls: byPart(calls), lost }
  return {
    cost: [whole(words.series.cost, cost)],
    tokens: [
      whole(words.series.input, ({ input_tokens }) => input_tokens),
      whole(words.series.output, ({ output_tokens }) => output_tokens, looks[1]),
    ],
    calls: [whole(words.series.calls, calls)],
    lost,
  }
}
