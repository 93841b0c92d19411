// Where steps are in the graph: the size of a step, free places for new ones, and places for steps that have none. Pure.
import { type Definition, type Position, type Step, isEntry } from './definition.ts'

/** In pixels, at full size. */
export const size = { width: 224, height: 64 }
/** From one step to the next. */
export const grid = { column: 272, row: 120 }

const hasPlace = (step: Step): step is Step & { position: Position } =>
  typeof step.position?.x === 'number' && typeof step.position?.y === 'number'

export const isNonePlaced = ({ nodes }: Definition) => !nodes.some(hasPlace)

/** Below the step that it follows, which makes room; an entry beside the other entries; else below everything. */
export function placeBelow(definition: Definition, before: Step | null, step: Step): Definition {
  const { nodes } = definition
  const placed = nodes.filter(hasPlace)
  if (placed.length < nodes.length) return { ...definition, nodes: [...nodes, step] }
  if (before && hasPlace(before)) {
    const position = { x: before.position.x, y: before.position.y + grid.row }
    const isTaken = placed.some((other) => overlaps(other.position, position))
    return { ...definition, nodes: [...(isTaken ? makeRoom(placed, position.y) : nodes), { ...step, position }] }
  }
  const last = Math.max(0, ...placed.map(({ position }) => position.x + grid.column))
  const first = Math.min(...placed.map(({ position }) => position.y))
  const position = placed.length === 0 ? { x: 0, y: 0 } : { x: isEntry(step) || !before ? last : 0, y: first }
  return { ...definition, nodes: [...nodes, { ...step, position }] }
}

const overlaps = (one: Position, other: Position) =>
  Math.abs(one.x - other.x) < size.width && Math.abs(one.y - other.y) < size.height

const makeRoom = (nodes: readonly (Step & { position: Position })[], from: number): Step[] =>
  nodes.map((step) =>
    step.position.y < from - size.height / 2
      ? step
      : { ...step, position: { ...step.position, y: step.position.y + grid.row } },
  )

/** The places that steps have; those without one are below all others. */
export function placesOf({ nodes }: Definition): Map<string, Position> {
  const lowest = Math.max(-grid.row, ...nodes.filter(hasPlace).map(({ position }) => position.y))
  let row = 0
  return new Map(
    nodes.map((step) => {
      if (hasPlace(step)) return [step.id, { x: step.position.x, y: step.position.y }]
      row += 1
      return [step.id, { x: 0, y: lowest + row * grid.row }]
    }),
  )
}
