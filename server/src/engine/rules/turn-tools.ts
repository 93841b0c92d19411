// The tools that a turn offers to the model, whatever they come from: the agent's own, and those of the server. Pure.
import { type FormDefinition, type WidgetType, widgetData } from '@parley/contract'
import type { ResolvedConfig } from '../../agents/rules/config.ts'
import type { ResolvedTool } from '../../agents/rules/tools.ts'
import type { JsonObject } from '../../base/json.ts'
import type { McpSession } from '../tools/mcp/session.ts'

export interface TurnTool {
  name: string
  description: string
  /** JSON Schema of the arguments. */
  parameters: JsonObject
  /** Whether a call of which nobody knows what became of it may be made again (T8). */
  idempotent: boolean
  timeout_ms: number
  work: ToolWork
}

/** What a call does. */
export type ToolWork =
  | ({ type: 'actions' } & Pick<ResolvedTool, 'actions' | 'actions_on_error' | 'output'>)
  | { type: 'show_widget'; widget: WidgetType }
  | { type: 'show_form'; form: FormDefinition }
  | { type: 'end_conversation' }
  | { type: 'mcp'; tool: string; is_checked: boolean; session: McpSession }

/** Providers take no more; the agent's own may be more, then theirs to refuse. */
const max_tools = 128

/**
 * A map, since models name what they like. Where two have one name, the author's own counts; those of remote servers take what
 * room and names are left.
 */
export function assembleTools(
  config: ResolvedConfig,
  interactivity: 'plain' | 'rich',
  remote: readonly TurnTool[] = [],
): ReadonlyMap<string, TurnTool> {
  const shown = interactivity === 'rich' ? [...config.widgets.map(widgetTool), ...config.forms.map(formTool)] : []
  const tools = [...shown, ...endTools(config), ...config.tools.map(ownTool)]
  const offered = new Map(tools.map((tool) => [tool.name, tool]))
  for (const tool of remote) {
    if (offered.size < max_tools && !offered.has(tool.name)) offered.set(tool.name, tool)
  }
  return offered
}

function ownTool({ actions, actions_on_error, output, ...tool }: ResolvedTool): TurnTool {
  return { ...tool, work: { type: 'actions', actions, actions_on_error, output } }
}

/** Nothing happens outside of the transcript. */
const harmless = { idempotent: true, timeout_ms: 1000 }
const no_arguments: JsonObject = { type: 'object', properties: {}, additionalProperties: false }

function widgetTool(widget: WidgetType): TurnTool {
  const parameters = widgetData[widget] as unknown as JsonObject
  const name = `show_${widget}_widget`
  const description = `Shows the end user a widget beside your text. ${String(parameters['description'])}`
  return { name, description, parameters, ...harmless, work: { type: 'show_widget', widget } }
}

function formTool(form: FormDefinition): TurnTool {
  const about = form.description ?? form.title ?? form.name ?? form.id
  const description = `Shows the end user a form beside your text. ${about}`
  return {
    name: `show_form_${form.id}`,
    description,
    parameters: no_arguments,
    ...harmless,
    work: { type: 'show_form', form },
  }
}

function endTools({ end_conversation }: ResolvedConfig): TurnTool[] {
  if (!end_conversation) return []
  const { description } = end_conversation
  const work = { type: 'end_conversation' as const }
  return [{ name: 'end_conversation', description, parameters: no_arguments, ...harmless, work }]
}
