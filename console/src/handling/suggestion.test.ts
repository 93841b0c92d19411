import type { SuggestionStreamEvent } from '@parley/contract'
import { expect, test } from 'vitest'
import { type Suggestion, hearSuggestion, noSuggestion, withSuggestion } from './suggestion.ts'

const delta = (text: string): SuggestionStreamEvent => ({ event: 'suggestion.delta', data: { text } })
const hear = (...events: SuggestionStreamEvent[]) => events.reduce<Suggestion>(hearSuggestion, noSuggestion)

test('a suggestion is written piece by piece, done, or failed', () => {
  expect(hear(delta('Hel'), delta('lo'))).toEqual({ state: 'writing', text: 'Hello' })
  const completed: SuggestionStreamEvent = { event: 'suggestion.completed', data: { text: 'Hello!' } }
  expect(hear(delta('Hel'), completed)).toEqual({ state: 'done', text: 'Hello!' })
  const failed = { event: 'suggestion.failed', data: { detail: 'No model.' } } as SuggestionStreamEvent
  expect(hear(delta('Hel'), failed)).toEqual({ state: 'failed', message: 'No model.' })
})

test('it becomes a draft and takes nothing away', () => {
  expect(withSuggestion(' \n', 'Hello')).toBe('Hello')
  expect(withSuggestion('Dear Ada,\n', 'Hello')).toBe('Dear Ada,\n\nHello')
})
