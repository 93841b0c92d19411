import type { TurnStreamEvent } from '@parley/contract'
import { expect, test } from 'vitest'
import type { RetrievalEvent } from './retrievals.ts'
import type { ItemRecord } from './rows.ts'
import { TurnNarrator } from './turn-narrator.ts'

const turn_id = 't'
const step = (attempt: number, saying: number, text: string, kept = 0) => ({ turn_id, attempt, kept, saying, text })

function tell(...parts: Generator<TurnStreamEvent>[]) {
  return parts.flatMap((part) =>
    [...part].map(({ event, data }) => [event, 'text' in data ? data.text : (data as { attempt: number }).attempt]),
  )
}

test('another attempt takes back the streamed text', () => {
  const narrator = new TurnNarrator(turn_id, { tells_calls: true, tells_widgets: false })
  expect(tell(narrator.start(1), narrator.say(step(1, 1, 'Half')))).toEqual([
    ['turn.started', 1],
    ['message.delta', 'Half'],
  ])
  expect(tell(narrator.start(2), narrator.say(step(2, 1, 'Whole')))).toEqual([
    ['turn.restarted', 2],
    ['message.delta', 'Whole'],
  ])
})

test('text that was taken back is not taken back again when another node takes the turn over', () => {
  const narrator = new TurnNarrator(turn_id, { tells_calls: true, tells_widgets: false })
  tell(narrator.start(1), narrator.say(step(1, 1, 'Half')))
  expect(tell(narrator.say(step(1, 2, '')))).toEqual([['turn.restarted', 1]])
  expect(tell(narrator.start(2), narrator.say(step(2, 1, '')))).toEqual([])
  expect(tell(narrator.say(step(2, 1, 'Whole')), narrator.start(3))).toEqual([
    ['message.delta', 'Whole'],
    ['turn.restarted', 3],
  ])
})

test('text of the next step waits until the results of the step before are emitted', () => {
  const narrator = new TurnNarrator(turn_id, { tells_calls: true, tells_widgets: false })
  const fields = { turn_id, created_at: '', call_id: 'c', name: 'look', content: null, is_error: null }
  const call = { ...fields, type: 'function_call', arguments: {} } as unknown as ItemRecord
  const result = { ...fields, type: 'function_call_output', output: 'Seen', is_error: false } as unknown as ItemRecord
  const events = (...parts: Generator<TurnStreamEvent>[]) =>
    parts.flatMap((part) => [...part].map(({ event }) => event))
  expect(events(narrator.start(1), narrator.keep([call], 1))).toEqual(['turn.started', 'tool_call.started'])
  const next = step(1, 2, 'Here it is.', 2)
  expect(narrator.isBehind(next)).toBe(true)
  expect(events(narrator.say(next))).toEqual([])
  expect(events(narrator.keep([call, result], 1), narrator.say(next))).toEqual(['tool_call.completed', 'message.delta'])
})

const item = (type: string, more: object) =>
  ({ type, content: null, call_id: null, name: 'act', ...more }) as ItemRecord
const items = [
  item('message', { role: 'assistant', content: ['Wait.'] }),
  item('function_call', { call_id: 'c' }),
  item('function_call_output', { call_id: 'c', output: 'ok', is_error: false, latency_ms: 1 }),
  item('message', { role: 'assistant', call_id: 'c', content: ['From the tool.'] }),
  item('message', { role: 'assistant', content: ['Done.'] }),
]
const inOrder = ['message.delta', 'tool_call.started', 'message.delta', 'tool_call.completed', 'message.delta']
const namesOf = (events: Iterable<TurnStreamEvent>) => [...events].map(({ event }) => event)

test('events have one order, however much of it is read at once', () => {
  const whole = new TurnNarrator(turn_id, { tells_calls: true, tells_widgets: false })
  expect(namesOf(whole.start(1))).toEqual(['turn.started'])
  expect(namesOf(whole.finish(items))).toEqual(inOrder)
  // A result and the text of its tool are stored together.
  for (const read of [0, 1, 2, 4, 5]) {
    const narrator = new TurnNarrator(turn_id, { tells_calls: true, tells_widgets: false })
    const events = [
      ...narrator.start(1),
      ...narrator.keep(items.slice(0, read), 1),
      ...narrator.keep(items.slice(0, Math.max(4, read)), 1),
      ...narrator.finish(items),
    ].slice(1)
    expect(namesOf(events)).toEqual(inOrder)
    const told = events.flatMap(({ event, data }) => (event === 'message.delta' ? [data.text] : []))
    expect(told.join('')).toBe('Wait.\n\nFrom the tool.\n\nDone.')
  }
})

test('a search is emitted once: of a call after its start, however it is learned of', () => {
  const found = (id: string, call_id: string | null) => ({ id, call_id }) as RetrievalEvent
  const call = item('function_call', { call_id: 'c' })
  const result = item('function_call_output', { call_id: 'c', output: 'ok', is_error: false, latency_ms: 1 })
  const events = (...parts: Generator<TurnStreamEvent>[]) =>
    parts.flatMap((part) => [...part].map(({ event, data }) => ('id' in data ? `${event} ${data.id}` : event)))
  const narrator = new TurnNarrator(turn_id, { tells_calls: true, tells_widgets: false })
  expect(events(narrator.start(1), narrator.retrieve([found('r1', null)]))).toEqual([
    'turn.started',
    'retrieval.completed r1',
  ])
  // It has searched before a reader has seen its step.
  expect(events(narrator.retrieve([found('r1', null), found('r2', 'c')]))).toEqual([])
  expect(events(narrator.keep([call], 1), narrator.retrieve([found('r3', 'c')]))).toEqual([
    'tool_call.started',
    'retrieval.completed r2',
    'retrieval.completed r3',
  ])
  const stored = [found('r1', null), found('r2', 'c'), found('r3', 'c')]
  expect(events(narrator.keepRetrievals(stored), narrator.keep([call, result], 1))).toEqual(['tool_call.completed'])
  expect(narrator.stored_retrievals).toBe(3)

  const late = new TurnNarrator(turn_id, { tells_calls: true, tells_widgets: false })
  expect(events(late.start(1), late.keepRetrievals(stored), late.keep([call, result], 1))).toEqual([
    ...['turn.started', 'retrieval.completed r1', 'tool_call.started', 'retrieval.completed r2'],
    ...['retrieval.completed r3', 'tool_call.completed'],
  ])
  const silent = new TurnNarrator(turn_id, { tells_calls: false, tells_widgets: false })
  expect(events(silent.start(1), silent.keepRetrievals(stored), silent.keep([call, result], 1))).toEqual([
    'turn.started',
  ])
})

test('a search of a lost attempt, which is not stored, does not count as a stored one', () => {
  const narrator = new TurnNarrator(turn_id, { tells_calls: true, tells_widgets: false })
  tell(narrator.start(1), narrator.retrieve([{ id: 'lost', call_id: null } as RetrievalEvent]))
  expect(narrator.stored_retrievals).toBe(0)
})
