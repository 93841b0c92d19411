import type { ConversationEvent } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import { type Outgoing, changeOutbox, notYetShown, unsettled } from './outbox.ts'

const message = (key: string, fields: Partial<Outgoing> = {}): Outgoing => ({
  key,
  text: 'Hello',
  is_rich: true,
  after: 2,
  state: 'sending',
  ...fields,
})
const stored = (sequence: number, text: string, role = 'user') =>
  ({ sequence, type: 'message.created', data: { role, content: [text] } }) as ConversationEvent
const keys = (outbox: readonly Outgoing[]) => outbox.map(({ key }) => key)

describe('what the conversation does not show yet', () => {
  test('is shown beside it until the conversation has it, whatever became of its turn', () => {
    expect(keys(notYetShown([message('a', { state: 'answered' })], []))).toEqual(['a'])
    expect(notYetShown([message('a')], [stored(3, 'Hello')])).toEqual([])
  })

  test('is not what was there before, or was said by the agent', () => {
    expect(keys(notYetShown([message('a')], [stored(2, 'Hello'), stored(3, 'Hello', 'assistant')]))).toEqual(['a'])
  })

  test('is told apart by its order, where two say the same', () => {
    const outbox = [message('a'), message('b')]
    expect(keys(notYetShown(outbox, [stored(3, 'Hello')]))).toEqual(['b'])
    expect(notYetShown(outbox, [stored(3, 'Hello'), stored(4, 'Hello')])).toEqual([])
  })
})

describe('the outbox', () => {
  test('lets go of what is over when something new is written, and of what is thrown away', () => {
    const outbox = [message('a', { state: 'answered' }), message('b', { state: 'failed' }), message('c')]
    const next = changeOutbox(outbox, { type: 'written', message: message('d') })
    expect(keys(next)).toEqual(['c', 'd'])
    expect(keys(changeOutbox(next, { type: 'discarded', key: 'c' }))).toEqual(['d'])
  })

  test('keeps why a message was refused for as long as it is refused', () => {
    const fault = { code: 'turn_in_progress', message: 'No' }
    const refused = changeOutbox([message('a')], { type: 'changed', key: 'a', state: 'refused', fault })
    expect(refused).toEqual([message('a', { state: 'refused', fault })])
    expect(changeOutbox(refused, { type: 'changed', key: 'a', state: 'sending' })).toEqual([message('a')])
  })

  test('sends again after a reload what may not be there, or may not be answered', () => {
    const states = ['sending', 'waiting', 'stored', 'answered', 'failed', 'refused'] as const
    expect(keys(unsettled(states.map((state) => message(state, { state }))))).toEqual(['sending', 'waiting', 'stored'])
  })
})
