import { type Team, teamDefaults } from '@parley/contract'
import { expect, test } from 'vitest'
import { type TeamDraft, findFaults, toChange, toDraft } from './team-draft.ts'

const team: Team = {
  ...{ id: 't', key: 'support', name: 'Support', is_default: true, external: false, members: ['ada', 'bob'] },
  shown_name: 'first_name',
  assignment: { mode: 'round_robin', capacity: 3, accept_seconds: 90 },
  gone: { offline_seconds: 300, unanswered_seconds: 86_400 },
  idle: { end_after_seconds: null, end_message: null },
  wait: { max_seconds: 1800, fallback: 'end', message: 'Wait.', end_message: null },
  sla: { first_response_seconds: 600, next_response_seconds: null, resolution_seconds: 7200, warn_before_seconds: 300 },
  business_hours: {
    time_zone: 'Europe/Berlin',
    weekly: [{ day: 'monday', from: '09:00', to: '18:00' }],
    holidays: [{ date: '2026-12-25', name: 'Christmas', from: null, to: null }],
  },
  outside_hours: { action: 'decline', message: 'Closed.', max_wait_seconds: 86_400 },
  ...{ is_open: true, changes_at: null, revision: 4, created_at: '', updated_at: '' },
}

test('what a form shows is what is stored, and is sent back unchanged', () => {
  const { id: _id, key: _key, is_open: _open, changes_at: _at, revision: _revision, ...rest } = team
  const { created_at: _created, updated_at: _updated, ...stored } = rest
  expect(toChange(toDraft(team))).toEqual(stored)
  const always: Team = { ...team, business_hours: null, external: true, members: [] }
  expect(toChange(toDraft(always))).toMatchObject({ business_hours: null, members: [] })
  expect(findFaults(toDraft(team))).toEqual([])
  expect(findFaults(toDraft(always))).toEqual([])
})

test('the defaults of a new team are fit', () => {
  const targets = { first_response_seconds: null, next_response_seconds: null, resolution_seconds: null }
  const fresh: Team = {
    ...team,
    ...teamDefaults,
    idle: { ...teamDefaults.idle, end_message: null },
    wait: { ...teamDefaults.wait, end_message: null },
    sla: { ...targets, ...teamDefaults.sla },
    business_hours: null,
  }
  expect(findFaults(toDraft(fresh))).toEqual([])
})

const none = { count: '', unit: 'minutes' } as const
test.each<[keyof TeamDraft, Partial<TeamDraft>]>([
  ['name', { name: ' ' }],
  ['capacity', { capacity: '0' }],
  ['capacity', { capacity: '101' }],
  ['capacity', { capacity: '2.5' }],
  ['accept', { accept: { count: '9', unit: 'seconds' } }],
  ['accept', { accept: none }],
  ['wait_max', { wait_max: { count: '8', unit: 'days' } }],
  ['first_response', { first_response: { count: 'x', unit: 'minutes' } }],
  ['offline', { offline: { count: '4', unit: 'seconds' } }],
  ['time_zone', { time_zone: '' }],
  ['weekly', { weekly: [{ day: 'monday', from: '09:00', to: '' }] }],
  ['holidays', { holidays: [{ date: '', name: 'New Year', from: '', to: '' }] }],
  ['holidays', { holidays: [{ date: '2026-01-01', name: '', from: '', to: '' }] }],
  ['holidays', { holidays: [{ date: '2026-01-01', name: 'New Year', from: '09:00', to: '' }] }],
])('%s cannot be %o', (field, change) => {
  expect(findFaults({ ...toDraft(team), ...change })).toEqual([field])
})

test('hours that are switched off are not judged', () => {
  expect(findFaults({ ...toDraft(team), has_hours: false, time_zone: '' })).toEqual([])
})
