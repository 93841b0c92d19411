import { type Conversation, type InboxRow, type Priority, priorities } from '@parley/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DeskFilters, filtersOf, orderOf, readDeskSearch } from './desk-search.ts'
import { type DeskRows, belongs, gatherRows, hearRow, noRows } from './rows.ts'

interface Fields extends Partial<Conversation> {
  since?: string | null
  snoozed?: string
  taken?: string
}

const of = (id: string, { since = null, snoozed, taken, ...fields }: Fields = {}) =>
  ({
    ...{ id, status: 'in_progress', handled_by: 'queue', assignee: null, team: null, priority: 'normal', tags: [] },
    ...{ created_at: `2026-01-01T00:00:00Z`, updated_at: '2026-01-01T00:00:00Z' },
    handling: { unanswered_since: since, snoozed_until: snoozed ?? null, taken_at: taken ?? null, sla: {} },
    ...fields,
  }) as Conversation
const row = (conversation: Conversation, last_message: string | null = null): InboxRow => ({
  ...{ conversation, last_message, last_message_by: 'end_user' },
})
const ids = ({ rows }: DeskRows) => rows.map(({ conversation }) => conversation.id).join(' ')
const mine = { type: 'user', id: 'me', name: 'Me' } as const
const theirs = { type: 'user', id: 'ada', name: 'Ada' } as const
const all: DeskFilters = { view: 'all' }

describe('a conversation is of a view', () => {
  const conversations = {
    agent: of('c', { handled_by: 'agent' }),
    waits: of('c'),
    offered: of('c', { assignee: mine }),
    'offered to Ada': of('c', { assignee: theirs }),
    held: of('c', { handled_by: 'person', assignee: mine }),
    'held by Ada': of('c', { handled_by: 'person', assignee: theirs }),
    'put aside': of('c', { handled_by: 'person', assignee: mine, snoozed: '2026-02-01' }),
    ended: of('c', { handled_by: 'person', assignee: mine, status: 'completed', taken: '2026-01-01' }),
    'ended by the agent': of('c', { handled_by: 'agent', status: 'completed' }),
  }
  test.each([
    ['mine', 'offered, held, put aside'],
    ['unassigned', 'waits'],
    ['all', 'waits, offered, offered to Ada, held, held by Ada, put aside'],
    ['snoozed', 'put aside'],
    ['ended', 'ended'],
  ] as const)('%s', (view, names) => {
    const found = Object.entries(conversations).filter(([, one]) => belongs(one, { view }, 'me'))
    expect(found.map(([name]) => name).join(', ')).toBe(names)
  })

  test('and of what the view is narrowed to', () => {
    const sla = { first_response: { state: 'breached', due_at: '' }, next_response: null, resolution: null } as const
    const one = of('c', { team: { key: 'support', name: 'Support' }, tags: ['vip'], priority: 'high' })
    const late = { ...one, handling: { ...one.handling!, sla } }
    const fits = (narrowed: Partial<DeskFilters>, conversation: Conversation = late) =>
      belongs(conversation, { view: 'all', ...narrowed }, 'me')
    expect([fits({ team: 'support' }), fits({ team: 'sales' })]).toEqual([true, false])
    expect([fits({ tag: 'vip' }), fits({ tag: 'new' })]).toEqual([true, false])
    expect([fits({ priority: 'high' }), fits({ priority: 'low' })]).toEqual([true, false])
    expect([fits({ sla: 'breached' }), fits({ sla: 'met' }), fits({ sla: 'running' }, one)]).toEqual([
      true,
      false,
      false,
    ])
  })
})

test('the most urgent and the longest unanswered come first; the rest by when they began', () => {
  const pages = [
    [of('low', { priority: 'low', since: '1' }), of('answered'), of('late', { since: '1' })],
    [of('later', { since: '2' }), of('urgent', { priority: 'urgent' })],
  ].map((page) => page.map((one) => row(one)))
  expect(ids(gatherRows(pages, false, all))).toBe('urgent late later answered low')
  const times = (created_at: string, ended_at: string) => ({ created_at, ended_at })
  const begun = [of('a', times('1', '3')), of('b', times('3', '1')), of('c', times('3', '2'))].map((one) => row(one))
  expect(ids(gatherRows([begun], false, { view: 'all', order: 'newest' }))).toBe('c b a')
  expect(ids(gatherRows([begun], false, { view: 'ended' }))).toBe('a c b')
})

test('a row goes where it belongs, keeps its last message, and leaves when it is of another view', () => {
  const first = [of('a', { since: '1' }), of('b', { since: '2' })].map((one) => row(one, `said in ${one.id}`))
  let rows = gatherRows([first], false, all)
  const hear = (id: string, conversation: Conversation | null) => {
    rows = hearRow(rows, id, conversation, all, 'me')
    return ids(rows)
  }
  expect(hear('c', of('c', { since: '1.5' }))).toBe('a c b')
  expect(hear('b', of('b', { since: '2', priority: 'urgent' }))).toBe('b a c')
  expect(rows.rows[0]!.last_message).toBe('said in b')
  expect(hear('a', of('a', { handled_by: 'agent' }))).toBe('b c')
  expect(hear('b', null)).toBe('c')
  const same = rows
  hear('x', of('x', { handled_by: 'agent' }))
  hear('y', null)
  hear('c', of('c', { since: '0', updated_at: '2025-12-31' }))
  expect(rows).toBe(same)
})

test('what lies behind the rows that were read comes with the next page', () => {
  const cut = gatherRows([[row(of('a', { since: '1' })), row(of('b', { since: '2' }))]], true, all)
  expect(ids(hearRow(cut, 'c', of('c', { since: '3' }), all, 'me'))).toBe('a b')
  expect(ids(hearRow(cut, 'a', of('a', { since: '3' }), all, 'me'))).toBe('b')
  expect(ids(hearRow(cut, 'c', of('c', { since: '1.5' }), all, 'me'))).toBe('a c b')
  expect(ids(hearRow(noRows, 'c', of('c', { since: '3' }), all, 'me'))).toBe('c')
})

test('whatever is told in whatever order, the rows are those of a list that is read again', () => {
  const states = fc.record({
    number: fc.integer({ min: 0, max: 9 }),
    priority: fc.constantFrom<Priority>(...priorities),
    since: fc.option(fc.constantFrom('1', '2', '3')),
    handled_by: fc.constantFrom('agent' as const, 'queue' as const),
  })
  fc.assert(
    fc.property(fc.array(states), (told) => {
      const now = new Map<string, Conversation>()
      let rows = noRows
      for (const [index, { number, ...state }] of told.entries()) {
        const one = of(`c${number}`, { ...state, updated_at: String(index).padStart(4, '0') })
        now.set(one.id, one)
        rows = hearRow(rows, one.id, one, all, 'me')
      }
      const reread = [...now.values()].filter((one) => belongs(one, all, 'me')).map((one) => row(one))
      expect(ids(rows)).toBe(ids(gatherRows([reread], false, all)))
    }),
  )
})

test('an address says what the desk shows, and what the API would refuse is left out', () => {
  expect(filtersOf(readDeskSearch({}))).toEqual({ view: 'mine' })
  const search = { view: 'all', team: 'support', tag: 'vip', priority: 'high', sla: 'running', order: 'newest' }
  expect(readDeskSearch({ ...search, open: 'c1', other: 'x' })).toEqual({ ...search, open: 'c1' })
  expect(filtersOf(readDeskSearch({ ...search, open: 'c1' }))).toEqual(search)
  const wrong = { view: 'theirs', priority: '9', sla: 'x', order: 'y', team: ' ', tag: 5, open: '' }
  expect(readDeskSearch(wrong)).toEqual({})
  expect([orderOf({ view: 'all' }), orderOf({ view: 'all', order: 'newest' })]).toEqual(['waiting', 'newest'])
  expect([orderOf({ view: 'ended' }), orderOf({ view: 'ended', order: 'waiting' })]).toEqual(['newest', 'newest'])
})
