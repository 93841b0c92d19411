// Places the steps of a graph in rows: each below what leads to it, near its middle, in the order of its ways out. Pure. Its time grows with
// the steps and their lines, so that it can be done at once on each change.
import { type Definition, type Position, type Step, portsOf, targetOf } from './definition.ts'
import { inReadingOrder } from './edit.ts'
import { grid, size } from './places.ts'

interface Link {
  from: number
  to: number
  /** How far the end would like to be beside the beginning, in columns. */
  aside: number
}

export function tidyUp(definition: Definition): Map<string, Position> {
  const all = inReadingOrder(definition)
  const [steps, notes] = [all.filter(({ type }) => type !== 'note'), all.filter(({ type }) => type === 'note')]
  const links = withoutReturns(steps.length, linksOf(steps))
  const rows = rowsOf(steps.length, links)
  const columns = columnsOf(rows, links)
  const left = Math.min(0, ...columns)
  const places = steps.map(({ id }, index): [string, Position] => [
    id,
    { x: Math.round((columns[index]! - left) * grid.column), y: rows[index]! * grid.row },
  ])
  const right = Math.max(-grid.column, ...places.map(([, { x }]) => x)) + grid.column
  const aside = notes.map(({ id }, index): [string, Position] => [
    id,
    { x: right, y: index * (size.height + grid.row / 4) },
  ])
  return new Map([...places, ...aside])
}

/** Ways of a condition stand beside each other; what follows a failure stands to the right. */
function linksOf(steps: readonly Step[]): Link[] {
  const indexes = new Map(steps.map(({ id }, index) => [id, index]))
  return steps.flatMap((step, from) => {
    const ports = portsOf(step)
    const below = ports.filter(({ kind, name }) => kind !== 'error' && targetOf(step, name) !== null)
    return ports.flatMap((port) => {
      const to = indexes.get(targetOf(step, port.name) ?? '')
      if (to === undefined || to === from) return []
      const aside = port.kind === 'error' ? below.length : below.indexOf(port) - (below.length - 1) / 2
      return [{ from, to, aside }]
    })
  })
}

/** Lines back to a step on the way to their own beginning would have no end below it. */
function withoutReturns(count: number, links: readonly Link[]): Link[] {
  const outgoing = groupBy(count, links, ({ from }) => from)
  const state = Array.from<unknown, 'new' | 'open' | 'done'>({ length: count }, () => 'new')
  const returns = new Set<Link>()
  for (let first = 0; first < count; first += 1) {
    if (state[first] !== 'new') continue
    state[first] = 'open'
    const path = [{ step: first, at: 0 }]
    for (let last = path.at(-1); last; last = path.at(-1)) {
      const link = outgoing[last.step]![last.at]
      last.at += 1
      if (!link) {
        state[last.step] = 'done'
        path.pop()
      } else if (state[link.to] === 'open') returns.add(link)
      else if (state[link.to] === 'new') {
        state[link.to] = 'open'
        path.push({ step: link.to, at: 0 })
      }
    }
  }
  return links.filter((link) => !returns.has(link))
}

function groupBy(count: number, links: readonly Link[], key: (link: Link) => number): Link[][] {
  const groups = Array.from({ length: count }, (): Link[] => [])
  for (const link of links) groups[key(link)]!.push(link)
  return groups
}

/** By the longest way from a beginning. */
function rowsOf(count: number, links: readonly Link[]): number[] {
  const outgoing = groupBy(count, links, ({ from }) => from)
  const open = Array.from({ length: count }, () => 0)
  for (const { to } of links) open[to]! += 1
  const rows = Array.from({ length: count }, () => 0)
  const ready = open.flatMap((lines, index) => (lines === 0 ? [index] : []))
  for (let step = ready.pop(); step !== undefined; step = ready.pop()) {
    for (const { to } of outgoing[step]!) {
      rows[to] = Math.max(rows[to]!, rows[step]! + 1)
      open[to]! -= 1
      if (open[to] === 0) ready.push(to)
    }
  }
  return rows
}

/** Down by what leads to each step, up by what it leads to, and down again. */
function columnsOf(rows: readonly number[], links: readonly Link[]): number[] {
  const count = rows.length
  const [incoming, outgoing] = [groupBy(count, links, ({ to }) => to), groupBy(count, links, ({ from }) => from)]
  const levels: number[][] = []
  for (const [step, row] of rows.entries()) (levels[row] ??= []).push(step)
  const columns = Array.from({ length: count }, () => 0)
  const above = (step: number) => incoming[step]!.map(({ from, aside }) => columns[from]! + aside)
  const below = (step: number) => outgoing[step]!.map(({ to, aside }) => columns[to]! - aside)
  const place = (level: readonly number[], wishes: (step: number) => number[]) => {
    const wished = level.map((step, index) => ({ step, column: mean(wishes(step)) ?? index + columns[step]! }))
    const sorted = wished.toSorted((a, b) => a.column - b.column || a.step - b.step)
    const spread = keepApart(sorted.map(({ column }) => column))
    for (const [index, { step }] of sorted.entries()) columns[step] = spread[index]!
  }
  for (const level of levels) place(level, above)
  for (const level of levels.toReversed()) place(level, (step) => [...above(step), ...below(step)])
  for (const level of levels.slice(1)) place(level, above)
  return columns
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length

/** As near to what they would like as they can be, in this order, a column apart. */
function keepApart(wished: readonly number[]): number[] {
  const blocks: { sum: number; count: number }[] = []
  for (const [index, column] of wished.entries()) {
    let block = { sum: column - index, count: 1 }
    for (let last = blocks.at(-1); last && last.sum / last.count > block.sum / block.count; last = blocks.at(-1)) {
      blocks.pop()
      block = { sum: block.sum + last.sum, count: block.count + last.count }
    }
    blocks.push(block)
  }
  return blocks
    .flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
    .map((column, index) => column + index)
}
