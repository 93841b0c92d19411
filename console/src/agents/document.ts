// The edited agent: its own fields and those of the version as one value. Its paths are the paths of the server's faults. Pure.
import type { Output } from '@parley/sdk'
import { deepEqual } from '@tanstack/react-router'

export type JsonObject = Record<string, unknown>

export type AgentDetail = Output<'getAgent'>
export type AgentVersion = Output<'getAgentVersion'>

export interface AgentDocument {
  name: string
  description: string | null
  active: boolean
  is_demo: boolean
  metadata: JsonObject
  config: JsonObject
  instruction_builder_inputs: JsonObject | null
}

/** The fields of the agent, which all versions share. */
export const agentFields = [
  'name',
  'description',
  'active',
  'is_demo',
  'metadata',
] as const satisfies (keyof AgentDocument)[]
/** The fields of a version. */
export const versionFields = ['config', 'instruction_builder_inputs'] as const satisfies (keyof AgentDocument)[]

export function documentOf(
  agent: AgentDetail,
  version: Pick<AgentVersion, (typeof versionFields)[number]>,
): AgentDocument {
  const { name, description, active, is_demo, metadata } = agent
  const { config, instruction_builder_inputs } = version
  return { name, description, active, is_demo, metadata, config, instruction_builder_inputs }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// --- paths ---

export type Path = readonly (string | number)[]

/** The path as the server writes it in a fault. */
export const keyOf = (path: Path) => path.join('.')

/** Whether `key` is the path `of`, or lies within it. */
export const isWithin = (key: string, of: string) => key === of || key.startsWith(`${of}.`)

export function readAt(value: unknown, path: Path): unknown {
  let found = value
  for (const step of path) {
    const isThere = typeof found === 'object' && found !== null && Object.hasOwn(found, step)
    if (!isThere) return undefined
    found = (found as JsonObject)[step]
  }
  return found
}

/** Keys whose empty object has a meaning: `widgets: {}` allows all widgets. */
const meaningful_when_empty: ReadonlySet<string | number> = new Set(['widgets'])

/** Sets the value at a path. Undefined removes it, and every parent that is then empty. */
function writeAt(value: unknown, path: Path, next: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return next
  if (Array.isArray(value)) {
    return value.map((entry: unknown, index) => (index === step ? (writeAt(entry, rest, next) ?? {}) : entry))
  }
  const before = isObject(value) ? value : {}
  const changed = writeAt(Object.hasOwn(before, step) ? before[step] : undefined, rest, next)
  if (changed !== undefined) return { ...before, [step]: changed }
  if (rest.length > 0 && meaningful_when_empty.has(step)) return { ...before, [step]: {} }
  const left = Object.entries(before).filter(([name]) => name !== String(step))
  return left.length === 0 ? undefined : Object.fromEntries(left)
}

export function writeDocument(document: AgentDocument, path: Path, value: unknown): AgentDocument {
  const written = (writeAt(document, path, value) ?? {}) as Partial<AgentDocument>
  return {
    name: written.name ?? '',
    description: written.description ?? null,
    active: written.active ?? true,
    is_demo: written.is_demo ?? false,
    metadata: written.metadata ?? {},
    config: written.config ?? {},
    instruction_builder_inputs: written.instruction_builder_inputs ?? null,
  }
}

// --- two people editing at once ---

/** The units of a change: a field of the agent, a key of the configuration or of the inputs. */
type Part = readonly [field: keyof AgentDocument, key?: string]

function listParts(...documents: AgentDocument[]): Part[] {
  const keysOf = (field: (typeof versionFields)[number]) => [
    ...new Set(documents.flatMap((document) => Object.keys(document[field] ?? {}))),
  ]
  return [
    ...agentFields.map((field): Part => [field]),
    ...versionFields.flatMap((field) => keysOf(field).map((key): Part => [field, key])),
  ]
}

const isSame = (a: AgentDocument, b: AgentDocument, part: Part) =>
  deepEqual(readAt(a, part as Path), readAt(b, part as Path))

/** The paths of the units that differ. */
export function listChanges(from: AgentDocument, to: AgentDocument): string[] {
  return listParts(from, to)
    .filter((part) => !isSame(from, to, part))
    .map((part) => keyOf(part as Path))
}

/** Applies the changes from `base` to `mine` to `theirs`. If both changed a unit, mine wins. */
export function mergeDocuments(base: AgentDocument, mine: AgentDocument, theirs: AgentDocument): AgentDocument {
  const changed = listParts(base, mine).filter((part) => !isSame(base, mine, part))
  return changed.reduce((merged, part) => writeDocument(merged, part as Path, readAt(mine, part as Path)), theirs)
}
