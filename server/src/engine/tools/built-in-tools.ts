// The built-in tools: they show something or end the conversation, and have no effect outside the transcript.
import { type FormDefinition, type Widget, type WidgetType, widgetData } from '@parley/contract'
import type { ResolvedConfig } from '../../agents/rules/config.ts'
import type { JsonObject } from '../../base/json.ts'
import { widgetResult } from '../../conversations/machine/turn-items.ts'
import { type TurnTool, done } from './turn-tool.ts'

const harmless = { is_checked: true, idempotent: true, needs_room: false }
const no_arguments: JsonObject = { type: 'object', properties: {}, additionalProperties: false }

/** Tools that show something are for clients that can display it. */
export function builtInTools(config: ResolvedConfig, interactivity: 'plain' | 'rich'): TurnTool[] {
  const { widgets, forms, end_conversation } = config
  const shown = interactivity === 'rich' ? [...widgets.map(widgetTool), ...forms.map(formTool)] : []
  return end_conversation ? [...shown, endTool(end_conversation)] : shown
}

function widgetTool(widget: WidgetType): TurnTool {
  const parameters = widgetData[widget] as unknown as JsonObject
  return {
    ...harmless,
    name: `show_${widget}_widget`,
    description: `Shows the end user a widget beside your text. ${String(parameters['description'])}`,
    parameters,
    // The arguments have been checked against the widget's schema.
    run: async ({ arguments: data }) => done(widgetResult({ type: widget, data: data as unknown } as Widget)),
  }
}

function formTool(form: FormDefinition): TurnTool {
  const about = form.description ?? form.title ?? form.name ?? form.id
  return {
    ...harmless,
    name: `show_form_${form.id}`,
    description: `Shows the end user a form beside your text. ${about}`,
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
