import { describe, expect, it } from 'vitest'
import type { MissedRule } from '@parley/contract'
import { planFires } from './plan-fires.ts'

const everyMinute = { cron: '* * * * *', timezone: 'UTC' }
const at = (time: string) => `2026-03-02T${time}.000Z`

const plan = (missed: MissedRule, next_at: string, now: string, schedule = everyMinute) =>
  planFires({ schedule, missed, next_at: at(next_at) }, at(now))
const started = ({ times }: ReturnType<typeof planFires>) =>
  times.filter(({ starts }) => starts).map(({ scheduled_at }) => scheduled_at.slice(11, 16))
const skipped = ({ times }: ReturnType<typeof planFires>) =>
  times.filter(({ starts }) => !starts).map(({ scheduled_at }) => scheduled_at.slice(11, 16))

describe('planFires', () => {
  it('does nothing before the time', () => {
    const early = plan('all', '10:05:00', '10:04:59')
    expect(early).toEqual({ times: [], has_earlier: false, next_at: at('10:05:00') })
  })

  it('starts one that is due, whatever the rule, and is due again after now', () => {
    for (const rule of ['once', 'all', 'skip'] as const) {
      const due = plan(rule, '10:05:00', '10:05:02')
      expect(due).toEqual({
        times: [{ scheduled_at: at('10:05:00'), is_missed: false, starts: true }],
        has_earlier: false,
        next_at: at('10:06:00'),
      })
    }
  })

  it('makes up for the latest, for all or for none of the times at which no server ran', () => {
    const once = plan('once', '10:00:00', '10:04:30', { cron: '*/2 * * * *', timezone: 'UTC' })
    expect([started(once), skipped(once)]).toEqual([['10:04'], ['10:00', '10:02']])
    const all = plan('all', '10:00:00', '10:05:30', { cron: '*/2 * * * *', timezone: 'UTC' })
    expect([started(all), skipped(all)]).toEqual([['10:00', '10:02', '10:04'], []])
    expect(all.times.map(({ is_missed }) => is_missed)).toEqual([true, true, true])
    const none = plan('skip', '10:00:00', '10:05:30', { cron: '*/2 * * * *', timezone: 'UTC' })
    expect([started(none), skipped(none)]).toEqual([[], ['10:00', '10:02', '10:04']])
    expect(none.next_at).toBe(at('10:06:00'))
  })

  it('takes a time of the last minute for one that is due', () => {
    const none = plan('skip', '10:00:00', '10:05:30')
    expect([started(none), skipped(none)]).toEqual([['10:05'], ['10:00', '10:01', '10:02', '10:03', '10:04']])
  })

  it('tells of a hundred times, and that there were more', () => {
    const long = planFires(
      { schedule: everyMinute, missed: 'all', next_at: '2025-01-01T00:00:00.000Z' },
      at('10:00:30'),
    )
    expect(long.times).toHaveLength(100)
    expect(started(long).at(-1)).toBe('10:00')
    expect(long.has_earlier).toBe(true)
  })

  it('is never due again after its last time', () => {
    const last = planFires(
      { schedule: { cron: '0 0 29 2 *', timezone: 'UTC' }, missed: 'once', next_at: '2096-02-29T00:00:00.000Z' },
      '2096-02-29T00:00:01.000Z',
    )
    expect(started(last)).toEqual(['00:00'])
    expect(last.next_at === null || last.next_at.startsWith('2104-02-29')).toBe(true)
  })
})
