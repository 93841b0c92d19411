// What the items of a turn tell beyond themselves: text that tools have said, widgets that they have shown. Pure.
import type { Widget } from '@parley/contract'
import type { JsonValue } from '../json.ts'
import type { ItemRecord } from './queries.ts'

type Item = Pick<ItemRecord, 'type' | 'call_id' | 'name' | 'output' | 'is_error'>

/** A message that bears the id of a call was said by that call's tool. */
export function isSaidByTool({ type, call_id }: Pick<Item, 'type' | 'call_id'>): boolean {
  return type === 'message' && call_id !== null
}

export function countSaidByTools(items: readonly Item[]): number {
  return items.filter(isSaidByTool).length
}

const widgetTool = /^show_(.+_widget|form_.+)$/

/** What a tool of the server's own has left in its result. */
export function widgetResult(widget: Widget): JsonValue {
  return { widget } as unknown as JsonValue
}

/** The widget that a result has shown, if it is one of a widget's tool. */
export function widgetOf({ type, name, output, is_error }: Item): Widget | null {
  if (type !== 'function_call_output' || is_error || !widgetTool.test(name!)) return null
  const shown = output as { widget?: Widget } | null
  return typeof shown === 'object' ? (shown?.widget ?? null) : null
}
