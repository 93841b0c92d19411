// What is wrong with a definition as a graph. Pure; linear in steps and ways.
import { ownPorts, waitUnits, workflowBounds } from '@parley/contract'
import { joinPath } from '../../base/faults.ts'
import { type GraphView, type ViewedStep, isEntry } from './graph-view.ts'
import { type Problem, problemAt } from './problems.ts'
import { unknownStep } from './read-definition.ts'

export function findGraphProblems(graph: GraphView): Problem[] {
  return [
    ...repeatedIds(graph),
    ...tooManyTriggers(graph),
    ...graph.steps.flatMap((step) => faultsOfWays(step, graph)),
    ...missingBranches(graph),
    ...missingEntry(graph),
    ...unreachableSteps(graph),
    ...unboundedCycles(graph),
  ]
}

function repeatedIds({ steps, byId }: GraphView): Problem[] {
  return steps
    .filter((step) => byId.get(step.id) !== step)
    .map(({ index }) =>
      problemAt(['nodes', index, 'id'], 'duplicate_id', 'is the id of another step; give each step an id of its own'),
    )
}

function tooManyTriggers({ steps }: GraphView): Problem[] {
  return steps
    .filter(({ type }) => type === 'trigger')
    .slice(workflowBounds.triggers)
    .map(({ index }) =>
      problemAt(['nodes', index], 'invalid', `is one of more than ${workflowBounds.triggers} triggers`),
    )
}

function faultsOfWays(step: ViewedStep, { byId, ids }: GraphView): Problem[] {
  if (step.type === 'note' && step.next.length > 0) {
    return [problemAt(['nodes', step.index, 'next'], 'note_connected', 'belongs to a note, which leads nowhere')]
  }
  return step.next.flatMap(({ port, target }) => {
    const path = ['nodes', step.index, 'next', port]
    const found = byId.get(target)
    const problems: Problem[] = []
    if (!step.ports.has(port) && !isBehindOutput(step, port)) {
      const known = [...step.ports].map((name) => `\`${name}\``).join(', ')
      problems.push(problemAt(path, 'unknown_port', `is not a port of this step; it has ${known}`))
    }
    if (found === undefined) {
      if (!ids.has(target)) problems.push(problemAt(path, 'unknown_step', unknownStep(target)))
    } else if (found.type === 'note') {
      problems.push(problemAt(path, 'note_connected', `leads to the note "${target}", which is never visited`))
    } else if (isEntry(found)) {
      const message = `leads to "${target}", where executions begin, so no step can lead there`
      problems.push(problemAt(path, 'entry_has_input', message))
    }
    return problems
  })
}

/** Accepted, because other products let steps follow an output, which ends the path there too. */
export const isBehindOutput = ({ type }: ViewedStep, port: string) => type === 'output' && port === ownPorts.next

function missingBranches({ steps }: GraphView): Problem[] {
  return steps.flatMap(({ index, branches, next }) => {
    const named = new Set(next.map(({ port }) => port))
    return branches
      .filter((branch) => !named.has(branch))
      .map((branch) =>
        problemAt(
          ['nodes', index, 'next', branch],
          'missing_branch',
          'is missing: the branch leads to no step; connect it or remove its condition',
        ),
      )
  })
}

function missingEntry({ steps, isWhole }: GraphView): Problem[] {
  if (!isWhole || steps.some(isEntry)) return []
  return [problemAt(['nodes'], 'no_entry', 'must have a trigger or an input step, where executions begin')]
}

/** The steps that executions can come to. A way of an unknown port counts: only the port is wrong. */
function reachableSteps({ steps, byId }: GraphView): Set<ViewedStep> {
  const reached = new Set(steps.filter(isEntry))
  const open = [...reached]
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    for (const { port, target } of step.next) {
      const found = byId.get(target)
      if (found === undefined || reached.has(found) || isBehindOutput(step, port)) continue
      reached.add(found)
      open.push(found)
    }
  }
  return reached
}

function unreachableSteps(graph: GraphView): Problem[] {
  if (!graph.isWhole || !graph.steps.some(isEntry)) return []
  const reached = reachableSteps(graph)
  return graph.steps
    .filter((step) => step.type !== 'note' && !reached.has(step) && graph.byId.get(step.id) === step)
    .map(({ index }) =>
      problemAt(['nodes', index], 'unreachable', 'cannot be reached from any entry; connect it or remove it'),
    )
}

/** Every cycle holds a step that bounds it if and only if there is no cycle without these steps. */
function unboundedCycles({ steps, byId }: GraphView): Problem[] {
  const unbounded = new Set(steps.filter((step) => byId.get(step.id) === step && !boundsCycles(step)))
  const waysOf = (step: ViewedStep) =>
    step.next.flatMap(({ port, target }) => {
      const found = byId.get(target)
      return found !== undefined && unbounded.has(found) && !isBehindOutput(step, port) ? [found] : []
    })
  return findCycles([...unbounded], waysOf).map((cycle) => {
    const [first] = cycle
    const ids = cycle.slice(0, max_named).map(({ id }) => id)
    const named = cycle.length > max_named ? `${ids.join(', ')}, …` : ids.join(', ')
    return problemAt(
      ['nodes', first!.index],
      'unbounded_cycle',
      `is in a cycle without a bound (${named}); add a wait of at least 1 second, or \`max_visits\` to one of its steps`,
    )
  })
}

const max_named = 8

/** A time that `until` names may be in the past, so only a duration is sure to wait. What an expression gives is checked when it runs. */
function boundsCycles({ type, step, config }: ViewedStep): boolean {
  if (typeof step['max_visits'] === 'number') return true
  if (type !== 'wait' || (config['until'] !== undefined && config['until'] !== null)) return false
  const { duration, unit } = config
  if (typeof duration !== 'number') return true
  const seconds = Object.entries(waitUnits).find(([name]) => name === unit)?.[1] ?? waitUnits.minutes
  return duration * seconds >= workflowBounds.wait_seconds.least
}

/** The strongly connected parts that hold a cycle, each in the order of the definition (Tarjan). At most as deep as there are steps. */
function findCycles(steps: ViewedStep[], waysOf: (step: ViewedStep) => ViewedStep[]): ViewedStep[][] {
  const order = new Map<ViewedStep, number>()
  const lowest = new Map<ViewedStep, number>()
  const stack: ViewedStep[] = []
  const open = new Set<ViewedStep>()
  const cycles: ViewedStep[][] = []
  const visit = (step: ViewedStep): void => {
    order.set(step, order.size)
    lowest.set(step, order.get(step)!)
    stack.push(step)
    open.add(step)
    const ways = waysOf(step)
    for (const next of ways) {
      if (!order.has(next)) visit(next)
      if (open.has(next)) lowest.set(step, Math.min(lowest.get(step)!, lowest.get(next)!))
    }
    if (lowest.get(step) !== order.get(step)) return
    const part = stack.splice(stack.indexOf(step))
    for (const each of part) open.delete(each)
    if (part.length > 1 || ways.includes(step)) cycles.push(part.sort((a, b) => a.index - b.index))
  }
  for (const step of steps) if (!order.has(step)) visit(step)
  return cycles
}

/** Where a path ends without an output. Of a graph without problems, in which every step is reached. */
export function listOpenEnds(graph: GraphView): string[] {
  return graph.steps
    .filter((step) => step.ports.has(ownPorts.next))
    .filter(({ next }) => !next.some(({ port }) => port === ownPorts.next))
    .map(({ index }) => `${joinPath(['nodes', index])} ends its path without an output step, so the output is {}`)
}

export function listWaysBehindOutputs({ steps }: GraphView): string[] {
  return steps
    .filter((step) => step.next.some(({ port }) => isBehindOutput(step, port)))
    .map(({ index }) => `${joinPath(['nodes', index, 'next', ownPorts.next])} is never taken: an output ends its path`)
}
