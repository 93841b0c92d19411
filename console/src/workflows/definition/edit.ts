// Changes of a definition: steps come, go, are copied, moved and connected. Each returns a new definition. Pure.
import { type StepType, ownPorts } from '@parley/contract'
import {
  type Definition,
  type JsonObject,
  type Path,
  type Position,
  type Step,
  findStep,
  isEntry,
  listOf,
  nameOf,
  portsOf,
  targetOf,
  writeAt,
} from './definition.ts'
import { grid, placeBelow } from './places.ts'

/** What a step begins with in its id; expressions use it. */
const stems: Record<StepType, string> = {
  trigger: 'trigger',
  input: 'input',
  code: 'code',
  condition: 'choice',
  http: 'request',
  app: 'call',
  output: 'result',
  wait: 'wait',
  note: 'note',
}

export function freeId({ nodes }: Definition, type: StepType): string {
  const taken = new Set(nodes.map(({ id }) => id))
  const stem = stems[type]
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? stem : `${stem}_${number}`
    if (!taken.has(id)) return id
  }
}

/** Where a new step is put: behind a port of a step, or nowhere. */
export interface Behind {
  step_id: string
  port: string
}

export interface NewStep {
  type: StepType
  name?: string
  config?: JsonObject
}

export interface Added {
  definition: Definition
  id: string
}

/** A step that is put behind a port leads to where the port led. */
export function addStep(definition: Definition, { type, name, config = {} }: NewStep, behind: Behind | null): Added {
  const id = freeId(definition, type)
  const before = behind && !isEntry({ type }) && type !== 'note' ? findStep(definition, behind.step_id) : null
  const onward = before && targetOf(before, behind!.port)
  const leads = onward !== null && portsOf({ type, config }).some((port) => port.name === ownPorts.next)
  const step: Step = {
    id,
    type,
    ...(name === undefined ? {} : { name }),
    config,
    ...(leads ? { next: { [ownPorts.next]: onward } } : {}),
  }
  const placed = placeBelow(definition, before, step)
  return { id, definition: before ? connect(placed, behind!.step_id, behind!.port, id) : placed }
}

/** Behind a step: its first way out that leads nowhere, else the first of all. Null: only a failure leads out of it. */
export function placeAfter(step: Step): Behind | null {
  const ports = portsOf(step).filter(({ kind }) => kind !== 'error')
  const port = ports.find(({ name }) => targetOf(step, name) === null) ?? ports[0]
  return port ? { step_id: step.id, port: port.name } : null
}

/** A copy without connections, beside the step. */
export function copyStep(definition: Definition, step: Step, name: string): Added {
  const id = freeId(definition, step.type)
  const { next: _next, position, ...rest } = step
  const beside = position ? { position: { x: position.x + grid.column, y: position.y } } : {}
  const copy: Step = { ...structuredClone(rest), id, name, config: structuredClone(step.config), ...beside }
  return { id, definition: { ...definition, nodes: [...definition.nodes, copy] } }
}

/** What led to the step leads to what followed it. */
export function removeStep(definition: Definition, id: string): Definition {
  const gone = findStep(definition, id)
  if (!gone) return definition
  const onward = targetOf(gone, ownPorts.next)
  const follows = onward === id ? null : onward
  const nodes = definition.nodes
    .filter((step) => step !== gone)
    .map((step) => ({ ...step, ...nextOf(step, (target) => (target === id ? follows : target)) }))
  return { ...definition, nodes }
}

/** `change` says where a way that led to a target leads; null: nowhere. */
function nextOf({ next }: Step, change: (target: string) => string | null): Pick<Step, 'next'> {
  if (!next) return {}
  const kept = Object.entries(next).flatMap(([port, target]) => {
    const changed = change(target)
    return changed === null ? [] : [[port, changed] as const]
  })
  return { next: Object.fromEntries(kept) }
}

const changeStep = (definition: Definition, id: string, change: (step: Step) => Step): Definition => ({
  ...definition,
  nodes: definition.nodes.map((step) => (step.id === id ? change(step) : step)),
})

export function connect(definition: Definition, id: string, port: string, target: string | null): Definition {
  return changeStep(definition, id, (step) => {
    const { [port]: _before, ...others } = step.next ?? {}
    return { ...step, next: target === null ? others : { ...others, [port]: target } }
  })
}

/** Whether a step can follow: nothing leads to an entry or a note. */
export const canFollow = (step: Step) => !isEntry(step) && step.type !== 'note'

export function writeStep(definition: Definition, id: string, path: Path, value: unknown): Definition {
  return changeStep(definition, id, (step) => {
    const written = writeAt(step, path, value) as Step
    return { ...written, config: written.config ?? {} }
  })
}

export const writeSetting = (definition: Definition, path: Path, value: unknown): Definition =>
  writeAt(definition, ['settings', ...path], value) as Definition

export function moveSteps(definition: Definition, places: ReadonlyMap<string, Position>): Definition {
  const nodes = definition.nodes.map((step) => {
    const place = places.get(step.id)
    return place ? { ...step, position: { x: Math.round(place.x), y: Math.round(place.y) } } : step
  })
  return { ...definition, nodes }
}

/** What leads to the step follows its new id; expressions do not. */
export function renameStep(definition: Definition, id: string, renamed: string): Definition {
  const nodes = definition.nodes.map((step) => ({
    ...step,
    ...(step.id === id ? { id: renamed } : {}),
    ...nextOf(step, (target) => (target === id ? renamed : target)),
  }))
  return { ...definition, nodes }
}

/** The branches of a condition as they are to be; what a branch leads to follows its name, and goes with it. */
export function writeBranches(
  definition: Definition,
  id: string,
  conditions: readonly JsonObject[],
  renamed?: { from: string; to: string },
): Definition {
  return changeStep(definition, id, (step) => {
    const before = portsOf(step).flatMap(({ name, kind }) => (kind === 'branch' ? [name] : []))
    const changed = { ...step, config: { ...step.config, conditions } }
    if (!step.next) return changed
    const names = new Set(listOf(conditions).map(({ name }) => String(name ?? '')))
    const next = Object.entries(step.next).flatMap(([port, target]) => {
      if (port === renamed?.from && !names.has(port)) return [[renamed.to, target] as const]
      return before.includes(port) && !names.has(port) ? [] : [[port, target] as const]
    })
    return { ...changed, next: Object.fromEntries(next) }
  })
}

/** Steps from which a step can be reached, nearest first; itself only in a cycle. */
export function stepsBefore({ nodes }: Definition, id: string): Step[] {
  const sources = new Map<string, Step[]>()
  for (const step of nodes) {
    for (const target of Object.values(step.next ?? {})) sources.set(target, [...(sources.get(target) ?? []), step])
  }
  const found = new Set<Step>()
  for (let edge = sources.get(id) ?? []; edge.length > 0;) {
    const fresh = edge.filter((step) => !found.has(step))
    for (const step of fresh) found.add(step)
    edge = fresh.flatMap((step) => sources.get(step.id) ?? [])
  }
  return [...found]
}

/** The order in which a person reads the steps: from the entries along their ports, the rest after them. */
export function inReadingOrder({ nodes }: Definition): Step[] {
  const byId = new Map(nodes.map((step) => [step.id, step]))
  const seen = new Set<Step>()
  const visit = (first: Step) => {
    const stack = [first]
    for (let step = stack.pop(); step; step = stack.pop()) {
      if (seen.has(step)) continue
      seen.add(step)
      const targets = portsOf(step).map(({ name }) => targetOf(step, name))
      stack.push(...targets.flatMap((target) => (target === null ? [] : (byId.get(target) ?? []))).toReversed())
    }
  }
  for (const step of nodes) if (isEntry(step)) visit(step)
  for (const step of nodes) if (step.type !== 'note') visit(step)
  for (const step of nodes) seen.add(step)
  return [...seen]
}

/** By id, with the id where several steps have the same name. */
export function namesOf({ nodes }: Definition): ReadonlyMap<string, string> {
  const counts = new Map<string, number>()
  for (const step of nodes) counts.set(nameOf(step), (counts.get(nameOf(step)) ?? 0) + 1)
  return new Map(
    nodes.map((step) => {
      const name = nameOf(step)
      return [step.id, counts.get(name) === 1 ? name : `${name} (${step.id})`]
    }),
  )
}
