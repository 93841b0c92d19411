import { expect, test } from 'vitest'
import type { Present } from '../events.ts'
import { nextLapse, nothingTold, tellPresence, viewersOf } from './presence.ts'

const ann: Present = { type: 'user', id: 'ann', name: 'Ann Lee', is_typing: false, lapses_in_ms: 45_000 }
const visitor: Present = { type: 'end_user', id: null, name: null, is_typing: true, lapses_in_ms: 6000 }
const person = { isEndUser: false, seesViewers: true, own_id: 'bob', shownName: (name: string | null) => name }
const endUser = { isEndUser: true, seesViewers: false, own_id: 'ada', shownName: () => 'Ann' }
const typing = (one: Present): Present => ({ ...one, is_typing: true })

test('people are told who looks, once, and who types, until they stop', () => {
  const first = tellPresence(nothingTold, [ann], person)
  expect(first.events).toEqual([
    { event: 'presence', data: { viewers: [{ user_id: 'ann', name: 'Ann Lee', state: 'viewing' }], more_viewers: 0 } },
  ])
  expect(tellPresence(first.told, [{ ...ann, lapses_in_ms: 9 }], person).events).toEqual([])
  const second = tellPresence(first.told, [typing(ann), visitor], person)
  expect(
    second.events.map(({ event, data }) => [event, 'typing' in data ? data.by.type : data.viewers[0]!.state]),
  ).toEqual([
    ['typing', 'user'],
    ['typing', 'end_user'],
    ['presence', 'typing'],
  ])
  const last = tellPresence(second.told, [], person)
  expect(last.events).toEqual([
    { event: 'typing', data: { by: { type: 'user', id: 'ann', name: 'Ann Lee' }, typing: false } },
    { event: 'typing', data: { by: { type: 'end_user', id: null, name: null }, typing: false } },
    { event: 'presence', data: { viewers: [], more_viewers: 0 } },
  ])
})

test('end users are told who types by the name that is shown, without ids, and not who looks', () => {
  const { events, told } = tellPresence(nothingTold, [typing(ann), visitor], endUser)
  expect(events).toEqual([{ event: 'typing', data: { by: { type: 'user', id: null, name: 'Ann' }, typing: true } }])
  expect(tellPresence(told, [ann], endUser).events).toMatchObject([{ data: { typing: false } }])
  const unruly = { ...endUser, shownName: (name: string | null) => name }
  expect(tellPresence(told, [], unruly).events).toMatchObject([{ data: { by: { name: 'Ann' }, typing: false } }])
})

test('people are not told of their own typing', () => {
  expect(tellPresence(nothingTold, [typing(ann)], { ...person, own_id: 'ann', seesViewers: false }).events).toEqual([])
})

test('of more than fifty, only how many', () => {
  const many = Array.from({ length: 53 }, (_, index) => ({ ...ann, id: `p${index}` }))
  const { viewers, more_viewers } = viewersOf([...many, visitor])
  expect([viewers.length, more_viewers]).toEqual([50, 3])
})

test('what lapses first is looked at again', () => {
  expect(nextLapse([ann, visitor])).toBe(6020)
  expect(nextLapse([])).toBeUndefined()
})
