import type { TranscriptItem } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import {
  type Sending,
  changeSending,
  idle,
  isLocked,
  isShownStored,
  lastPosition,
  outgoingOf,
  resumed,
} from './sending.ts'

const one = { key: 'k1', request: { text: 'Hello', seen_position: 3 } }
const two = { key: 'k2', request: { text: 'Hello', seen_position: 4 } }
const fault = { code: 'not_up_to_date', message: 'There are newer answers.' }
const silence = { code: null, message: 'Cannot reach the server.' }

const sending: Sending = { state: 'sending', sent: one }
const unsure: Sending = { state: 'unsure', sent: one, fault: silence }
const refused: Sending = { state: 'refused', fault }

describe('a text', () => {
  test.each([
    ['is sent', idle, { type: 'sent', sent: one }, sending],
    ['is sent once at a time', sending, { type: 'sent', sent: two }, sending],
    ['is stored', sending, { type: 'stored', key: 'k1' }, idle],
    ['may be stored if no answer came', sending, { type: 'lost', key: 'k1', fault: silence }, unsure],
    ['is refused', sending, { type: 'refused', key: 'k1', fault }, refused],
    ['of unknown fate is sent again with the same key', unsure, { type: 'sent', sent: one }, sending],
    ['of unknown fate is not sent with another key', unsure, { type: 'sent', sent: two }, unsure],
    ['of unknown fate can be given up', unsure, { type: 'edited' }, idle],
    ['of unknown fate is found', unsure, { type: 'stored', key: 'k1' }, idle],
    ['that was refused is sent with a new key', refused, { type: 'sent', sent: two }, { state: 'sending', sent: two }],
    ['that was refused is changed', refused, { type: 'edited' }, idle],
    ['on its way is not changed', sending, { type: 'edited' }, sending],
    ['hears nothing of another', sending, { type: 'stored', key: 'k2' }, sending],
    ['that was given up hears nothing', idle, { type: 'refused', key: 'k1', fault }, idle],
  ] as const)('%s', (_name, before, event, after) => {
    expect(changeSending(before, event)).toEqual(after)
  })
})

test('what is on its way is kept, and is of unknown fate after a reload', () => {
  expect([idle, sending, unsure, refused].map(outgoingOf)).toEqual([null, one, one, null])
  expect([idle, sending, unsure, refused].map(isLocked)).toEqual([false, true, true, false])
  expect(resumed(one)).toEqual({ state: 'unsure', sent: one, fault: null })
  expect(resumed(null)).toBe(idle)
})

const item = (position: number, text: string, id: string | null, type: 'user' | 'agent' = 'user') =>
  ({
    ...{ id: `i${position}`, position, created_at: '', turn_id: null, type: 'message', role: 'assistant' },
    ...{ content: [text], author: { type, id, name: null, external: false } },
  }) as TranscriptItem

test('a text whose answer was lost is recognized in the transcript', () => {
  expect(isShownStored(one, [item(4, 'Hello', 'me')], 'me')).toBe(true)
  // Said before, by somebody else, by the agent, or in other words.
  expect(isShownStored(one, [item(3, 'Hello', 'me')], 'me')).toBe(false)
  expect(isShownStored(one, [item(4, 'Hello', 'ada')], 'me')).toBe(false)
  expect(isShownStored(one, [item(4, 'Hello', null, 'agent')], null)).toBe(false)
  expect(isShownStored(one, [item(4, 'Hello!', 'me')], 'me')).toBe(false)
})

test('the last position is that of the last item, or −1', () => {
  expect(lastPosition([])).toBe(-1)
  expect(lastPosition([item(0, '', null), item(7, '', null), item(-1, '', null)])).toBe(7)
})
