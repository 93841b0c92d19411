import type { Conversation } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import { type Abilities, type Caller, type Handled, abilitiesOf, standingOf } from './standing.ts'

const me = 'user-me'
const responder = new Set(['conversations:read', 'conversations:read_sensitive', 'conversations:reply'])
const admin = new Set([...responder, 'conversations:manage'])
const viewer = new Set(['conversations:read'])

const assigned = (id: string): Conversation['assignee'] => ({ type: 'user', id, name: id })
const of = (fields: Partial<Handled>): Handled => ({
  ...{ id: 'c', status: 'in_progress', channel: 'text', handled_by: 'agent', assignee: null },
  ...{ agent_version_id: 'v', handling: null },
  ...fields,
})

const agent = of({})
const waiting = of({ handled_by: 'queue' })
const offered = of({ handled_by: 'queue', assignee: assigned(me) })
const offeredToOther = of({ handled_by: 'queue', assignee: assigned('ada') })
const mine = of({ handled_by: 'person', assignee: assigned(me) })
const other = of({ handled_by: 'person', assignee: assigned('ada') })
const over = of({ status: 'completed', handled_by: 'person', assignee: assigned(me) })

const namesOf = (conversation: Handled, caller: Caller) =>
  Object.entries(abilitiesOf(conversation, caller) satisfies Abilities)
    .filter(([, value]) => value !== false && value !== null)
    .map(([name, value]) => (value === true ? name : `${name}: ${value}`))
    .join(', ')

test('where a conversation stands depends on who looks', () => {
  const all = [agent, waiting, offered, offeredToOther, mine, other, over]
  expect(all.map((one) => standingOf(one, { user_id: me }))).toEqual([
    'agent',
    'waiting',
    'offered',
    'waiting',
    'mine',
    'other',
    'over',
  ])
  // A person of another desk with the same id is somebody else.
  const outside = of({ handled_by: 'person', assignee: { type: 'external', id: me, name: 'Desk' } })
  expect(standingOf(outside, { user_id: me })).toBe('other')
  expect(standingOf(waiting, { user_id: null })).toBe('waiting')
})

describe('what a responder can do', () => {
  const caller = { user_id: me, scopes: responder }
  test.each([
    ['with the agent', agent, 'take, handOff, reply: take, assign, prioritize, tag, note'],
    ['while it waits', waiting, 'take, reply: take, return, assign, prioritize, tag, note'],
    ['once it is offered', offered, 'take, decline, reply: take, return, assign, prioritize, tag, note'],
    ['while they hold it', mine, 'reply: plain, return, assign, snooze, end, prioritize, tag, note'],
    ['while somebody else holds it', other, 'takeFrom, prioritize, tag, note'],
    ['after the end', over, 'tag, note'],
    ['on the telephone', of({ channel: 'telephone' }), 'prioritize, tag, note'],
    [
      'in mail that they hold',
      of({ ...mine, channel: 'email' }),
      'reply: plain, return, assign, snooze, prioritize, tag, note',
    ],
    [
      'without an agent',
      of({ ...mine, agent_version_id: null }),
      'reply: plain, assign, snooze, end, prioritize, tag, note',
    ],
  ])('%s', (_name, conversation, names) => {
    expect(namesOf(conversation, caller)).toBe(names)
  })
})

test('an admin can also act on what others hold; a key cannot answer; a viewer can do nothing', () => {
  expect(namesOf(other, { user_id: me, scopes: admin })).toBe('takeFrom, return, assign, end, prioritize, tag, note')
  expect(namesOf(waiting, { user_id: null, scopes: admin })).toBe('return, assign, end, prioritize, tag')
  expect(namesOf(mine, { user_id: me, scopes: viewer })).toBe('')
})

test('what is put aside can be woken', () => {
  const handling = { snoozed_until: '2026-01-01T00:00:00Z' } as Conversation['handling']
  const caller = { user_id: me, scopes: responder }
  expect(abilitiesOf({ ...mine, handling }, caller).wake).toBe(true)
  expect(abilitiesOf(mine, caller).wake).toBe(false)
})
