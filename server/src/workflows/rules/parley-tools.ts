// The built-in connection `parley`: its tools, and the scopes that a caller must hold to publish a definition with them. Pure.
import type { Scope } from '@parley/contract'
import type { ResolvedDefinition } from './resolve-definition.ts'

/** No connection of an organization can have this name. */
export const parley_connection = 'parley'

export interface ParleyTool {
  /** Of the operation, too. */
  name: string
  /** What the operation needs, and what its answers show. */
  scopes: readonly Scope[]
  /** Whether the call changes something, and so has the id of its visit as its key. */
  writes: boolean
}

export const parleyTools = [
  { name: 'getConversation', scopes: ['conversations:read', 'conversations:read_sensitive'], writes: false },
  { name: 'updateConversation', scopes: ['conversations:manage'], writes: true },
  { name: 'endConversation', scopes: ['conversations:manage'], writes: true },
  { name: 'createConversation', scopes: ['conversations:manage'], writes: true },
  { name: 'sendConversationMessage', scopes: ['conversations:manage'], writes: true },
  { name: 'executeWorkflowAsync', scopes: ['workflows:execute'], writes: true },
] as const satisfies readonly ParleyTool[]

export const findParleyTool = (name: string): ParleyTool | null =>
  parleyTools.find((tool) => tool.name === name) ?? null

/** What the steps of a definition need, each once. */
export function listParleyScopes({ steps }: Pick<ResolvedDefinition, 'steps'>): Scope[] {
  const needed = [...steps.values()].flatMap((step): readonly Scope[] => {
    if (step.type !== 'app' || step.config.connection !== parley_connection) return []
    return findParleyTool(step.config.tool)?.scopes ?? []
  })
  return [...new Set(needed)]
}
