import type { Conversation } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import { type Listener, type Own, type Watched, changeOwn, countWaiting, noticeOf, rememberNotice } from './notices.ts'

const listener: Listener = { user_id: 'me', teams: new Set(['support']), since: '2026-01-01T10:00:00Z' }
const before = '2026-01-01T09:59:59Z'
const after = '2026-01-01T10:00:01Z'
const later = '2026-01-01T10:05:00Z'

const of = (fields: Partial<Watched>, times: object = {}): Watched => ({
  ...{ id: 'c', status: 'in_progress', channel: 'text', handled_by: 'queue', assignee: null },
  ...{ agent_version_id: 'v', team: null, handling: times as Conversation['handling'] },
  ...fields,
})
const assignee = (id: string): Conversation['assignee'] => ({ type: 'user', id, name: id })
const team = (key: string) => ({ key, name: key })

describe('a person is told', () => {
  test.each([
    [
      'of an offer, however long it has waited',
      of({ assignee: assignee('me') }, { waiting_since: before, offered_until: later }),
      `offer c ${later}`,
    ],
    ['of an offer without an end', of({ assignee: assignee('me') }, { waiting_since: before }), `offer c ${before}`],
    ['of what waits for everybody', of({}, { waiting_since: after }), `waiting c ${after}`],
    ['of what waits for their team', of({ team: team('support') }, { waiting_since: after }), `waiting c ${after}`],
    [
      'of a message in what they hold',
      of({ handled_by: 'person', assignee: assignee('me') }, { unanswered_since: after }),
      `message c ${after}`,
    ],
  ])('%s', (_name, conversation, key) => {
    expect(noticeOf(conversation, listener)?.key).toBe(key)
  })

  test.each([
    ['what waits for another team', of({ team: team('sales') }, { waiting_since: after })],
    [
      'what is offered to somebody else',
      of({ assignee: assignee('ada') }, { waiting_since: after, offered_until: later }),
    ],
    ['what waited before', of({}, { waiting_since: before })],
    ['an old message', of({ handled_by: 'person', assignee: assignee('me') }, { unanswered_since: before })],
    ['an answered one', of({ handled_by: 'person', assignee: assignee('me') }, { unanswered_since: null })],
    ['what somebody else holds', of({ handled_by: 'person', assignee: assignee('ada') }, { unanswered_since: after })],
    ['the agent', of({ handled_by: 'agent' }, { unanswered_since: after })],
    ['what has ended', of({ status: 'completed', assignee: assignee('me') }, { offered_until: later })],
  ])('but not of %s', (_name, conversation) => {
    expect(noticeOf(conversation, listener)).toBeNull()
  })
})

test('the same moment is told once, and the memory of it is bounded', () => {
  const seen = new Set<string>()
  const notice = (key: string) => ({ kind: 'offer' as const, conversation_id: 'c', key })
  expect([rememberNotice(seen, notice('a')), rememberNotice(seen, notice('a'))]).toEqual([true, false])
  for (let index = 0; index < 1200; index += 1) rememberNotice(seen, notice(`k${index}`))
  expect(seen.size).toBe(1000)
  expect(rememberNotice(seen, notice('k1199'))).toBe(false)
})

test('what waits for a person is what they are offered, and what they hold and have not answered', () => {
  let own: Own = new Map()
  const hear = (conversation: Watched) => {
    own = changeOwn(own, conversation.id, conversation, 'me')
    return countWaiting(own, 'me')
  }
  const held = (times: object) => of({ id: 'held', handled_by: 'person', assignee: assignee('me') }, times)
  expect(hear(of({ id: 'offered', assignee: assignee('me') }))).toBe(1)
  expect(hear(held({ unanswered_since: after }))).toBe(2)
  expect(hear(held({ unanswered_since: null }))).toBe(1)
  expect(hear(held({ unanswered_since: after, snoozed_until: later }))).toBe(1)
  expect(hear(held({ unanswered_since: after, snoozed_until: null }))).toBe(2)
  expect(hear(of({ id: 'offered', handled_by: 'person', assignee: assignee('ada') }))).toBe(1)
  const same = own
  hear(of({ id: 'foreign', assignee: assignee('ada') }))
  expect(own).toBe(same)
  own = changeOwn(own, 'held', null, 'me')
  expect(own.size).toBe(0)
})
