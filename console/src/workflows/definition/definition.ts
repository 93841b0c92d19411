// The definition of a workflow as the console holds it: its steps, their ports, and values at places. Pure.
import { type StepType, ownPorts } from '@parley/contract'

export type JsonObject = Record<string, unknown>
export type Path = readonly (string | number)[]

export interface Position {
  x: number
  y: number
}

/** Unknown keys stay, as the server keeps them. */
export interface Step extends JsonObject {
  id: string
  type: StepType
  name?: string | null
  config: JsonObject
  /** Port to step id. */
  next?: Record<string, string> | null
  position?: Position | null
}

export interface Definition extends JsonObject {
  schema_version: 1
  settings?: JsonObject | null
  nodes: Step[]
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const findStep = ({ nodes }: Definition, id: string | null): Step | null =>
  nodes.find((step) => step.id === id) ?? null

export const isEntry = ({ type }: Pick<Step, 'type'>) => type === 'trigger' || type === 'input'

/** What a person calls it. */
export const nameOf = ({ id, name }: Pick<Step, 'id' | 'name'>) =>
  typeof name === 'string' && name.trim() !== '' ? name : id

export type PortKind = 'next' | 'branch' | 'otherwise' | 'error'

export interface Port {
  name: string
  kind: PortKind
}

const error_port: Port = { name: ownPorts.failed, kind: 'error' }
const next_port: Port = { name: ownPorts.next, kind: 'next' }

export const listOf = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])

/** The ways out of a step, in the order in which they are drawn. */
export function portsOf({ type, config }: Pick<Step, 'type' | 'config'>): Port[] {
  if (type === 'note') return []
  if (type === 'trigger' || type === 'input') return [next_port]
  if (type === 'output') return [error_port]
  if (type !== 'condition') return [next_port, error_port]
  const names = listOf(config['conditions']).map(({ name }) => String(name ?? ''))
  const branches = [...new Set(names)].filter((name) => name !== '').map((name): Port => ({ name, kind: 'branch' }))
  return [...branches, { name: ownPorts.next, kind: 'otherwise' }, error_port]
}

export const targetOf = ({ next }: Pick<Step, 'next'>, port: string): string | null =>
  next && Object.hasOwn(next, port) ? next[port]! : null

export function readAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((found, key) => {
    const isThere = typeof found === 'object' && found !== null && Object.hasOwn(found, key)
    return isThere ? (found as JsonObject)[key] : undefined
  }, value)
}

/** Sets the value at a path. Undefined removes it; an entry of a list becomes empty, and an object stays if it is empty then. */
export function writeAt(value: unknown, path: Path, next: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return next
  if (Array.isArray(value)) {
    return value.map((entry: unknown, index) => (index === key ? (writeAt(entry, rest, next) ?? {}) : entry))
  }
  const before = isObject(value) ? value : {}
  const changed = writeAt(Object.hasOwn(before, key) ? before[key] : undefined, rest, next)
  if (changed !== undefined) return { ...before, [key]: changed }
  const { [key]: _gone, ...others } = before
  return others
}
