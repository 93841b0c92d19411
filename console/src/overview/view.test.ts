import { expect, test } from 'vitest'
import { createdWithin, presetOf, readView, timesBefore, timesOf } from './view.ts'

const now = Date.parse('2026-11-25T18:20:00Z')

test('an address names a range and an agent; what makes no range is left out', () => {
  expect(readView({ range: '30d', agent_id: 'a', other: 'x' })).toEqual({ range: '30d', agent_id: 'a' })
  expect(readView({ range: 'year' })).toEqual({})
  const own = { from: '2026-11-01T00:00:00.000Z', to: '2026-11-03T00:00:00.000Z' }
  expect(readView({ ...own, range: '24h' })).toEqual(own)
  expect(readView({ from: own.to, to: own.from })).toEqual({})
  expect(readView({ from: 'x', to: own.to })).toEqual({})
  expect(presetOf({})).toBe('7d')
  expect(presetOf(own)).toBe('own')
})

test('a preset is so many whole buckets, with the one that it is now', () => {
  expect(timesOf({ range: '24h' }, now)).toEqual({ from: '2026-11-24T19:00:00.000Z', to: '2026-11-25T19:00:00.000Z' })
  expect(timesOf({}, now)).toEqual({ from: '2026-11-19T00:00:00.000Z', to: '2026-11-26T00:00:00.000Z' })
})

test('the time before is as long, and ends where the range begins', () => {
  expect(timesBefore(timesOf({}, now))).toEqual({ from: '2026-11-12T00:00:00.000Z', to: '2026-11-19T00:00:00.000Z' })
})

test('the inbox counts both ends, so the last moment is not in it', () => {
  expect(createdWithin(timesOf({}, now))).toEqual({
    created_after: '2026-11-19T00:00:00.000Z',
    created_before: '2026-11-25T23:59:59.999Z',
  })
})
