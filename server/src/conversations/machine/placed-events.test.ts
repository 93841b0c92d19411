// The events that follow from the items of a change: positions, and the widgets that tools showed.
import { expect, test } from 'vitest'
import { changed, locked, turn } from '../../../test/conversations/decision-fixture.ts'
import { decideToolResult } from './attempt-decisions.ts'
import type { Change } from './change.ts'
import { planOf } from './plan.ts'

const pending_calls = [{ call_id: 'c', name: 'show_info_widget' }]
const state = locked({ open_turns: [turn({ steps: 1, pending_calls })], next_position: 7 })
const info = { type: 'info', data: { text: 'Call +49 30 1234567' } }

function resultOf(output: object, more: object = {}, of = state): Change {
  const result = { call_id: 'c', name: 'show_info_widget', is_error: false, latency_ms: 1, said: null, ...more }
  const decision = decideToolResult(of, { turn_id: 'turn-1', lease: 7 }, { ...result, output: output as never })
  return planOf(of, changed(decision).change).change
}

test('a widget is told once, after the result that showed it, at its place', () => {
  const said = { message_id: 'm', text: 'Look:', is_held: false }
  const { events } = resultOf({ widget: info }, { said })
  expect(events.map(({ type }) => type)).toEqual(['tool_call.completed', 'widget.shown', 'message.created'])
  expect(events[1]!.data).toEqual({ turn_id: 'turn-1', call_id: 'c', position: 7, ...info })
  expect(events[2]!.data).toMatchObject({ id: 'm', position: 8 })
})

test.each([
  ['an error', { widget: info }, { is_error: true }],
  ['a tool of another name', { widget: info }, { name: 'look_up' }],
  ['a value of another type', { widget: { type: 'odd', data: {} } }, {}],
  ['what is no widget', { widget: { type: 'info', data: [1] } }, {}],
])('%s shows nothing', (_what, output, more) => {
  expect(resultOf(output, more).events.map(({ type }) => type)).toEqual(['tool_call.completed'])
})

test('the event has what is stored, without what the conversation must not keep', () => {
  const redaction = { rules: ['phone' as const] }
  const { items, events } = resultOf({ widget: info }, {}, { ...state, redaction })
  const shown = { type: 'info', data: { text: 'Call [phone]' } }
  expect(events[1]!.data).toMatchObject(shown)
  expect(items[0]).toMatchObject({ output: { widget: shown } })
})

test('a result that was recorded before tells nothing again', () => {
  const recorded = locked({ open_turns: [turn({ steps: 1, pending_calls: [] })] })
  expect(resultOf({ widget: info }, {}, recorded).events).toEqual([])
})
