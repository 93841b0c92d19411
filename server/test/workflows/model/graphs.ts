// Random workflows, as the machine takes them and as the reference takes them.
import fc from 'fast-check'
import {
  type Graph,
  type GraphStep,
  type Limits,
  type StepType,
  defaultLimits,
} from '../../../src/workflows/machine/graph.ts'
import type { PlainWorkflow } from './reference.ts'

const day_ms = 86_400_000

export const limits: Limits = {
  ...defaultLimits,
  max_output_bytes: 1000,
  max_context_bytes: 2500,
  max_lost_attempts: 3,
}

interface Drawn {
  type: StepType
  on_default: number | null
  on_error: number | null
  branches: number[]
  retry: GraphStep['retry']
  is_idempotent: boolean
  max_visits: number | null
}

const most_steps = 20
const place = fc.nat({ max: most_steps - 1 })
const retry = fc.record({
  max_attempts: fc.integer({ min: 1, max: 4 }),
  backoff_seconds: fc.integer({ min: 0, max: 5 }),
  factor: fc.integer({ min: 1, max: 3 }),
  max_backoff_seconds: fc.integer({ min: 1, max: 20 }),
})

const step: fc.Arbitrary<Drawn> = fc.record({
  type: fc.constantFrom<StepType>(
    'http',
    'http',
    'http',
    'app',
    'code',
    'condition',
    'wait',
    'wait',
    'input',
    'wait',
    'output',
  ),
  on_default: fc.option(place, { freq: 30 }),
  on_error: fc.option(place, { freq: 2 }),
  branches: fc.array(place, { minLength: 1, maxLength: 3 }),
  retry: fc.option(retry, { freq: 2 }),
  is_idempotent: fc.boolean(),
  max_visits: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 2 }),
})

export interface Drawing {
  steps: Drawn[]
  retry: GraphStep['retry']
  max_steps: number
  timeout_ms: number
}

export const drawing: fc.Arbitrary<Drawing> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: most_steps, size: 'max' }),
  retry: fc.option(retry, { freq: 2 }),
  max_steps: fc.constantFrom(3, 10, 30, 1000),
  timeout_ms: fc.constantFrom(1000, 30_000, 3_600_000, day_ms),
})

export const branchName = (index: number) => `branch ${index}`

/** Ids that are names of an object's own members, among others. */
const odd_ids = ['__proto__', 'constructor', 'toString']
const idOf = (index: number) => odd_ids[index - 4] ?? `s${index}`

export function graphOf({ steps, ...rest }: Drawing): Graph {
  const made = steps.map(({ type, on_default, on_error, branches, ...own }, index): GraphStep => {
    const to = (target: number) => idOf(target % steps.length)
    const ports = new Map<string, string>()
    if (on_default !== null && type !== 'output') ports.set('default', to(on_default))
    if (on_error !== null && type !== 'input') ports.set('error', to(on_error))
    if (type === 'condition') branches.forEach((target, n) => ports.set(branchName(n), to(target)))
    return { ...own, id: idOf(index), name: `Step ${index}`, type, ports }
  })
  return { ...rest, steps: new Map(made.map((one) => [one.id, one])) }
}

export function plainOf(graph: Graph): PlainWorkflow {
  const { max_output_bytes, max_context_bytes, max_lost_attempts, sync_ms, max_queued_ms, max_age_ms } = limits
  const steps = Object.create(null) as PlainWorkflow['steps']
  for (const { id, type, ports, retry: own, max_visits } of graph.steps.values()) {
    const ways = Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(ports))
    steps[id] = { kind: type, ways, retry: own, most_visits: max_visits }
  }
  return {
    steps,
    retry: graph.retry,
    max_steps: graph.max_steps,
    timeout_ms: graph.timeout_ms,
    bounds: {
      output: max_output_bytes,
      context: max_context_bytes,
      losses: max_lost_attempts,
      sync_ms,
      queued_ms: max_queued_ms,
      age_ms: max_age_ms,
    },
  }
}
