// Selects the part of the transcript that goes to the model: the newest whole turns that fit, in the order of the turns. Pure.
import type { HistoryItem, HistoryReach } from '../../conversations/read/transcript.ts'
import { isSaidByTool } from '../../conversations/machine/turn-items.ts'
import type { ModelMessage } from '../../models/models.ts'
import { sentBytes } from '../../base/json-size.ts'
import { fitOutput } from './output-size.ts'
import {
  type PeopleMarks,
  answerNotice,
  askedNotice,
  byPerson,
  isAboutHandOff,
  markPerson,
  returnNotice,
} from './people-marks.ts'

export interface ContextWindow {
  max_items: number
  max_tokens: number
}

/** What the model is shown besides the system prompt. */
export interface ModelHistory {
  /** Messages before the end user's first one, or from the system: they go into the system prompt. */
  preface: string[]
  messages: ModelMessage[]
}

export const characters_of_token = 4
/** The limit, however large the window is. */
const max_history_characters = 8 * 1024 * 1024

/**
 * What to read for a window. One more item than may be shown: a turn that was not read completely is then too long. Twice as
 * many
 * characters, since the database writes JSON longer, and overlapping turns may leave out newer items.
 */
export function reachOf({ max_items, max_tokens }: ContextWindow): HistoryReach {
  const characters = Math.min(2 * characters_of_token * max_tokens, max_history_characters)
  return { items: max_items + 1, characters }
}

/** A rough estimate without a tokenizer: four characters per token, and a few tokens for the frame of each item. */
export function estimateTokens(item: HistoryItem): number {
  const own = item.type === 'message' ? item.content?.join('') : undefined
  const text = own ?? JSON.stringify(item.arguments ?? item.output ?? '')
  return tokensOf(text)
}

const tokensOf = (text: string) => Math.ceil(text.length / characters_of_token) + 4

/**
 * `items` in the order of positions; `messages_of` is the turn whose user messages are to be answered. A message may be stored
 * while an earlier turn runs, and tried again after later ones were answered. So items are grouped by the messages that they
 * belong to, the messages to be answered come last, and those that wait behind them are left out. `found`: text of others that
 * is shown before the messages to be answered; older turns give way to it.
 */
export function selectHistory(
  items: HistoryItem[],
  messages_of: string,
  window: ContextWindow,
  { found = null, marks = null }: Shown = {},
): ModelHistory {
  const { before, own } = splitHistory(items, messages_of)
  const max_tokens = window.max_tokens - (found === null ? 0 : tokensOf(found))
  const groups = newestThatFit([...before, ...(own ? [own] : [])], { ...window, max_tokens })
  const inserted = own && found !== null ? { text: found, item: own[0]! } : null
  const { preface, messages } = toHistory(groups.flat(), inserted, marks)
  if (found !== null && !own) messages.push({ role: 'user', text: found })
  if (marks && !own) messages.push({ role: 'user', text: answerNotice(marks) })
  return { preface, messages }
}

/** What the model is shown besides the transcript. */
interface Shown {
  /** Text of others, before the messages to be answered. */
  found?: string | null
  /** Null: people never had the conversation. */
  marks?: PeopleMarks | null
}

/** The groups before the messages that are to be answered, in their order, and the group of these; null: it was not read. */
export function splitHistory(items: HistoryItem[], messages_of: string) {
  const groups = groupByMessages(items).filter((group) => isWhole(group, messages_of))
  const current = groups.findIndex((group) => group[0]!.messages_of === messages_of)
  if (current === -1) return { before: groups, own: null }
  const answeredSince = groups.slice(current + 1).filter((group) => group.some((item) => item.role === 'assistant'))
  return { before: [...groups.slice(0, current), ...answeredSince], own: groups[current]! }
}

/** What the end user says in the messages that are to be answered. */
export function questionOf(
  items: HistoryItem[],
  { id, messages_of }: { id: string; messages_of: string | null },
): string {
  const own = splitHistory(items, messages_of ?? id).own ?? []
  return own.flatMap(({ role, content }) => (role === 'user' ? content! : [])).join('\n')
}

/** A turn whose beginning was not read has lost the messages that it answers. */
function isWhole(group: HistoryItem[], answered_messages_of: string): boolean {
  const { messages_of, is_cut = false } = group[0]!
  if (!is_cut || messages_of === null || messages_of === answered_messages_of) return true
  return group.some(({ role }) => role === 'user')
}

function groupByMessages(items: HistoryItem[]): HistoryItem[][] {
  const groups = new Map<string, HistoryItem[]>()
  for (const item of items) {
    const key = item.messages_of ?? `item ${item.position}`
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return [...groups.values()]
}

/** The last group is always kept: it has the messages to be answered. */
function newestThatFit(groups: HistoryItem[][], window: ContextWindow): HistoryItem[][] {
  let itemsLeft = window.max_items
  let tokensLeft = window.max_tokens
  let first = groups.length
  while (first > 0) {
    const group = groups[first - 1]!
    itemsLeft -= group.length
    tokensLeft -= group.reduce((sum, item) => sum + estimateTokens(item), 0)
    if ((itemsLeft < 0 || tokensLeft < 0) && first < groups.length) break
    first -= 1
  }
  return groups.slice(first)
}

/** This much of each tool result is always shown. */
export const least_result_characters = 1000

/**
 * The newest turn is shown whole, except for its tool results: if they exceed the window, the longest
 * results are cut off, all at the same length. `whole`: the calls whose results are not.
 */
export function cutResults(
  messages: ModelMessage[],
  { max_tokens }: Pick<ContextWindow, 'max_tokens'>,
  whole: ReadonlySet<string> = new Set(),
): ModelMessage[] {
  const sizes = sizesOfResults(messages, whole)
  const room = max_tokens * characters_of_token - charactersBeside(messages, whole)
  if (sizes.reduce((sum, size) => sum + size, 0) <= room) return messages
  const most = Math.max(least_result_characters, shareOf(room, sizes))
  return messages.map((message) =>
    message.role === 'tool'
      ? {
          ...message,
          results: message.results.map((one) =>
            whole.has(one.call_id) ? one : { ...one, output: fitOutput(one.output, most, sentBytes) },
          ),
        }
      : message,
  )
}

/** What the messages take of a window, however much their results are cut off. */
export function leastCharacters(messages: readonly ModelMessage[], whole: ReadonlySet<string>): number {
  const least = sizesOfResults(messages, whole).map((size) => Math.min(size, least_result_characters))
  return least.reduce((sum, size) => sum + size, charactersBeside(messages, whole))
}

function sizesOfResults(messages: readonly ModelMessage[], whole: ReadonlySet<string>): number[] {
  const results = messages.flatMap((message) => (message.role === 'tool' ? message.results : []))
  return results.flatMap(({ call_id, output }) => (whole.has(call_id) ? [] : [sentBytes(output)]))
}

/** Of everything but the results that can be cut off. */
function charactersBeside(messages: readonly ModelMessage[], whole: ReadonlySet<string>): number {
  return messages.reduce((sum, message) => sum + charactersOf(message, whole), 0)
}

function charactersOf(message: ModelMessage, whole: ReadonlySet<string>): number {
  if (message.role === 'tool') {
    const kept = message.results.filter(({ call_id }) => whole.has(call_id))
    return kept.reduce((sum, { output }) => sum + sentBytes(output), 0)
  }
  const calls = message.role === 'assistant' ? message.tool_calls : []
  return calls.reduce((sum, call) => sum + sentBytes(call.arguments), message.text.length)
}

/** The most that each may have, where small ones leave their unused share to the others. */
function shareOf(room: number, sizes: number[]): number {
  let left = room
  for (const [index, size] of sizes.toSorted((a, b) => a - b).entries()) {
    const share = left / (sizes.length - index)
    if (size > share) return Math.floor(share)
    left -= size
  }
  return Number.POSITIVE_INFINITY
}

/** `inserted`: a text before the messages of an item. */
function toHistory(
  items: HistoryItem[],
  inserted: { text: string; item: HistoryItem } | null,
  marks: PeopleMarks | null,
): ModelHistory {
  const preface: string[] = []
  const messages: ModelMessage[] = []
  const outputs = new Map(
    items.filter((item) => item.type === 'function_call_output').map((item) => [item.call_id, item]),
  )
  const tellReturn = returnTeller(marks, messages)
  for (const [index, item] of items.entries()) {
    tellReturn(item)
    if (marks && tellOfPeople(item, marks, messages)) continue
    if (item === inserted?.item) messages.push({ role: 'user', text: inserted.text })
    switch (item.type) {
      case 'message':
        // The model learns of it from the result of the call.
        if (!isSaidByTool(item)) addMessage(item, preface, messages)
        break
      case 'function_call':
        addToolCall(item, items[index - 1], outputs.get(item.call_id), messages)
        break
      case 'function_call_output':
        break // goes with its call
    }
  }
  tellReturn(null)
  return { preface, messages }
}

/** Tells once where the conversation was returned: before the first item that came later, or at the end. */
function returnTeller(marks: PeopleMarks | null, messages: ModelMessage[]): (item: HistoryItem | null) => void {
  let isTold = marks === null || marks.handling.returned_position === null
  return (item) => {
    if (isTold || (item !== null && item.position < marks!.handling.returned_position!)) return
    isTold = true
    messages.push({ role: 'user', text: returnNotice(marks!) })
  }
}

/** Whether the item is people's, or about them. */
function tellOfPeople(item: HistoryItem, marks: PeopleMarks, messages: ModelMessage[]): boolean {
  if (byPerson(item)) {
    const text = markPerson(item, marks)
    messages.push(messages.length === 0 ? { role: 'user', text } : { role: 'assistant', text, tool_calls: [] })
    return true
  }
  if (!isAboutHandOff(item, marks)) return false
  const text = askedNotice(marks)
  const last = messages.at(-1)
  if (!(last?.role === 'user' && last.text === text)) messages.push({ role: 'user', text })
  return true
}

function addMessage(item: HistoryItem, preface: string[], messages: ModelMessage[]): void {
  const text = item.content!.join('\n')
  if (item.role === 'user') messages.push({ role: 'user', text })
  else if (item.role === 'system') preface.push(text)
  // Some providers accept no history that begins with the assistant.
  else if (messages.length === 0) preface.push(`You opened the conversation with: ${text}`)
  else messages.push({ role: 'assistant', text, tool_calls: [] })
}

/**
 * Adjacent calls become one message, with the text before them, and so do their results. A call without a
 * stored result is left out: providers refuse a history in which a result is missing.
 */
function addToolCall(
  call: HistoryItem,
  previous: HistoryItem | undefined,
  result: HistoryItem | undefined,
  messages: ModelMessage[],
): void {
  if (!result || messages.length === 0) return
  const { call_id, name } = { call_id: call.call_id!, name: call.name! }
  const asked = { call_id, name, arguments: call.arguments ?? {} }
  const answered = { call_id, name, output: result.output, is_error: result.is_error ?? false }
  const [before, last] = messages.slice(-2)
  if (previous?.type === 'function_call' && before?.role === 'assistant' && last?.role === 'tool') {
    before.tool_calls.push(asked)
    last.results.push(answered)
    return
  }
  // What a person wrote has no calls.
  const isOwn = previous === undefined || !byPerson(previous)
  if (last?.role === 'assistant' && isOwn) last.tool_calls.push(asked)
  else messages.push({ role: 'assistant', text: '', tool_calls: [asked] })
  messages.push({ role: 'tool', results: [answered] })
}
