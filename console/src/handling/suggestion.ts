// A suggested reply, as it is written. It goes nowhere by itself. Pure.
import type { SuggestionStreamEvent } from '@parley/contract'

export type Suggestion =
  | { state: 'none' }
  | { state: 'writing'; text: string }
  | { state: 'done'; text: string }
  | { state: 'failed'; message: string }

export const noSuggestion: Suggestion = { state: 'none' }

export function hearSuggestion(suggestion: Suggestion, { event, data }: SuggestionStreamEvent): Suggestion {
  switch (event) {
    case 'suggestion.delta':
      return { state: 'writing', text: textOf(suggestion) + data.text }
    case 'suggestion.completed':
      return { state: 'done', text: data.text }
    case 'suggestion.failed':
      return { state: 'failed', message: data.detail }
  }
}

const textOf = (suggestion: Suggestion) => ('text' in suggestion ? suggestion.text : '')

/** A suggestion becomes the draft; what is there already stays before it. */
export function withSuggestion(draft: string, text: string): string {
  return draft.trim() === '' ? text : `${draft.trimEnd()}\n\n${text}`
}
