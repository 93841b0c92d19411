// P2: periods follow the clock of their time zone, through summer time and zones of half hours, without a gap or an overlap.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { periodAt, periodsFrom } from './periods.ts'

const at = (text: string) => Date.parse(text)

test.each([
  ['month', 'UTC', '2026-02-15T12:00Z', '2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
  ['month', 'Europe/Berlin', '2026-03-31T21:59Z', '2026-02-28T23:00:00.000Z', '2026-03-31T22:00:00.000Z'],
  ['month', 'Europe/Berlin', '2026-03-31T22:00Z', '2026-03-31T22:00:00.000Z', '2026-04-30T22:00:00.000Z'],
  ['day', 'Europe/Berlin', '2026-03-29T12:00Z', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
  ['day', 'Europe/Berlin', '2026-10-25T12:00Z', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
  ['day', 'Asia/Kolkata', '2026-05-01T18:29Z', '2026-04-30T18:30:00.000Z', '2026-05-01T18:30:00.000Z'],
  ['week', 'UTC', '2026-03-01T23:59Z', '2026-02-23T00:00:00.000Z', '2026-03-02T00:00:00.000Z'],
  // Midnight is left out in Santiago, and all of 30 December 2011 in Samoa.
  ['day', 'America/Santiago', '2026-09-06T12:00Z', '2026-09-06T04:00:00.000Z', '2026-09-07T03:00:00.000Z'],
  ['day', 'Pacific/Apia', '2011-12-30T09:00Z', '2011-12-29T10:00:00.000Z', '2011-12-30T10:00:00.000Z'],
] as const)('a %s in %s at %s', (period, time_zone, time, starts_at, ends_at) => {
  expect(periodAt({ period, time_zone }, at(time))).toEqual({ starts_at, ends_at })
})

test('P2: every moment is in its period, and the next one begins where that ends', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'Asia/Kathmandu')
  const rules = fc.record({ period: fc.constantFrom('day', 'week', 'month'), time_zone: zones })
  fc.assert(
    fc.property(rules, fc.integer({ min: at('2000-01-01T00:00Z'), max: at('2040-01-01T00:00Z') }), (rule, ms) => {
      const [now, next] = periodsFrom(rule as Parameters<typeof periodsFrom>[0], ms)
      expect(at(now!.starts_at)).toBeLessThanOrEqual(ms)
      expect(at(now!.ends_at)).toBeGreaterThan(ms)
      expect(next!.starts_at).toBe(now!.ends_at)
      expect(at(next!.ends_at)).toBeGreaterThan(at(next!.starts_at))
    }),
  )
})
