// The tools that a turn offers to the model: the built-in ones, the agent's, and those that the turn's sources add.
import type { ResolvedConfig } from '../../agents/rules/config.ts'
import type { ResolvedTool } from '../../agents/rules/tools.ts'
import type { ActionRunners } from '../actions/runner.ts'
import { builtInTools } from './built-in-tools.ts'
import { runActions } from './run-actions.ts'
import type { TurnTool } from './turn-tool.ts'

/** Providers accept no more. An agent may have more tools of its own; then the provider refuses them. */
const max_tools = 128

/**
 * A map, since models use any name. If two tools have one name, the author's own counts; those of sources get the names and
 * places
 * that are left.
 */
export function assembleTools(
  config: ResolvedConfig,
  interactivity: 'plain' | 'rich',
  added: readonly TurnTool[],
  runners: ActionRunners,
): ReadonlyMap<string, TurnTool> {
  const own = config.tools.map((tool) => ownTool(tool, runners))
  const offered = new Map([...builtInTools(config, interactivity), ...own].map((tool) => [tool.name, tool]))
  for (const tool of added) {
    if (offered.size < max_tools && !offered.has(tool.name)) offered.set(tool.name, tool)
  }
  return offered
}

function ownTool(tool: ResolvedTool, runners: ActionRunners): TurnTool {
  const { name, description, parameters, idempotent } = tool
  const run: TurnTool['run'] = (call, using) => runActions(tool, runners, call, using)
  return { name, description, parameters, idempotent, is_checked: true, needs_room: true, run }
}
