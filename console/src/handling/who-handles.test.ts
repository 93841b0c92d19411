import type { Conversation, ConversationEvent } from '@parley/contract'
import { expect, test } from 'vitest'
import { clocksOf, describeHandling, mostUrgentClock, unfinishedCalls } from './who-handles.ts'

const now = new Date('2026-01-01T10:02:05Z')
const me = { user_id: 'me' }
const ada = { type: 'user', id: 'ada', name: 'Ada' } as const
const own = { type: 'user', id: 'me', name: 'Me' } as const

const of = (fields: Partial<Conversation>, times: object = {}) =>
  ({
    ...{ id: 'c', status: 'in_progress', channel: 'text', handled_by: 'queue', assignee: null, team: null },
    ...{ handoff_reason: null, agent: { id: 'a', name: 'Harbour Lane' }, handling: times },
    ...fields,
  }) as Conversation
const sayOf = (conversation: Conversation) => {
  const { who, more } = describeHandling(conversation, me, now)
  return [who, ...more].join(' · ')
}

test.each([
  ['the agent', of({ handled_by: 'agent' }), 'Harbour Lane answers'],
  ['an agent without a name', of({ handled_by: 'agent', agent: null }), 'The agent answers'],
  [
    'nobody yet',
    of({ team: { key: 's', name: 'Support' }, handoff_reason: 'keyword' }, { waiting_since: '2026-01-01T10:00:00Z' }),
    'Waits for Support · for 2m 05s · Why: Keyword',
  ],
  ['an offer to somebody', of({ assignee: ada }), 'Offered to Ada'],
  ['an offer', of({ assignee: own }), 'Offered to you'],
  [
    'oneself',
    of({ handled_by: 'person', assignee: own }, { taken_at: '2026-01-01T10:02:00Z' }),
    'You handle this · for 5s',
  ],
  ['somebody else', of({ handled_by: 'person', assignee: ada }), 'Ada handles this'],
  ['somebody without a name', of({ handled_by: 'person', assignee: { ...ada, name: null } }), 'Somebody handles this'],
  ['the end', of({ status: 'completed', handled_by: 'person', assignee: ada }), 'Ended. Ada handled it last.'],
  ['the end by the agent', of({ status: 'completed', handled_by: 'agent' }), 'Ended'],
])('who handles it is said in words: %s', (_name, conversation, said) => {
  expect(sayOf(conversation)).toBe(said)
})

test('of the promised times a list shows a breach, else what is due first', () => {
  const sla = (first: object | null, next: object | null) =>
    of({}, { sla: { first_response: first, next_response: next, resolution: null } })
  const running = (due_at: string) => ({ state: 'running', due_at })
  expect(mostUrgentClock(sla(running('2'), running('1')))?.target).toBe('next_response')
  expect(mostUrgentClock(sla({ state: 'breached', due_at: '3' }, running('1')))?.target).toBe('first_response')
  expect(mostUrgentClock(sla({ state: 'met', due_at: '3' }, null))).toBeNull()
  expect(mostUrgentClock({ handling: null })).toBeNull()
  expect(clocksOf(sla(running('2'), { state: 'met', due_at: '1' })).map(({ target }) => target)).toEqual([
    ...['first_response', 'next_response'],
  ])
})

test('calls that were cut are named until the agent has the conversation again', () => {
  const event = (type: string, ...names: string[]) =>
    ({
      type,
      data: { unfinished_calls: names.map((name) => ({ call_id: name, name })) },
    }) as unknown as ConversationEvent
  const taken = event('conversation.taken', 'refund', 'send_mail')
  expect(unfinishedCalls([])).toEqual([])
  expect(unfinishedCalls([event('conversation.handoff_requested'), taken])).toEqual(['refund', 'send_mail'])
  // A later hand-over that cuts nothing does not take the warning away.
  expect(unfinishedCalls([taken, event('conversation.assigned')])).toEqual(['refund', 'send_mail'])
  expect(unfinishedCalls([taken, event('conversation.returned')])).toEqual([])
})
