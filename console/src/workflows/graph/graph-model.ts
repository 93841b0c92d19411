// What is drawn of a graph: a box for each step, and a line for each port that leads somewhere. Pure.
import type { StepType } from '@parley/contract'
import { type Definition, type Port, type Position, portsOf, targetOf } from '../definition/definition.ts'
import { namesOf } from '../definition/edit.ts'
import { summaryOf } from '../definition/summary.ts'
import { stepTexts } from '../step-texts.ts'

/** What became of a step in an execution, in words. */
export interface StepState {
  tone: 'running' | 'waiting' | 'good' | 'bad' | 'quiet'
  text: string
}

export interface Box {
  id: string
  type: StepType
  name: string
  summary: string
  ports: readonly Port[]
  position: Position
  /** How many problems it has. */
  problems: number
  state: StepState | null
}

export interface Line {
  id: string
  from: string
  port: Port
  to: string
  /** Whether an execution took it. */
  isTaken: boolean
}

export interface GraphFacts {
  problems?: ReadonlyMap<string, number>
  states?: ReadonlyMap<string, StepState>
  /** The lines that an execution took, by their ids. */
  taken?: ReadonlySet<string>
}

export const lineId = (from: string, port: string) => `${from} ${port}`

export function boxesOf(
  definition: Definition,
  places: ReadonlyMap<string, Position>,
  { problems, states }: GraphFacts,
): Box[] {
  const names = namesOf(definition)
  return definition.nodes.map((step) => {
    const [name, summary] = [names.get(step.id)!, summaryOf(step)]
    const state = states?.get(step.id) ?? null
    return {
      ...{ id: step.id, type: step.type, name, summary, state },
      ports: portsOf(step),
      position: places.get(step.id) ?? { x: 0, y: 0 },
      problems: problems?.get(step.id) ?? 0,
    }
  })
}

export function linesOf({ nodes }: Definition, { taken }: GraphFacts): Line[] {
  const ids = new Set(nodes.map(({ id }) => id))
  return nodes.flatMap((step) =>
    portsOf(step).flatMap((port) => {
      const to = targetOf(step, port.name)
      if (to === null || !ids.has(to)) return []
      const id = lineId(step.id, port.name)
      return [{ id, from: step.id, port, to, isTaken: taken?.has(id) ?? false }]
    }),
  )
}

export function labelOf({ name, kind }: Port): string {
  if (kind === 'branch') return name
  if (kind === 'otherwise') return stepTexts.portLabels.otherwise
  return kind === 'error' ? stepTexts.portLabels.error : ''
}

const ways = {
  ArrowDown: { x: 0, y: 1 },
  ArrowUp: { x: 0, y: -1 },
  ArrowRight: { x: 1, y: 0 },
  ArrowLeft: { x: -1, y: 0 },
} as const
export type Arrow = keyof typeof ways
export const isArrow = (key: string): key is Arrow => Object.hasOwn(ways, key)

/** A place one step of the grid away. */
export function shift({ x, y }: Position, arrow: Arrow, by: number): Position {
  const way = ways[arrow]
  return { x: x + way.x * by, y: y + way.y * by }
}

/** The next box in a direction: near, and not far to the side. */
export function neighbour<T extends { id: string; position: Position }>(
  boxes: readonly T[],
  from: T,
  arrow: Arrow,
): T | null {
  const way = ways[arrow]
  let best: { box: T; cost: number } | null = null
  for (const box of boxes) {
    const [x, y] = [box.position.x - from.position.x, box.position.y - from.position.y]
    const [along, aside] = [x * way.x + y * way.y, Math.abs(x * way.y) + Math.abs(y * way.x)]
    const cost = along + 2 * aside
    if (box !== from && along > 0 && (best === null || cost < best.cost)) best = { box, cost }
  }
  return best?.box ?? null
}
