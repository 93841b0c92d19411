// Resolves an agent's tools: their arguments as a JSON Schema, and their settings with all defaults.
import { type ToolAction, type ToolConfig, agentDefaults } from '@parley/contract'
import type { JsonObject } from '../../base/json.ts'

/** A tool with all defaults filled in. */
export interface ResolvedTool {
  name: string
  description: string
  /** The JSON Schema of the arguments. */
  parameters: JsonObject
  /** Run in order. */
  actions: ToolAction[]
  actions_on_error: ToolAction[]
  /** A template; null: what the actions saved. */
  output: string | null
  idempotent: boolean
  /** Its results can have passages of knowledge bases. */
  retrieves: boolean
  timeout_ms: number
}

export function resolveTools(tools: readonly ToolConfig[]): ResolvedTool[] {
  return tools.map((tool) => ({
    name: tool.name,
    description: tool.description,
    parameters: parametersOf(tool),
    actions: tool.actions ?? [],
    actions_on_error: tool.actions_on_error ?? [],
    output: tool.output ?? null,
    idempotent: mayRepeat(tool) || (tool.idempotent ?? agentDefaults.tool.idempotent),
    retrieves: listActions(tool).some(isSearch),
    timeout_ms: tool.timeout_ms ?? agentDefaults.tool.timeout_ms,
  }))
}

const listActions = ({ actions, actions_on_error }: ToolConfig) => [...(actions ?? []), ...(actions_on_error ?? [])]
const isSearch = ({ type }: ToolAction) => type === 'knowledge_base'

/** Whether repeating a call does no harm: its actions change nothing outside, or join what the first call has started. */
function mayRepeat(tool: ToolConfig): boolean {
  const actions = listActions(tool)
  if (actions.some(({ type }) => type === 'workflow')) return actions.every(({ type }) => repeatable.has(type))
  return actions.length > 0 && actions.every(isSearch)
}

/** A message is stored with the result of its call, so none has been said. */
const repeatable: ReadonlySet<string> = new Set(['knowledge_base', 'workflow', 'play_message'])

/** Strict, so that names that the author did not define reach no template. */
export function parametersOf({ properties, required }: Pick<ToolConfig, 'properties' | 'required'>): JsonObject {
  const known = (properties ?? {}) as JsonObject
  return { type: 'object', properties: known, required: required ?? [], additionalProperties: false }
}
