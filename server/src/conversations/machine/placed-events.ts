// Completes the events of a change by what follows from its items: the position of each message, and the widgets that tools
// showed. Made from what is stored, so that readers of the log and of the transcript see the same, as often. Pure.
import type { JsonObject } from '../../base/json.ts'
import type { Change } from './change.ts'
import { rowOfItem } from './rows.ts'
import { widgetOf } from './turn-items.ts'

export function placeEvents(change: Change, next_position: number): Change {
  const { items, events } = change
  if (items.length === 0) return change
  const positions = new Map(items.map((item, index) => [keyOf(item), next_position + index]))
  const shown = new Map(items.flatMap((item, index) => widgetShown(item, next_position + index)))
  return {
    ...change,
    events: events.flatMap((event): Change['events'] => {
      const { type, data } = event
      if (type === 'message.created') {
        const position = positions.get(data['id'] as string)
        return [position === undefined ? event : { type, data: { ...data, position } }]
      }
      const widget = type === 'tool_call.completed' ? shown.get(data['call_id'] as string) : undefined
      return widget ? [event, { type: 'widget.shown', data: widget }] : [event]
    }),
  }
}

const keyOf = (item: Change['items'][number]) => (item.type === 'message' ? item.id : null)

function widgetShown(item: Change['items'][number], position: number): [string, JsonObject][] {
  if (item.type !== 'function_call_output') return []
  const widget = widgetOf(rowOfItem(item))
  if (!widget) return []
  const { turn_id, call_id } = item
  return [[call_id, { turn_id, call_id, position, ...(widget as unknown as JsonObject) }]]
}
