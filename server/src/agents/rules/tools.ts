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
    idempotent: onlySearches(tool) || (tool.idempotent ?? agentDefaults.tool.idempotent),
    retrieves: listActions(tool).some(isSearch),
    timeout_ms: tool.timeout_ms ?? agentDefaults.tool.timeout_ms,
  }))
}

const listActions = ({ actions, actions_on_error }: ToolConfig) => [...(actions ?? []), ...(actions_on_error ?? [])]
const isSearch = ({ type }: ToolAction) => type === 'knowledge_base'

/** Whether a call changes nothing, so that repeating it does no harm. */
function onlySearches(tool: ToolConfig): boolean {
  const actions = listActions(tool)
  return actions.length > 0 && actions.every(isSearch)
}

/** Strict, so that names that the author did not define reach no template. */
export function parametersOf({ properties, required }: Pick<ToolConfig, 'properties' | 'required'>): JsonObject {
  const known = (properties ?? {}) as JsonObject
  return { type: 'object', properties: known, required: required ?? [], additionalProperties: false }
}
