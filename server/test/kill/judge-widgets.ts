// Judges the widgets of a run: each that is in the transcript was told once, and no other. Pure.
import type { Stored, StoredItem, ViolationKind } from './records.ts'

/** The tool of the load that shows a widget; the server has it built in, so no request reaches the API of the tools. */
export const widget_tool = 'show_info_widget'

export const showsWidget = ({ type, name, is_error }: StoredItem) =>
  type === 'function_call_output' && name === widget_tool && is_error === false

export function judgeWidgets(
  report: (kind: ViolationKind, what: string) => void,
  { items, events, conversations }: Pick<Stored, 'items' | 'events' | 'conversations'>,
): void {
  const deleted = new Set(conversations.flatMap(({ id, is_deleted }) => (is_deleted ? [id] : [])))
  const told = Map.groupBy(
    events.filter(({ type, conversation_id }) => type === 'widget.shown' && !deleted.has(conversation_id)),
    ({ call_id }) => call_id,
  )
  for (const { call_id } of items.filter(showsWidget)) {
    const times = told.get(call_id)?.length ?? 0
    if (times === 0) report('lost', `the event of the widget of call ${call_id}`)
    if (times > 1) report('doubled', `the event of the widget of call ${call_id}`)
    told.delete(call_id)
  }
  for (const call_id of told.keys()) report('broken', `a widget that is not in the transcript: ${call_id}`)
}
