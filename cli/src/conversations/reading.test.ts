// How a transcript is shown.
import type { TranscriptItem } from '@parley/sdk'
import { expect, it } from 'vitest'
import { describeItem } from './reading.ts'

const message = { type: 'message', role: 'assistant', created_at: '2026-03-01T10:00:00Z' } as const
const itemOf = (fields: object) => ({ id: 'i', position: 0, turn_id: null, ...message, ...fields }) as TranscriptItem
const ben = { type: 'user', id: 'ben', name: 'Ben of the shop', external: false }

it('tells people from the agent', () => {
  const said = (author: object) => describeItem(itemOf({ content: ['Hello'], author }))
  expect(said({ ...ben, type: 'agent', id: null, name: null })).toBe('10:00:00  assistant: Hello')
  expect(said(ben)).toBe('10:00:00  Ben of the shop (a person): Hello')
  expect(said({ ...ben, name: null })).toBe('10:00:00  ben (a person): Hello')
  expect(said({ ...ben, name: null, id: null })).toBe('10:00:00  a person: Hello')
  expect(said({ ...ben, type: 'system', id: null, name: null })).toBe('10:00:00  system: Hello')
})

it('names the sources below the message', () => {
  const citations = [{ number: 1, source_name: 'returns.md', url: null, page: null }]
  expect(describeItem(itemOf({ content: ['14 days [1].'], citations }))).toBe(
    '10:00:00  assistant: 14 days [1].\n            [1] returns.md',
  )
})
