import type { ConversationEvent, TranscriptItem } from '@parley/contract'
import { expect, test } from 'vitest'
import { type Live, nothingYet } from './live.ts'
import { type Aside, buildTimeline, withAsides } from './timeline.ts'

const widget = { type: 'info', data: { text: 'Open' } } as const
const of_call = { turn_id: 't', call_id: 'c', name: 'show_info_widget', created_at: '2026-01-01T00:00:00Z' }
const call: TranscriptItem = { ...of_call, id: '1', position: 1, type: 'function_call', arguments: {} }
const result: TranscriptItem = { ...of_call, id: '2', position: 2, type: 'function_call_output', output: { widget } }
const shown = {
  ...{ id: 'e', sequence: 4, occurred_at: of_call.created_at, type: 'widget.shown' },
  data: { turn_id: 't', call_id: 'c', position: 2, ...widget },
} as unknown as ConversationEvent
const live: Live = { ...nothingYet, events: [shown] }
const card = { kind: 'widget', key: 'widget t c', widget, call_id: 'c' }

test('a widget is there as soon as the stream tells of it, once, and stays the same when it is read', () => {
  expect(buildTimeline([], [], live)).toMatchObject([card])
  expect(buildTimeline([call], [], live)).toMatchObject([{ kind: 'tool', result: null }, card])
  expect(buildTimeline([call, result], [], live)).toMatchObject([{ kind: 'tool' }, card])
  expect(buildTimeline([call, result], [], nothingYet)).toHaveLength(2)
})

test('a reader who sees no tool calls has the widget as an item', () => {
  const item: TranscriptItem = { ...of_call, id: '2', position: 2, type: 'widget', widget }
  expect(buildTimeline([item], [], nothingYet)).toMatchObject([card])
})

test('a reply that is read before the stream tells that it is stored is there once', () => {
  const reply: TranscriptItem = {
    ...{ id: 'm', position: 1, type: 'message', role: 'assistant', turn_id: 't', text: 'Hello.' },
    created_at: of_call.created_at,
  }
  const created = {
    ...{ id: 'e', sequence: 5, occurred_at: of_call.created_at, type: 'message.created', data: reply },
  } as unknown as ConversationEvent
  const saying: Live = { ...nothingYet, said: { t: 'Hello.' }, turns: { t: 'running' } }
  expect(buildTimeline([], [], saying)).toMatchObject([{ kind: 'said', text: 'Hello.' }])
  expect(buildTimeline([reply], [], saying)).toMatchObject([{ kind: 'message' }, { kind: 'said', text: '' }])
  const next: Live = { ...saying, events: [created], said: { t: 'And more' } }
  expect(buildTimeline([reply], [], next)).toMatchObject([{ kind: 'message' }, { kind: 'said', text: 'And more' }])
})

test('an aside is shown where it belongs in time, and a reply in progress stays last', () => {
  const at = (id: string, created_at: string): TranscriptItem => ({
    ...{ id, position: 1, type: 'message', role: 'user', turn_id: null, content: [id], created_at },
  })
  const saying: Live = { ...nothingYet, said: { t: '…' }, turns: { t: 'running' } }
  const timeline = buildTimeline([at('m1', '1'), at('m2', '3')], [], saying)
  const aside = (key: string, time: string): Aside => ({ kind: 'aside', key, at: time, node: null })
  const keysOf = (asides: Aside[]) =>
    withAsides(timeline, asides)
      .map(({ key }) => key)
      .join(' ')
  expect(keysOf([aside('before', '0'), aside('between', '2'), aside('after', '4')])).toBe(
    'before m1 between m2 after said-t',
  )
  // What happened at the same time comes after the message.
  expect(keysOf([aside('same', '1')])).toBe('m1 same m2 said-t')
  expect(keysOf([])).toBe('m1 m2 said-t')
  expect(withAsides([], [aside('alone', '1')])).toHaveLength(1)
})
