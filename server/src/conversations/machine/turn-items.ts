// What the items of a turn tell beyond themselves: text that tools have said, widgets that they have shown. Pure.
import type { Widget } from '@parley/contract'
import type { JsonValue } from '../../base/json.ts'
import type { ItemRecord } from './rows.ts'

type Item = Pick<ItemRecord, 'type' | 'content' | 'call_id' | 'name' | 'output' | 'is_error'>

/** A message that bears the id of a call was said by that call's tool. */
export function isSaidByTool({ type, call_id }: Pick<Item, 'type' | 'call_id'>): boolean {
  return type === 'message' && call_id !== null
}

export function countSaidByTools(items: readonly Item[]): number {
  return items.filter(isSaidByTool).length
}

/** What a tool says is a paragraph of its own; the words of the model follow each other as it gave them. */
const paragraph = '\n\n'

/** Words that were said at once. */
export interface Words {
  text: string
  by_tool: boolean
}

/** What the agent has said in all, and what stands before the next words of the model. */
export function textOf(items: readonly Item[]): { text: string; before_next: string } {
  const messages = items.filter(({ type }) => type === 'message')
  return joinWords(messages.map((item) => ({ text: item.content?.join('') ?? '', by_tool: isSaidByTool(item) })))
}

export function joinWords(words: readonly Words[]): { text: string; before_next: string } {
  let text = ''
  let isAfterTool = false
  for (const { text: next, by_tool } of words.filter((said) => said.text !== '')) {
    if (text !== '' && (isAfterTool || by_tool)) text += paragraph
    text += next
    isAfterTool = by_tool
  }
  return { text, before_next: isAfterTool ? paragraph : '' }
}

/** What was said in a turn whose reply is wrapped: kept with the calls, and no message before the reply is one. */
export function heldWords(items: readonly Item[]): Words[] {
  return items.flatMap(({ type, content }) =>
    type === 'message' || !content ? [] : [{ text: content.join(''), by_tool: type === 'function_call_output' }],
  )
}

const widgetTool = /^show_(.+_widget|form_.+)$/

/** What a tool of the server's own has left in its result. */
export function widgetResult(widget: Widget): JsonValue {
  return { widget } as unknown as JsonValue
}

/** The widget that a result has shown, if it is one of a widget's tool. */
export function widgetOf({ type, name, output, is_error }: Item): Widget | null {
  if (type !== 'function_call_output' || is_error || !widgetTool.test(name!)) return null
  const { widget } = (output ?? {}) as { widget?: Widget }
  // An agent's own tool may have such a name; what its actions save has no type.
  return typeof widget?.type === 'string' ? widget : null
}
