// Draws a chart over buckets of time on a canvas, in the colours of the theme.
import uPlot from 'uplot'

/** Tokens of theme.css. */
export type Colour = 'accent' | 'good' | 'warn' | 'bad' | 'faint'

export interface Series {
  name: string
  colour: Colour
  /** One value for each bucket; null if there are no values. */
  values: readonly (number | null)[]
  /** A dashed line, so that color is not the only difference. */
  isDashed?: boolean
}

export interface ChartData {
  kind: 'bars' | 'lines'
  series: readonly Series[]
  /** Names a bucket in short. */
  ticks: readonly string[]
  /** Formats a number for the axis. */
  formatAxis: (value: number) => string
  /** Values are amounts that can be less than one, not counts. */
  isFine?: boolean
}

const group = 'overview'
export const chart_height = 176
const steps = Array.from({ length: 13 }, (_none, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat()
const fine_steps = [-6, -5, -4, -3, -2, -1].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power))
const bucket_steps = [1, 2, 3, 4, 6, 7, 12, 14, 24, 28, 48, 56, 84, 168, 336]

/** `onMove` gets the bucket under the pointer, or null. */
export function drawChart(element: HTMLElement, data: ChartData, onMove: (at: number | null) => void): uPlot {
  const { series, ticks } = data
  const count = ticks.length
  const colourOf = readColours(element)
  const font = `11px ${getComputedStyle(element).fontFamily}`
  const axis = { stroke: colourOf('faint'), font, ticks: { show: false }, gap: 6 }
  const options: uPlot.Options = {
    width: element.clientWidth,
    height: chart_height,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    // All charts of the page show the same moment.
    cursor: { sync: { key: group }, y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false, range: () => [-0.5, count - 0.5] },
      y: { range: (_chart, _min, max) => [0, max > 0 ? max * 1.08 : 1] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        incrs: bucket_steps,
        grid: { show: false },
        values: (_chart, splits) => splits.map((index) => ticks[index] ?? ''),
      },
      {
        ...axis,
        size: 52,
        incrs: data.isFine ? [...fine_steps, ...steps] : steps,
        grid: { stroke: colourOf('line'), width: 1 },
        values: (_chart, splits) => splits.map(data.formatAxis),
      },
    ],
    series: [{}, ...series.map((one) => seriesOptions(one, data.kind, colourOf(one.colour)))],
    hooks: { setCursor: [({ cursor }) => onMove(cursor.idx ?? null)] },
  }
  const indexes = Array.from({ length: count }, (_none, index) => index)
  return new uPlot(options, [indexes, ...series.map(({ values }) => [...values])], element)
}

/** Moves the cursor as the mouse would, in all charts of the page. */
export function pointAt(index: number): void {
  for (const chart of uPlot.sync(group).plots) chart.setCursor({ left: chart.valToPos(index, 'x'), top: 0 })
}

function seriesOptions({ name, isDashed }: Series, kind: ChartData['kind'], colour: string): uPlot.Series {
  if (kind === 'bars') {
    return {
      label: name,
      fill: colour,
      width: 0,
      points: { show: false },
      paths: uPlot.paths.bars!({ size: [0.7, 40] }),
    }
  }
  return { label: name, stroke: colour, width: 1.75, points: { size: 5 }, ...(isDashed ? { dash: [5, 4] } : {}) }
}

/** A canvas cannot read custom properties, so an element of the page resolves them. */
function readColours(element: HTMLElement): (name: Colour | 'line') => string {
  return (name) => {
    const before = element.style.color
    element.style.color = `var(--color-${name})`
    const colour = getComputedStyle(element).color
    element.style.color = before
    return colour
  }
}
