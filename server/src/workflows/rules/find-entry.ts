// Where an execution begins. Pure.
import type { TriggerType } from '@parley/contract'
import type { ResolvedStep } from './resolve-definition.ts'

type Steps = ReadonlyMap<string, ResolvedStep>

/**
 * The step that is asked for; else, the first trigger of what starts the execution, the first input, or the only entry. Null: there is
 * no such step. Executions that a call starts are `manual`.
 */
export function findEntry(steps: Steps, cause: TriggerType, initial_step: string | null): ResolvedStep | null {
  if (initial_step !== null) return steps.get(initial_step) ?? null
  const entries = [...steps.values()].filter(({ type }) => type === 'trigger' || type === 'input')
  const fitting = entries.find((step) => step.type === 'trigger' && step.config.type === cause)
  const only = entries.length === 1 ? entries[0]! : null
  return fitting ?? entries.find(({ type }) => type === 'input') ?? only
}
