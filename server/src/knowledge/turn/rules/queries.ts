// What a turn's knowledge bases are asked: the words of its messages, and for vectors also the messages before. Pure.
import { knowledgeBounds } from '@parley/contract'
import { cleanText } from '../../rules/clean-text.ts'
import type { HistoryItem } from '../../../conversations/read/transcript.ts'
import { isSaidByTool } from '../../../conversations/machine/turn-items.ts'
import { questionOf, splitHistory } from '../../../engine/rules/context-window.ts'

export interface Queries {
  words: string
  vectors: string
}

/** The newest are kept: what is asked now counts more than what was said before. */
const max_vector_characters = 2000

export function queriesOf(
  items: HistoryItem[],
  turn: { id: string; messages_of: string | null },
  window_messages: number,
): Queries {
  const question = questionOf(items, turn)
  const { before } = splitHistory(items, turn.messages_of ?? turn.id)
  const said = before
    .flat()
    .filter((item) => item.type === 'message' && item.role !== 'system' && !isSaidByTool(item))
    .map(({ content }) => content!.join('\n'))
  return queriesFrom(question, said, window_messages)
}

function queriesFrom(question: string, said: string[], window_messages: number): Queries {
  const window = window_messages === 0 ? [] : said.slice(-window_messages)
  return { words: cutQuery(question), vectors: endOf([...window, question].join('\n')) }
}

/** Of a reply that a person is about to write: the newest messages of the end user, and those before. */
export function queriesOfDraft(
  messages: readonly { role: 'user' | 'assistant'; text: string }[],
  window_messages: number,
): Queries {
  const end = messages.findLastIndex(({ role }) => role === 'user') + 1
  const begin = messages.slice(0, end).findLastIndex(({ role }) => role !== 'user') + 1
  const texts = messages.map(({ text }) => text)
  return queriesFrom(texts.slice(begin, end).join('\n'), texts.slice(0, begin), window_messages)
}

/** As much of a query as a search takes, without what cannot be seen, which no chunk has. */
export function cutQuery(text: string): string {
  return cleanText(text).trim().slice(0, knowledgeBounds.query).toWellFormed()
}

function endOf(text: string): string {
  return cleanText(text).trim().slice(-max_vector_characters).toWellFormed()
}

/** Of one letter or sign nothing can be found. */
export function isSearchable(query: string): boolean {
  return (query.match(/[\p{L}\p{N}]/gu) ?? []).length >= 2
}
