// What the items of a turn contain besides their own fields: text that tools said, widgets that they showed. Pure.
import { type Widget, widgetTypes } from '@parley/contract'
import type { JsonValue } from '../../base/json.ts'
import type { ItemRecord } from './rows.ts'

type Item = Pick<ItemRecord, 'type' | 'content' | 'call_id' | 'name' | 'output' | 'is_error'>

/** A message with the id of a call was said by that call's tool. */
export function isSaidByTool({ type, call_id }: Pick<Item, 'type' | 'call_id'>): boolean {
  return type === 'message' && call_id !== null
}

/** The pieces of a turn in the transcript: its finished steps, the results of its tools and their messages. */
export function countPieces(items: readonly Item[], steps: number): number {
  return steps + items.filter((item) => item.type === 'function_call_output' || isSaidByTool(item)).length
}

/** The calls of its last step: no stored text or call of the model has followed their results. */
export function callsOfLastStep(items: readonly Item[]): ReadonlySet<string> {
  const end = items.findLastIndex(({ type }) => type === 'function_call') + 1
  const begin = items.slice(0, end).findLastIndex(({ type }) => type !== 'function_call') + 1
  return new Set(items.slice(begin, end).map(({ call_id }) => call_id!))
}

/** The text of a tool is a paragraph of its own; pieces of the model's text follow each other unchanged. */
const paragraph = '\n\n'

/** Text that was said at once. */
export interface Words {
  text: string
  by_tool: boolean
}

export interface JoinedWords {
  text: string
  /** The separator before the model's next text. */
  before_next: string
  /** For each of the words, the length of the text up to its end. */
  ends: number[]
}

/** Everything the agent has said; there is an end for each item. */
export function textOf(items: readonly Item[]): JoinedWords {
  const said = (item: Item) => (item.type === 'message' ? (item.content?.join('') ?? '') : '')
  return joinWords(items.map((item) => ({ text: said(item), by_tool: isSaidByTool(item) })))
}

export function joinWords(words: readonly Words[]): JoinedWords {
  let text = ''
  let isAfterTool = false
  const ends = words.map(({ text: next, by_tool }) => {
    if (next === '') return text.length
    if (text !== '' && (isAfterTool || by_tool)) text += paragraph
    text += next
    isAfterTool = by_tool
    return text.length
  })
  return { text, before_next: isAfterTool ? paragraph : '', ends }
}

/** What was said in a turn whose reply is wrapped: stored with the calls, since no message precedes the reply. */
export function heldWords(items: readonly Item[]): Words[] {
  return items.flatMap(({ type, content }) =>
    type === 'message' || !content ? [] : [{ text: content.join(''), by_tool: type === 'function_call_output' }],
  )
}

/** The names of the tools that show widgets. */
export const widget_tool = '^show_(.+_widget|form_.+)$'
const widgetTool = new RegExp(widget_tool)

/** The types of widgets that can be shown. */
export const shownTypes = [...widgetTypes, 'form'] as const
const isShownType = (type: unknown) => (shownTypes as readonly unknown[]).includes(type)

/** The result of a built-in tool. */
export function widgetResult(widget: Widget): JsonValue {
  return { widget } as unknown as JsonValue
}

const isPlainObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The widget that a result has shown, if its tool is one for widgets. */
export function widgetOf({ type, name, output, is_error }: Item): Widget | null {
  if (type !== 'function_call_output' || is_error || !widgetTool.test(name!)) return null
  const { widget } = (output ?? {}) as { widget?: Widget | null }
  // An agent's own tool may have the same name, and an import any output.
  return isShownType(widget?.type) && isPlainObject(widget!.data) ? widget! : null
}
