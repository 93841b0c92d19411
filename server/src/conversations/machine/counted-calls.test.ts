import { expect, test } from 'vitest'
import { changed, locked, turn } from '../../../test/conversations/decision-fixture.ts'
import type { CountedCall } from '../../usage/port.ts'
import { type AttemptResult, decideAttemptResult, decideStep, decideTakeover } from './attempt-decisions.ts'
import { callsOf } from './counted-calls.ts'
import { decideCancel } from './decisions.ts'

const call = { id: 'call', turn_id: 'turn-1' } as CountedCall
const attempt = { turn_id: 'turn-1', lease: 7 }
const pending_calls = [{ call_id: 'tool-1', name: 'find' }]

test('P3: of a turn without an attempt that could be asked, one call is lost, unless its tools are under way', () => {
  expect(callsOf(turn(), null)).toEqual({ calls: [], lost_calls: ['turn-1'] })
  expect(callsOf(turn({ steps: 1, pending_calls }), null)).toEqual({ calls: [], lost_calls: [] })
  expect(callsOf(turn({ status: 'queued', lease: null }), null)).toEqual({ calls: [], lost_calls: [] })
})

interface Stopped {
  calls: CountedCall[] | null
  step?: number
  steps?: number
  lease?: number
}

test.each<[string, Stopped, object]>([
  ['the attempt was stopped and says what it used', { calls: [call] }, { calls: [call], lost_calls: [] }],
  ['it had asked nothing', { calls: [] }, { calls: [], lost_calls: [] }],
  ['its step was committed meanwhile', { calls: [call], step: 0, steps: 1 }, { calls: [], lost_calls: [] }],
  ['it did not answer', { calls: null }, { calls: [], lost_calls: ['turn-1'] }],
  ['it was an earlier attempt', { calls: [call], lease: 6 }, { calls: [], lost_calls: ['turn-1'] }],
])('P3: %s', (_when, { calls, step = 0, steps = 0, lease = 7 }, expected) => {
  const stopped = { ...attempt, lease, step, calls, text: '', message_id: 'm' }
  const decided = changed(decideCancel(locked({ open_turns: [turn({ steps })] }), 'turn-1', stopped))
  expect(decided.change).toMatchObject(expected)
})

test('P3: a takeover loses one call, and the attempt that lost its lease counts nothing', () => {
  const gone = locked({ open_turns: [turn({ lease_expired: true })] })
  expect(changed(decideTakeover(gone, 'turn-1')).change.lost_calls).toEqual(['turn-1'])
  const spent = locked({ open_turns: [turn({ lease_expired: true, attempts: 3 })] })
  expect(changed(decideTakeover(spent, 'turn-1')).change.lost_calls).toEqual(['turn-1'])
  const failure: AttemptResult = { type: 'failure', outcome: 'model_error', error: 'x', model_calls: [call] }
  const state = locked({ open_turns: [turn()] })
  const late = { ...attempt, lease: 6 }
  expect(changed(decideAttemptResult(state, late, failure)).change.calls).toEqual([])
  expect(changed(decideAttemptResult(state, attempt, failure)).change).toMatchObject({ calls: [call], lost_calls: [] })
})

test('P3: a step that is repeated after an uncertain commit counts nothing', () => {
  const step = {
    ...{ number: 0, text: '', message_id: 'm', is_held: false, calls: [], results: [] },
    ...{ input_tokens: 1, output_tokens: 1, model_calls: [call] },
  }
  expect(changed(decideStep(locked({ open_turns: [turn()] }), attempt, step)).change.calls).toEqual([call])
  expect(changed(decideStep(locked({ open_turns: [turn({ steps: 1 })] }), attempt, step)).change.calls).toEqual([])
})
