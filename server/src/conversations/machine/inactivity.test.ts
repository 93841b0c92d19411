import { channels, conversationStatuses } from '@parley/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventTypes, locked, turn, waiting } from '../../../test/conversations/decision-fixture.ts'
import type { TimedRules } from '../../agents/rules/inactivity.ts'
import { isActive, mayBecome } from './conversation.ts'
import { type Standing, decideTimer, judgeStanding } from './inactivity.ts'

const born = Date.parse('2026-01-01T00:00:00Z')
const at = (seconds: number) => new Date(born + seconds * 1000).toISOString()

const none = { warn_after_seconds: null, end_after_seconds: null, max_duration_seconds: null }
const all = { warn_after_seconds: 60, end_after_seconds: 120, max_duration_seconds: 600 }

const standing = (fields: Partial<Standing> = {}): Standing => ({
  ...{
    handled_by: 'agent',
    channel: 'text',
    status: 'in_progress',
    created_at: at(0),
    returned_at: null,
    silent_since: at(0),
    is_warned: false,
  },
  ...{ has_open_turns: false, now: at(0), ...fields },
})

describe('what is due', () => {
  test.each<[string, Partial<Standing>, Partial<typeof all>, object]>([
    ['nothing before its time', { now: at(59.999) }, {}, { type: 'wait', until: at(60) }],
    ['the warning at its time', { now: at(60) }, {}, { type: 'warn' }],
    ['the end after a warning', { now: at(119), is_warned: true }, {}, { type: 'wait', until: at(120) }],
    ['… at its time', { now: at(120), is_warned: true }, {}, { type: 'end', end_reason: 'inactivity' }],
    ['… without a warning that was missed', { now: at(120) }, {}, { type: 'end', end_reason: 'inactivity' }],
    [
      'no warning that comes after the end',
      { now: at(119) },
      { warn_after_seconds: 500 },
      { type: 'wait', until: at(120) },
    ],
    [
      'no warning of one who is not reached',
      { now: at(60), channel: 'telephone', status: 'ringing' },
      {},
      { type: 'wait', until: at(120) },
    ],
    [
      'the maximum duration, also during a turn',
      { now: at(600), silent_since: at(599), has_open_turns: true },
      {},
      { type: 'end', end_reason: 'max_duration' },
    ],
    ['… before the silence', { now: at(600), silent_since: at(300) }, {}, { type: 'end', end_reason: 'max_duration' }],
    ['nothing during a turn', { now: at(300), has_open_turns: true }, {}, { type: 'wait', until: at(360) }],
    [
      'the maximum duration, counted from the return',
      { now: at(599), silent_since: at(598), returned_at: at(100) },
      {},
      { type: 'wait', until: at(658) },
    ],
    [
      '… at its time',
      { now: at(700), silent_since: at(699), returned_at: at(100) },
      {},
      { type: 'end', end_reason: 'max_duration' },
    ],
    [
      '… and from the beginning, where that is later',
      { now: at(10), created_at: at(10), silent_since: at(10), returned_at: at(0) },
      { warn_after_seconds: null, end_after_seconds: null, max_duration_seconds: 60 } as never,
      { type: 'wait', until: at(70) },
    ],
    [
      'nothing while people handle it',
      { now: at(900), handled_by: 'person' },
      { warn_after_seconds: null, end_after_seconds: null } as never,
      { type: 'wait', until: at(1500) },
    ],
    ['nothing after the end', { now: at(900), status: 'completed' }, {}, { type: 'wait', until: null }],
    ['never without a rule', { now: at(1e7) }, none as never, { type: 'wait', until: null }],
  ])('%s', (_what, fields, rules, verdict) => {
    expect(judgeStanding(standing(fields), { ...all, ...rules })).toEqual(verdict)
  })

  const far = '9999-12-31T23:00:00.000000Z'
  test.each<[string, Partial<Standing>, Partial<TimedRules>]>([
    ['a silence that begins', { silent_since: far }, { end_after_seconds: 7200 }],
    ['a conversation that begins', { created_at: far }, { max_duration_seconds: 7200 }],
  ])('%s in thousands of years is looked at again within a month', (_what, fields, rules) => {
    const verdict = judgeStanding(standing(fields), { ...none, ...rules })
    expect(verdict).toEqual({ type: 'wait', until: at(30 * 86_400) })
  })

  const seconds = fc.integer({ min: 0, max: 1000 })
  const rule = fc.option(fc.integer({ min: 1, max: 1000 }))
  const rules = fc.record({ warn_after_seconds: rule, end_after_seconds: rule, max_duration_seconds: rule })
  const moment = fc.record({
    ...{ channel: fc.constantFrom(...channels), status: fc.constantFrom(...conversationStatuses.filter(isActive)) },
    ...{ is_warned: fc.boolean(), has_open_turns: fc.boolean(), silent: seconds, age: seconds },
  })

  test('no timer is late, whatever happens to the conversation until it fires', () => {
    fc.assert(
      fc.property(rules, moment, moment, seconds, (given, one, other, after) => {
        const now = 2000
        const silent = Math.min(one.silent, one.age)
        const first = standing({ ...one, now: at(now), created_at: at(now - one.age), silent_since: at(now - silent) })
        const verdict = judgeStanding(first, given)
        if (verdict.type !== 'wait') return
        // Until then a message or the end of a turn may begin another silence, or nothing at all happens to this one.
        const isSame = other.silent > after && !one.has_open_turns && one.is_warned === other.is_warned
        const silent_since = isSame ? first.silent_since : at(now + Math.max(0, after - other.silent))
        const later = { ...first, silent_since, status: other.status, channel: one.channel, now: at(now + after) }
        const state = { ...later, is_warned: isSame ? one.is_warned : false, has_open_turns: other.has_open_turns }
        if (isSame && other.status !== one.status) return
        const due = judgeStanding(state, given)
        if (due.type === 'wait') return
        expect(verdict.until).not.toBeNull()
        expect(Date.parse(verdict.until!)).toBeLessThanOrEqual(Date.parse(state.now))
      }),
      { numRuns: 2000 },
    )
  })

  test('the time that it waits for is in the future', () => {
    fc.assert(
      fc.property(rules, moment, (given, one) => {
        const silent_since = at(2000 - Math.min(one.silent, one.age))
        const verdict = judgeStanding(
          standing({ ...one, now: at(2000), created_at: at(2000 - one.age), silent_since }),
          given,
        )
        if (verdict.type === 'wait' && verdict.until !== null) expect(verdict.until > at(2000)).toBe(true)
      }),
    )
  })
})

const message = (text: string) => ({ message_id: text, text })
const input = { rules: all, warning: message('There?'), closing: message('Bye.'), summary_enabled: true, partial: null }
const silent = (seconds: number) => ({ created_at: at(0), silent_since: at(0), now: at(seconds) })

describe('what is done', () => {
  test('early: nothing, and again at its time', () => {
    expect(decideTimer(locked(silent(59)), input)).toMatchObject({
      change: { items: [], events: [], end: null },
      answer: at(60),
    })
  })

  test('a warning is noted even if there is nothing to say', () => {
    const { change, answer } = decideTimer(locked(silent(60)), input)
    expect(change).toMatchObject({ warned: true, items: [{ role: 'assistant', turn_id: null, author: null }] })
    expect([eventTypes(change), answer]).toEqual([['message.created'], at(120)])
    const silently = decideTimer(locked(silent(60)), { ...input, warning: null })
    expect(silently.change).toMatchObject({ warned: true, items: [], events: [] })
  })

  test('the end cancels the turns, keeps what was said, and says goodbye before it', () => {
    const partial = { turn_id: 'turn-1', lease: 7, step: 0, calls: [], text: 'I was', message_id: 'partial' }
    const state = locked({ ...silent(600), open_turns: [turn(), waiting('turn-2')] })
    const { change, answer } = decideTimer(state, { ...input, partial })
    expect(answer).toBeNull()
    expect(change.items).toMatchObject([
      { id: 'partial', interrupted: true },
      { id: 'Bye.', turn_id: null },
    ])
    expect(eventTypes(change)).toEqual([
      ...['message.created', 'turn.cancelled', 'turn.cancelled', 'message.created', 'conversation.ended'],
    ])
    expect(change.end).toMatchObject({
      status: 'completed',
      end_reason: 'max_duration',
      analysis: { status: 'queued' },
    })
  })

  test.each(
    channels.flatMap((channel) => conversationStatuses.filter(isActive).map((status) => [channel, status] as const)),
  )('%s, %s: ends with a status that may follow', (channel, status) => {
    const { change } = decideTimer(locked({ ...silent(120), channel, status }), input)
    expect(mayBecome(channel, status, change.end!.status)).toBe(true)
    expect(change.items.length).toBe(change.end!.status === 'completed' ? 1 : 0)
  })
})
