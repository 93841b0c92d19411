import { expect, test } from 'vitest'
import type { Pipeline } from '../../database/database.ts'
import { changed, locked, turn } from '../../../test/conversations/decision-fixture.ts'
import { decideCancel, decideEnd } from '../machine/decisions.ts'
import { noChange } from '../machine/change.ts'
import { type Planned, planOf } from '../machine/plan.ts'
import { type CommitAddition, sendAdditions } from './additions.ts'

const tx = {} as Pipeline
const state = locked({ open_turns: [turn()] })
const partial = { turn_id: 'turn-1', lease: 7, step: 0, calls: [], text: 'I was', message_id: 'partial' }
const ended_by = { type: 'user' as const, id: null, name: null, reason: null }
const end = { mode: 'cut', partial: null, end_reason: 'ended_by_caller', ended_by, summary_enabled: true } as const

function told(plans: Planned[], isBirth?: boolean): string[] {
  const heard: string[] = []
  const listenTo = (on: CommitAddition['on'][number]): CommitAddition => ({
    on: [on],
    write: (given, { state: { id } }) => void heard.push(`${on} of ${id}${given === tx ? '' : ' elsewhere'}`),
  })
  sendAdditions(tx, (['created', 'items', 'turn_ended', 'ended'] as const).map(listenTo), plans, isBirth)
  return heard
}

test('an addition is called for the changes it names, once for each plan', () => {
  const cancelled = planOf(state, changed(decideCancel(state, 'turn-1', partial)).change)
  const ended = planOf(locked({ id: 'other' }), changed(decideEnd(locked(), end)).change)
  expect(told([cancelled, ended])).toEqual(['items of conversation', 'turn_ended of conversation', 'ended of other'])
})

test('an addition is called for a new conversation, and once if several of its changes occur', () => {
  expect(told([planOf(state, noChange)], true)).toEqual(['created of conversation'])
  const heard: Planned[] = []
  const all: CommitAddition = { on: ['items', 'turn_ended', 'ended'], write: (_tx, plan) => void heard.push(plan) }
  const plan = planOf(state, changed(decideEnd(state, { ...end, partial })).change)
  sendAdditions(tx, [all], [plan])
  expect(heard).toEqual([plan])
})

test('an addition for a whole commit is called once, with the changes that it names', () => {
  const cancelled = planOf(state, changed(decideCancel(state, 'turn-1', partial)).change)
  const ended = planOf(locked({ id: 'other' }), changed(decideEnd(locked(), end)).change)
  const more = planOf(locked({ id: 'third' }), changed(decideEnd(locked(), end)).change)
  const heard: Planned[][] = []
  const atEnd: CommitAddition = { on: ['ended'], writeAll: (_tx, plans) => void heard.push(plans) }
  const atBirth: CommitAddition = { on: ['created'], writeAll: (_tx, plans) => void heard.push(plans) }
  sendAdditions(tx, [atEnd, atBirth], [ended, cancelled, more])
  expect(heard).toEqual([[ended, more]])
})
