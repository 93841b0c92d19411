import type { ConversationStreamEvent, TranscriptItem, Turn } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import { hear, nothingYet } from './live.ts'
import { buildTimeline } from './timeline.ts'

let sequence = 0
const turn_id = 't1'
const stored = (type: string, data: object = { turn_id }) => {
  sequence += 1
  const event = { id: `e${sequence}`, conversation_id: 'c', sequence, occurred_at: '2026-01-01T00:00:00Z', type, data }
  return { event: type, id: sequence, data: event } as ConversationStreamEvent
}
const delta = (text: string) => ({ event: 'message.delta', data: { turn_id, text } }) as const
const message = (id: string, role: string, text: string) =>
  stored('message.created', { id, role, content: [text], interrupted: false, turn_id })
const listen = (...events: ConversationStreamEvent[]) => events.reduce(hear, nothingYet)

describe('the stream', () => {
  test('joins what is being said, and lets it go when it is stored', () => {
    const live = listen(stored('turn.queued'), stored('turn.started'), delta('Hel'), delta('lo'))
    expect([live.said, live.turns]).toEqual([{ t1: 'Hello' }, { t1: 'running' }])
    expect(hear(live, message('m1', 'assistant', 'Hello')).said).toEqual({})
    expect(hear(live, stored('turn.completed'))).toMatchObject({ said: {}, turns: {} })
  })

  test('a snapshot takes the place of what was heard, and a new attempt begins with nothing', () => {
    const live = listen(stored('turn.started'), delta('Lost'), {
      event: 'message.snapshot',
      data: { turn_id, text: 'New' },
    })
    expect(hear(live, delta('er')).said).toEqual({ t1: 'Newer' })
    expect(hear(live, stored('turn.started')).said).toEqual({})
  })

  test('the end ends everything; an event that comes again is heard once', () => {
    const start = stored('turn.started')
    const end = stored('conversation.ended', { status: 'completed', end_reason: 'ended_by_agent', ended_by: {} })
    const live = listen(start, delta('x'), end, end)
    expect(live).toMatchObject({ said: {}, turns: {} })
    expect(live.events.map(({ type }) => type)).toEqual(['turn.started', 'conversation.ended'])
  })
})

describe('people in the stream', () => {
  const typing = (type: 'end_user' | 'user', id: string | null, isTyping = true) =>
    ({ event: 'typing', data: { by: { type, id, name: id }, typing: isTyping } }) as const
  const said = (author: object) => stored('message.created', { id: 'm', role: 'assistant', content: ['x'], author })

  test('type until they stop or have said it, and each time it is heard is another', () => {
    const live = listen(typing('user', 'ada'), typing('end_user', null), typing('user', 'ada'))
    expect(Object.values(live.typing)).toEqual([
      { type: 'user', id: 'ada', name: 'ada', beat: 2 },
      { type: 'end_user', id: null, name: null, beat: 1 },
    ])
    expect(Object.keys(hear(live, typing('user', 'ada', false)).typing)).toEqual(['end_user'])
    expect(Object.keys(hear(live, said({ type: 'user', id: 'ada' })).typing)).toEqual(['end_user'])
    expect(Object.keys(hear(live, said({ type: 'end_user', id: null })).typing)).toEqual(['user ada'])
    expect(Object.keys(hear(live, said({ type: 'user', id: 'bob' })).typing)).toHaveLength(2)
  })

  test('look at it, as they are now', () => {
    const viewers = [{ user_id: 'ada', name: 'Ada', state: 'viewing' as const }]
    const live = listen({ event: 'presence', data: { viewers, more_viewers: 3 } })
    expect([live.viewers, live.more_viewers]).toEqual([viewers, 3])
  })
})

describe('the timeline', () => {
  const base = { created_at: '2026-01-01T00:00:00Z', turn_id }
  const user = { ...base, id: 'u', position: 0, type: 'message', role: 'user', content: ['?'] } as TranscriptItem
  const call = { ...base, id: 'c', position: 1, type: 'function_call', call_id: 'x', name: 'find' } as TranscriptItem
  const result = {
    ...base,
    id: 'r',
    position: 2,
    type: 'function_call_output',
    call_id: 'x',
    name: 'find',
  } as TranscriptItem

  test('puts a result to its call, and a lone result by itself', () => {
    expect(buildTimeline([user, call, result], [], nothingYet)).toMatchObject([
      { kind: 'message' },
      { kind: 'tool', call: { id: 'c' }, result: { id: 'r' } },
    ])
    expect(buildTimeline([result], [], nothingYet)).toMatchObject([{ kind: 'tool', result: { id: 'r' } }])
    const later = { ...call, id: 'c2', turn_id: 't2' }
    expect(buildTimeline([call, result, later], [], nothingYet)[1]).toMatchObject({ result: null })
  })

  test('shows a message that the stream has told of until it is read, once', () => {
    const live = listen(stored('turn.started'), message('m', 'assistant', 'Hello'))
    const read = {
      ...base,
      id: 'm',
      position: 3,
      type: 'message',
      role: 'assistant',
      content: ['Hello'],
    } as TranscriptItem
    for (const items of [[user], [user, read]]) {
      const shown = buildTimeline(items, [], live).filter((entry) => entry.kind === 'message')
      expect(shown.map(({ key }) => key)).toEqual(['u', 'm'])
    }
  })

  test('says under a turn what it asked of knowledge bases, before why it failed', () => {
    const retrievals = [{ id: 'k1' }, { id: 'k2' }]
    const other = { ...user, id: 'v', turn_id: 't2' }
    const reply = { ...user, id: 'm', position: 3, role: 'assistant' } as TranscriptItem
    const turn = { turn_id, status: 'completed', user_message_ids: ['u'], retrievals } as unknown as Turn
    const keysOf = (of: Turn) =>
      buildTimeline([user, call, result, reply, other], [of], nothingYet).map(({ key }) => key)
    expect(keysOf(turn)).toEqual(['u', 'c', 'm', 'k1', 'k2', 'v'])
    expect(keysOf({ ...turn, status: 'failed' })).toEqual(['u', 'c', 'm', 'k1', 'k2', 'fault-t1', 'v'])
    // Before the reply is there, the message of the end user is the last item.
    const begun = { ...user, turn_id: null }
    expect(buildTimeline([begun], [turn], nothingYet).map(({ key }) => key)).toEqual(['u', 'k1', 'k2'])
  })

  test('tells of a turn that failed after the last of its items', () => {
    const turn = { turn_id, status: 'failed', outcome: 'model_error', user_message_ids: ['u'] } as Turn
    const kinds = buildTimeline([user, call, result, { ...user, id: 'v', turn_id: 't2' }], [turn], nothingYet)
    expect(kinds.map(({ kind }) => kind)).toEqual(['message', 'tool', 'fault', 'message'])
  })
})
