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
