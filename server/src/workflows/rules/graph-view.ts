// The graph of a definition, as far as it can be read: its steps with their ports, whatever else is wrong with them. Pure.
import { type StepType, entryTypes, ownPorts, stepTypes } from '@parley/contract'
import { isObject } from '../../agents/rules/config-faults.ts'

export interface ViewedStep {
  index: number
  id: string
  type: StepType
  step: Record<string, unknown>
  config: Record<string, unknown>
  /** Of a condition, in order; each once. */
  branches: readonly string[]
  /** The ports that the step can have. */
  ports: ReadonlySet<string>
  /** The ways out that it names, also of ports that it cannot have. */
  next: readonly { port: string; target: string }[]
}

export interface GraphView {
  /** In the order of the definition, those with the same id too. */
  steps: readonly ViewedStep[]
  /** The first step of each id. */
  byId: ReadonlyMap<string, ViewedStep>
  /** Also of steps that could not be read. */
  ids: ReadonlySet<unknown>
  /** Whether every step could be read. If not, what seems to be missing may be there. */
  isWhole: boolean
}

const knownTypes: ReadonlySet<unknown> = new Set(stepTypes)
const entries: ReadonlySet<StepType> = new Set<StepType>(entryTypes)
const withoutError: ReadonlySet<StepType> = new Set<StepType>([...entryTypes, 'note'])

export const isEntry = ({ type }: { type: StepType }) => entries.has(type)

export function viewGraph(nodes: readonly unknown[]): GraphView {
  const steps = nodes.flatMap((step, index) => viewStep(step, index) ?? [])
  const byId = new Map<string, ViewedStep>()
  for (const step of steps) if (!byId.has(step.id)) byId.set(step.id, step)
  const ids = new Set(nodes.map((step) => (isObject(step) ? step['id'] : null)))
  return { steps, byId, ids, isWhole: steps.length === nodes.length }
}

function viewStep(step: unknown, index: number): ViewedStep | null {
  if (!isObject(step) || typeof step['id'] !== 'string' || !knownTypes.has(step['type'])) return null
  const [id, type] = [step['id'], step['type'] as StepType]
  const config = isObject(step['config']) ? step['config'] : {}
  const branches = type === 'condition' ? branchesOf(config) : []
  const next = isObject(step['next'])
    ? Object.entries(step['next']).flatMap(([port, target]) => (typeof target === 'string' ? [{ port, target }] : []))
    : []
  return { index, id, type, step, config, branches, ports: new Set(portsOf(type, branches)), next }
}

/** An output ends its path, so it only has a way out if it fails. */
function portsOf(type: StepType, branches: readonly string[]): string[] {
  const failed = withoutError.has(type) ? [] : [ownPorts.failed]
  const done = type === 'output' || type === 'note' ? [] : [ownPorts.next]
  return [...branches, ...done, ...failed]
}

function branchesOf({ conditions }: Record<string, unknown>): string[] {
  if (!Array.isArray(conditions)) return []
  const names = conditions.map((each) => (isObject(each) ? each['name'] : null))
  return [...new Set(names.filter((name) => typeof name === 'string'))]
}
