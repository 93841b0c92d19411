// Makes the graph that the machine sees from a resolved definition. Pure.
import type { Graph, GraphStep } from '../machine/graph.ts'
import type { ResolvedDefinition, ResolvedStep } from './resolve-definition.ts'

/** Whether the tool of a connection says that it may be called twice. */
export type IsToolIdempotent = (connection: string, tool: string) => boolean

export function buildGraph({ settings, steps }: ResolvedDefinition, isToolIdempotent: IsToolIdempotent): Graph {
  const seen = [...steps.values()].map((step): [string, GraphStep] => [
    step.id,
    {
      id: step.id,
      name: step.name,
      type: step.type,
      ports: step.ports,
      retry: step.retry,
      is_idempotent: step.idempotent ?? isIdempotent(step, isToolIdempotent),
      max_visits: step.max_visits,
    },
  ])
  return {
    steps: new Map(seen),
    retry: settings.retry,
    max_steps: settings.max_steps,
    timeout_ms: settings.timeout_seconds * 1000,
  }
}

const onceOnly: ReadonlySet<string> = new Set(['POST', 'PATCH'])

/** Every type but these two only computes. */
function isIdempotent(step: ResolvedStep, isToolIdempotent: IsToolIdempotent): boolean {
  if (step.type === 'http') return !onceOnly.has(step.config.method)
  return step.type !== 'app' || isToolIdempotent(step.config.connection, step.config.tool)
}
