// What an execution has done in its graph: what became of each step, which lines it took, and, if its definition is not known, the graph of
// its visits. Pure.
import type { VisitStatus, WorkflowExecution, WorkflowVisit } from '@parley/contract'
import { ownPorts } from '@parley/contract'
import { type Definition, type Step, findStep, targetOf } from '../definition/definition.ts'
import type { Samples } from '../definition/names.ts'
import { type StepState, lineId } from '../graph/graph-model.ts'
import { runTexts as words } from './texts.ts'

const tones: Record<VisitStatus, StepState['tone']> = {
  ready: 'running',
  running: 'running',
  waiting: 'waiting',
  retrying: 'waiting',
  success: 'good',
  failed: 'bad',
  cancelled: 'quiet',
}

/** By step id, of the last visit; those that were not reached are quiet. */
export function statesOf({ nodes }: Definition, visits: readonly WorkflowVisit[]): Map<string, StepState> {
  const states = new Map(
    nodes
      .filter(({ type }) => type !== 'note')
      .map(({ id }): [string, StepState] => [id, { tone: 'quiet', text: words.notReached }]),
  )
  for (const { step_id, status, visit, error } of visits) {
    const text = error && status === 'failed' ? words.failedWith(error.code) : words.visitStatuses[status]
    states.set(step_id, { tone: tones[status], text: visit > 1 ? words.times(text, visit) : text })
  }
  return states
}

/** The port by which a visit was left. */
export function portOf({ status, type, branch }: WorkflowVisit): string | null {
  if (status === 'failed') return ownPorts.failed
  if (status !== 'success') return null
  return type === 'condition' && branch !== null ? branch : ownPorts.next
}

export function takenLines(definition: Definition, visits: readonly WorkflowVisit[]): Set<string> {
  const taken = new Set<string>()
  for (const [index, visit] of visits.entries()) {
    const port = portOf(visit)
    const step = findStep(definition, visit.step_id)
    const following = visits[index + 1]
    if (port === null || !step || !following) continue
    if (targetOf(step, port) === following.step_id) taken.add(lineId(step.id, port))
  }
  return taken
}

/** A graph of what was visited, for executions whose definition is not stored with a version. */
export function graphOfVisits(visits: readonly WorkflowVisit[]): Definition {
  const steps = new Map<string, Step>()
  for (const [index, visit] of visits.entries()) {
    const { step_id, step_name, type } = visit
    const known = steps.get(step_id) ?? { id: step_id, name: step_name, type, config: {} }
    const port = portOf(visit)
    const following = visits[index + 1]
    const leads = port !== null && following !== undefined
    const branches = type === 'condition' && port !== null && port !== ownPorts.next && port !== ownPorts.failed
    const config = branches ? { conditions: addBranch(known, port) } : known.config
    steps.set(step_id, {
      ...known,
      config,
      next: { ...known.next, ...(leads ? { [port]: following.step_id } : {}) },
    })
  }
  return { schema_version: 1, nodes: [...steps.values()] }
}

function addBranch({ config }: Step, name: string): { name: string }[] {
  const known = (config['conditions'] ?? []) as { name: string }[]
  return known.some((branch) => branch.name === name) ? known : [...known, { name }]
}

/** Whether the definition can be the one that was executed: a draft may have changed since. */
export const fits = (definition: Definition, visits: readonly WorkflowVisit[]) =>
  visits.every(({ step_id, type }) => findStep(definition, step_id)?.type === type)

/** What expressions would find at the end of an execution. */
export function samplesOf(execution: WorkflowExecution, visits: readonly WorkflowVisit[]): Samples {
  const outputs = Object.fromEntries(
    visits.flatMap(({ step_id, status, output }) =>
      status === 'success' && output !== undefined ? [[step_id, output] as const] : [],
    ),
  )
  const entry = visits[0]
  const given = execution.input_data ?? undefined
  const begin = entry?.output ?? given
  const names = entry?.type === 'input' ? { input: begin } : { trigger: begin, input: given ?? begin }
  return begin === undefined ? {} : { ...names, ctx: outputs, ...outputs }
}

export const isOpen = ({ status }: Pick<WorkflowExecution, 'status'>) =>
  status === 'queued' || status === 'running' || status === 'waiting'
