// What starts a workflow, in words. Pure.
import type { WorkflowVersion } from '@parley/contract'
import type { Definition } from './definition.ts'
import { summaryOf } from './summary.ts'

export function listTriggers(definition: WorkflowVersion['definition']): { id: string; text: string }[] {
  const { nodes } = definition as unknown as Definition
  return nodes.filter(({ type }) => type === 'trigger').map((step) => ({ id: step.id, text: summaryOf(step) }))
}
