// The built-in tools: they show something or end the conversation, and have no effect outside the transcript.
import { type FormDefinition, type Widget, type WidgetType, widgetData } from '@parley/contract'
import type { ResolvedConfig } from '../../agents/rules/config.ts'
import type { JsonObject } from '../../base/json.ts'
import { widgetResult } from '../../conversations/machine/turn-items.ts'
import { handOffTool } from './hand-off-tool.ts'
import { type TurnTool, done, failed } from './turn-tool.ts'

const harmless = { is_checked: true, idempotent: true, needs_room: false }
const no_arguments: JsonObject = { type: 'object', properties: {}, additionalProperties: false }

/** Tools that show something are for clients that can display it. */
export function builtInTools(config: ResolvedConfig, interactivity: 'plain' | 'rich'): TurnTool[] {
  const { widgets, forms, end_conversation, hand_off } = config
  const shown = interactivity === 'rich' ? [...widgets.map(widgetTool), ...forms.map(formTool)] : []
  return [
    ...shown,
    ...(end_conversation ? [endTool(end_conversation)] : []),
    ...(hand_off.rules ? [handOffTool(hand_off.rules)] : []),
  ]
}

function widgetTool(widget: WidgetType): TurnTool {
  const parameters = widgetData[widget] as unknown as JsonObject
  return {
    ...harmless,
    name: `show_${widget}_widget`,
    description: `Shows the end user a widget beside your text. ${String(parameters['description'])}`,
    parameters,
    // The arguments have been checked against the widget's schema.
    run: async ({ arguments: data }) =>
      widget === 'info' && isBlankInfo(data)
        ? failed('The arguments are not valid: text or rows is required.')
        : done(widgetResult({ type: widget, data: data as unknown } as Widget)),
  }
}

/** Providers refuse a schema of arguments with alternatives at its top, so this rule is not in it. */
function isBlankInfo({ text, rows }: JsonObject): boolean {
  return text === undefined && (!Array.isArray(rows) || rows.length === 0)
}

/** The default is AnyReach's, because authors there wrote their instructions with it. */
function formTool(form: FormDefinition): TurnTool {
  const { id, name, title, description } = form
  const own = description?.trim()
  return {
    ...harmless,
    name: `show_form_${id}`,
    description: own || `Show the '${name || title || id}' form to collect structured data from the user.`,
    parameters: no_arguments,
    run: async () => done(widgetResult({ type: 'form', data: form })),
  }
}

function endTool({ description }: { description: string }): TurnTool {
  return {
    ...harmless,
    name: 'end_conversation',
    description,
    parameters: no_arguments,
    ends: 'conversation',
    run: async () => done('The conversation ends with your reply.'),
  }
}
