import type { ConversationEvent, TranscriptItem } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import { type Outgoing, answeredBy, changeOutbox, notYetShown, unsettled } from './outbox.ts'

const message = (key: string, fields: Partial<Outgoing> = {}): Outgoing => ({
  key,
  text: 'Hello',
  is_rich: true,
  state: 'sending',
  ...fields,
})
const stored = (client_id?: string) =>
  ({ type: 'message.created', data: { role: 'user', content: ['Hello'], client_id } }) as ConversationEvent
const keys = (outbox: readonly Outgoing[]) => outbox.map(({ key }) => key)

describe('what the conversation does not show yet', () => {
  test('is shown beside it until the conversation has it, whatever became of its turn', () => {
    expect(keys(notYetShown([message('a', { state: 'answered' })], []))).toEqual(['a'])
    expect(notYetShown([message('a')], [stored('a')])).toEqual([])
  })

  test('is told by its id, even where others say the same', () => {
    const outbox = [message('a'), message('b')]
    expect(keys(notYetShown(outbox, [stored('b'), stored()]))).toEqual(['a'])
  })
})

test('a widget is answered by what is stored or on its way, and not by what was refused', () => {
  const answer = (in_reply_to: string) => ({ answer: { in_reply_to, values: {} } })
  const outbox = [message('a', answer('one')), message('b', { ...answer('two'), state: 'refused' }), message('c')]
  const items = [{ in_reply_to: 'three' }, {}] as TranscriptItem[]
  expect([...answeredBy(outbox, items)]).toEqual(['one', 'three'])
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
