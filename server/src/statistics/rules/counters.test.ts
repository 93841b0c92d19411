// Counters add up like the events that they count, and the figures derived from them describe those events.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addCounters, binOf, countMetrics, percentile, presentAgentTotals, presentCounts } from './counters.ts'

const metrics = (total_ms: number, ttft_ms: number | null = total_ms) =>
  countMetrics({
    model: 'm',
    ttft_ms,
    llm_ms: total_ms,
    tools_ms: 0,
    total_ms,
    input_tokens: null,
    output_tokens: null,
  })

/** The value that `share` of the sorted values do not exceed. */
const exact = (values: number[], share: number) => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
}

describe('percentiles', () => {
  const durations = fc.array(fc.integer({ min: 20, max: 10_000_000 }), { minLength: 1, maxLength: 200 })

  test('are within 5 % of those of the exact values', () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.95), (values, share) => {
        const told = percentile(addCounters(values.map((value) => metrics(value))), 'total', share)!
        const meant = exact(values, share)
        expect(Math.abs(told - meant)).toBeLessThanOrEqual(meant * 0.05)
      }),
    )
  })

  test('do not depend on the order of addition', () => {
    fc.assert(
      fc.property(durations, durations, (one, two) => {
        const whole = addCounters([...one, ...two].map((value) => metrics(value)))
        const parts = addCounters([one, two].map((part) => addCounters(part.map((value) => metrics(value)))))
        expect(parts).toEqual(whole)
      }),
    )
  })

  test('of no values are null; a duration of 0 is in the first bin', () => {
    expect(percentile({}, 'total', 0.5)).toBeNull()
    expect([0, 1, 2, 4].map(binOf)).toEqual([0, 0, 8, 16])
    expect(percentile({ 'total.0': 1, 'first_text.80': 5 }, 'total', 0.95)).toBe(1)
  })
})

describe('presentCounts', () => {
  test('of no values', () => {
    expect(presentCounts({})).toEqual({
      conversations: 0,
      user_messages: 0,
      replies: 0,
      failed_turns: 0,
      cancelled_turns: 0,
      outcomes: {},
      ended: 0,
      end_reasons: {},
      average_duration: null,
      input_tokens: 0,
      output_tokens: 0,
      latency: null,
    })
  })

  test('outcomes, reasons, averages and shares', () => {
    const took = { measured: 2, model_ms: 600, tools_ms: 300, total_ms: 1000, 'total.70': 2 }
    const counters = { 'turn.reply': 2, 'turn.timed_out': 3, 'turn.superseded': 4, ended: 3, duration: 10, ...took }
    expect(presentCounts({ ...counters, 'end.inactivity': 3 })).toMatchObject({
      replies: 2,
      failed_turns: 3,
      cancelled_turns: 4,
      outcomes: { reply: 2, timed_out: 3, superseded: 4 },
      end_reasons: { inactivity: 3 },
      average_duration: 3.3,
      latency: { turns: 2, first_text: null, total: { p50_ms: 431, p95_ms: 431 }, model_share: 0.6, tools_share: 0.3 },
    })
  })

  test('a turn without text has no time to its first text', () => {
    expect(presentCounts(metrics(100, null)).latency).toMatchObject({ turns: 1, first_text: null })
  })
})

test('totals of an agent exclude deleted conversations', () => {
  const counters = { conversations: 4, ended: 3, duration: 60, user_messages: 9 }
  expect(presentAgentTotals({ ...counters, deleted: 1, deleted_duration: 20, deleted_user_messages: 2 })).toEqual({
    conversations: 3,
    active_conversations: 1,
    user_turns: 7,
    average_duration: 20,
  })
  expect(presentAgentTotals({})).toEqual({
    conversations: 0,
    active_conversations: 0,
    user_turns: 0,
    average_duration: null,
  })
})
