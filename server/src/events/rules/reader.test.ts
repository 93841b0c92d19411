import type { ConversationEvent } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import { createReader } from './reader.ts'

const event = (sequence: number, type: string, turn_id: string) =>
  ({ sequence, type, data: { turn_id } }) as ConversationEvent
const said = (turn_id: string, text: string, more: { attempt?: number; saying?: number } = {}) => ({
  ...{ turn_id, attempt: 1, kept: 0, saying: 1, text },
  ...more,
})

test('emits nothing of a turn that is over, however late its text arrives', () => {
  const reader = createReader(0)
  reader.read(event(1, 'turn.started', 'a'))
  reader.read(event(2, 'turn.completed', 'a'))
  reader.catchUp()
  expect(reader.isBehind(said('a', 'Late'))).toBe(false)
  expect(reader.look(said('a', 'Late'))).toEqual([])
})

describe('a turn that began before the reader', () => {
  test('is emitted from its start while it runs', () => {
    const reader = createReader(7)
    reader.catchUp()
    expect(reader.isBehind(said('a', 'Half'))).toBe(true)
    expect(reader.look(said('a', 'Half'))).toEqual([])
    reader.place('a', true)
    expect(reader.look(said('a', 'Half'))).toEqual([
      { event: 'message.snapshot', data: { turn_id: 'a', text: 'Half' } },
    ])
    expect(reader.look(said('a', 'Half of'))).toEqual([{ event: 'message.delta', data: { turn_id: 'a', text: ' of' } }])
  })

  test('is not emitted when it is over, and not looked up again', () => {
    const reader = createReader(7)
    reader.catchUp()
    reader.place('a', false)
    expect(reader.isBehind(said('a', 'Half'))).toBe(false)
    expect(reader.look(said('a', 'Half'))).toEqual([])
  })
})

test('distinguishes the sayings of two nodes, whatever their numbers', () => {
  const reader = createReader(0)
  reader.catchUp()
  reader.read(event(1, 'turn.started', 'a'))
  reader.look(said('a', 'Half'))
  reader.read(event(2, 'turn.started', 'a'))
  expect(reader.look(said('a', 'The whole', { attempt: 2 }))).toEqual([
    { event: 'message.snapshot', data: { turn_id: 'a', text: 'The whole' } },
  ])
})

test('the text of a step is not emitted again when the next step is heard of before its message is read', () => {
  const reader = createReader(0)
  reader.catchUp()
  reader.read(event(1, 'turn.started', 'a'))
  reader.look(said('a', 'Choose.'))
  const next = { ...said('a', ''), kept: 1, saying: 2 }
  expect(reader.isBehind(next)).toBe(true)
  const data = { id: 'm', role: 'assistant', content: ['Choose.'], interrupted: false, turn_id: 'a' }
  expect(reader.read({ sequence: 2, type: 'message.created', data } as unknown as ConversationEvent)).toEqual([])
  expect(reader.isBehind(next)).toBe(false)
  expect(reader.look(next)).toEqual([])
})

describe('when the message is stored, the reader gets the rest of its text', () => {
  const created = (sequence: number, text: string, more: object = {}) =>
    ({
      ...{ sequence, type: 'message.created' },
      data: { id: 'm', role: 'assistant', content: [text], interrupted: false, turn_id: 'a', ...more },
    }) as unknown as ConversationEvent
  const delta = (text: string) => [{ event: 'message.delta', data: { turn_id: 'a', text } }]
  const follow = () => {
    const reader = createReader(0)
    reader.catchUp()
    reader.read(event(1, 'turn.started', 'a'))
    return reader
  }

  test.each([
    ['nothing of it has arrived', '', 'Half of it.'],
    ['a part of it has arrived', 'Half', ' of it.'],
  ])('%s', (_what, before, rest) => {
    const reader = follow()
    reader.look(said('a', before))
    expect(reader.read(created(2, 'Half of it.'))).toEqual(delta(rest))
    for (const late of ['Half of', 'Half of it', 'Half of it.']) expect(reader.look(said('a', late))).toEqual([])
    expect(reader.look({ ...said('a', 'Next.', { saying: 2 }), kept: 1 })).toEqual(delta('Next.'))
    expect(reader.read(created(3, 'Next.'))).toEqual([])
  })

  test('but not if another text was emitted, of the end user, of another turn, or from before the reader', () => {
    const another = follow()
    another.look(said('a', 'Other'))
    expect(another.read(created(2, 'Half of it.'))).toEqual([])
    expect(follow().read(created(2, 'Hi', { role: 'user' }))).toEqual([])
    expect(follow().read(created(2, 'Hi', { turn_id: 'b' }))).toEqual([])
    expect(follow().read(created(2, 'Hi', { turn_id: null }))).toEqual([])
    const later = createReader(0)
    later.read(event(1, 'turn.started', 'a'))
    expect(later.read(created(2, 'Half of it.'))).toEqual([])
    later.catchUp()
    expect(later.read(created(3, 'More.'))).toEqual([])
  })
})
