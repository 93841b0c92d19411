// A chart over time that can be read with a mouse, with arrow keys, by ear, and as a table.
import 'uplot/dist/uPlot.min.css'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { useMedia } from '../ui/use-media.ts'
import { chartTexts as words } from './texts.ts'
import { useTheme } from '../shell/theme.ts'
import { classes } from '../ui/classes.ts'
import { Disclosure } from '../ui/disclosure.tsx'
import { type ChartData, type Colour, type Series, chart_height, drawChart, pointAt } from './draw-chart.ts'

interface ChartProps extends ChartData {
  title: string
  hint?: string
  /** Names a whole bucket. */
  labels: readonly string[]
  /** Formats a number for a sentence. */
  format: (value: number) => string
  /** Replaces a bucket's first number in the table. */
  link?: (index: number, text: string) => ReactNode
}

export function TimeChart({ title, hint, labels, format, link, ...data }: ChartProps) {
  const [at, setAt] = useState<number | null>(null)
  const element = useChart(data, setAt)
  const last = labels.length - 1
  // After a refresh there may be fewer buckets than the one that was selected.
  const shown = Math.min(at ?? last, last)
  const told = data.series.map(({ name, values }) => `${name} ${textOf(values[shown], format)}`).join(', ')
  const onKeyDown = (event: KeyboardEvent) => {
    const next = stepTo(event.key, shown, last)
    if (next === null) return
    event.preventDefault()
    pointAt(next)
  }
  return (
    <figure className="flex min-w-0 flex-col rounded-lg border border-line bg-surface p-4">
      <figcaption className="mb-2">
        <h2 className="font-semibold">{title}</h2>
        {hint && <p className="text-xs text-faint">{hint}</p>}
      </figcaption>
      <p className="mb-1 flex flex-wrap gap-x-4 gap-y-0.5 text-xs" aria-hidden="true">
        {data.series.map((series) => (
          <LegendEntry
            key={series.name}
            series={series}
            value={at === null ? null : textOf(series.values[shown], format)}
          />
        ))}
        <span className="ml-auto text-faint">{at === null ? '' : labels[shown]}</span>
      </p>
      <div
        ref={element}
        role="slider"
        tabIndex={0}
        aria-label={words.chart(title)}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={shown}
        aria-valuetext={`${labels[shown]}: ${told}`}
        style={{ height: chart_height }}
        className="min-w-0 overflow-hidden rounded"
        onKeyDown={onKeyDown}
      />
      <ChartTable title={title} labels={labels} series={data.series} format={format} link={link} />
    </figure>
  )
}

const textOf = (value: number | null | undefined, format: (value: number) => string) =>
  value === null || value === undefined ? words.nothing : format(value)

function stepTo(key: string, from: number, last: number): number | null {
  const wanted: Record<string, number> = {
    ArrowLeft: from - 1,
    ArrowDown: from - 1,
    ArrowRight: from + 1,
    ArrowUp: from + 1,
    Home: 0,
    End: last,
  }
  return Object.hasOwn(wanted, key) ? Math.max(0, Math.min(last, wanted[key]!)) : null
}

/** Draws the chart again if its data, the theme or its width changes. */
function useChart({ kind, series, ticks, formatAxis, isFine = false }: ChartData, onMove: (at: number | null) => void) {
  const element = useRef<HTMLDivElement>(null)
  const theme = useTheme()
  const isDark = useMedia('(prefers-color-scheme: dark)')
  useEffect(() => {
    const around = element.current!
    const drawn = drawChart(around, { kind, series, ticks, formatAxis, isFine }, onMove)
    const observer = new ResizeObserver(() => drawn.setSize({ width: around.clientWidth, height: chart_height }))
    observer.observe(around)
    return () => {
      observer.disconnect()
      drawn.destroy()
    }
  }, [kind, series, ticks, formatAxis, isFine, onMove, theme, isDark])
  return element
}

const samples: Record<Colour, string> = {
  accent: 'border-accent',
  good: 'border-good',
  warn: 'border-warn',
  bad: 'border-bad',
  faint: 'border-faint',
}

function LegendEntry({ series: { name, colour, isDashed }, value }: { series: Series; value: string | null }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span className={classes('w-4 border-t-2', samples[colour], isDashed && 'border-dashed')} />
      <span className="text-soft">{name}</span>
      {value !== null && <span className="numeric font-medium">{value}</span>}
    </span>
  )
}

type TableProps = Pick<ChartProps, 'title' | 'labels' | 'series' | 'format' | 'link'>

function ChartTable({ title, labels, series, format, link }: TableProps) {
  return (
    <Disclosure
      className="mt-2"
      summary={<summary className="w-fit rounded text-xs text-soft hover:text-ink">{words.table}</summary>}
    >
      <div
        role="region"
        aria-label={words.tableOf(title)}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="mt-2 max-h-72 overflow-auto"
      >
        <table className="numeric w-full text-right">
          <thead className="sticky top-0 bg-surface text-xs text-faint">
            <tr>
              <th scope="col" className="py-1 pr-3 text-left font-medium">
                {words.time}
              </th>
              {series.map(({ name }) => (
                <th key={name} scope="col" className="py-1 pl-3 font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {labels.map((label, index) => (
              <tr key={label} className="border-t border-line">
                <th scope="row" className="py-1 pr-3 text-left font-normal">
                  {label}
                </th>
                {series.map(({ name, values }, column) => {
                  const text = textOf(values[index], format)
                  return (
                    <td key={name} className="py-1 pl-3">
                      {link && column === 0 && values[index] ? link(index, text) : text}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Disclosure>
  )
}
