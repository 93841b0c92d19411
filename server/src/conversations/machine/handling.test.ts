// Every cell of the table, decided by the real decisions and compared with an oracle written from the specification.
import { handlers } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import { locked, turn, waiting } from '../../../test/conversations/decision-fixture.ts'
import { type Expected, ann, bob, by, now, plan, states, table } from '../../../test/hand-off/machine.ts'
import { decideAttemptResult, decideHandOff, decideStep } from './attempt-decisions.ts'
import { type Decision, type LockedConversation, isRefusal } from './change.ts'
import { textContent } from './content.ts'
import { decideEnd, decideMessage } from './decisions.ts'
import { decideAssign, decideReply, decideRequest, decideReturn, decideTake } from './handling-decisions.ts'
import { decideHandlingTimer } from './handling-timers.ts'
import { type HandlingRecord, handlingTable, shownNameOf, withShownName } from './handling.ts'
import { rulesWithoutTeam } from '../../hand-off/rules/default-team.ts'

const asked = {
  ...by,
  reason: 'requested' as const,
  text: null,
  plan,
  most_requests: null,
  force: false,
  partial: null,
}
const ending = {
  end_reason: 'ended_by_caller' as const,
  ended_by: { type: 'user' as const, id: 'ann', name: 'Ann', reason: null },
  summary_enabled: false,
}
const due = {
  ...{ answer: null, ending, closing: null, idle_closing: null, requeue: plan },
  holder: { id: 'ann', seen_at: now },
}
const reply = {
  ...by,
  ...{ assignee: ann, from: null, message_id: 'm', text: 'Hi', take: false, is_behind: false, next: 'keep' as const },
  ...{ ending, partial: null },
}
const message = {
  ...{ message_id: 'm', turn_id: 't', from: 'caller' as const, content: textContent('Hello'), author: null },
  ...{ concurrency: 'queue' as const, interactivity: 'plain' as const, agent_version_id: 'version', max_seconds: 60 },
  ...{ max_waiting: 32, partial: null, limit: null },
}
const take = (assignee: typeof ann, from: string | null) => (state: LockedConversation) =>
  decideTake(state, { ...by, assignee, from, partial: null })
const assign = (to: Parameters<typeof decideAssign>[1]['to']) => (state: LockedConversation) =>
  decideAssign(state, { ...by, to, plan, partial: null })
const giveBack = (holder: typeof ann, may: 'waiting' | 'all') => (state: LockedConversation) =>
  decideReturn(state, { ...by, holder, may, answer: null })
const timer = (more: Partial<HandlingRecord>) => (state: LockedConversation) => {
  const handling = state.handling && { ...state.handling, ...more }
  return decideHandlingTimer({ ...state, handling }, due)
}

const answerTurn = {
  ...{ concurrency: 'queue' as const, interactivity: 'plain' as const },
  ...{ agent_version_id: 'version', max_seconds: 60 },
}
const byTool = {
  call: { call_id: 'c', name: 'hand_off' },
  request: asked,
  has_said: true,
  reply: { text: '', message_id: 'm', metrics: {} as never, usage: null },
}
const failed = {
  ...{ type: 'failure' as const, outcome: 'model_error' as const, error: 'x' },
  rule: { ...asked, after_failed_replies: 1 },
}

const deeds: Record<keyof typeof table, (state: LockedConversation) => Decision<unknown>> = {
  request: (state) => decideRequest(state, asked),
  'take by the holder, or of a free one': take(ann, null),
  'take by another': take(bob, null),
  'take by another who names the holder': take(bob, 'ann'),
  'take by another who names somebody else': take(bob, 'cid'),
  'assign to another person': assign({ type: 'person', assignee: bob }),
  'assign to a team': assign({ type: 'team' }),
  'assign to nobody': assign({ type: 'nobody' }),
  'reply by the holder': (state) => decideReply(state, reply),
  'reply by another': (state) => decideReply(state, { ...reply, assignee: bob }),
  'reply with take': (state) => decideReply(state, { ...reply, assignee: bob, take: true }),
  'return by the holder': giveBack(ann, 'waiting'),
  'return by another': giveBack(bob, 'waiting'),
  'return by a manager': giveBack(bob, 'all'),
  'offer over': timer({ offered_until: now, assignee_type: 'user', assignee_id: 'bob', unanswered_since: null }),
  'wait over': timer({ wait_until: now }),
  message: (state) => decideMessage(state, message),
  'write of an attempt': (state) =>
    decideStep(
      state,
      { turn_id: 'turn-1', lease: 7 },
      {
        ...{ number: 0, text: 'Hm', message_id: 'm', is_held: false, calls: [], results: [] },
        ...{ input_tokens: null, output_tokens: null },
      },
    ),
  end: (state) => decideEnd(state, { mode: 'cut', partial: null, ...ending }),
}

function outcomeOf(state: LockedConversation, decision: Decision<unknown>): Expected {
  if (isRefusal(decision)) return `409 ${decision.refused}`
  const { change } = decision
  const isNothing = change.items.length + change.events.length + change.ended_turns.length === 0 && !change.handling
  return isNothing ? '=' : (change.handling?.handled_by ?? state.handled_by)
}

const cells = Object.keys(table).flatMap((deed) => handlers.map((handled_by) => [deed, handled_by] as const))

test.each(cells)('%s, handled by %s', (deed, handled_by) => {
  const state = states[handled_by]()
  expect(outcomeOf(state, deeds[deed]!(state))).toBe(table[deed]![handled_by])
})

test('the table has a decision for each event in each state', () => {
  const events = Object.keys(handlingTable.agent)
  for (const handled_by of handlers) expect(Object.keys(handlingTable[handled_by])).toEqual(events)
})

describe('H1: leaving', () => {
  const leaving = ['request', 'take by another', 'assign to another person', 'assign to a team', 'reply with take']

  test.each(leaving)('by %s cuts the running turn and gives the waiting one to people', (deed) => {
    const decision = deeds[deed]!(states.agent())
    if (isRefusal(decision)) throw new Error(decision.refused)
    const { ended_turns, items, events, handling } = decision.change
    expect(ended_turns.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['turn-1', 'taken_over'],
      ['turn-2', 'for_person'],
    ])
    expect(items[0]).toMatchObject({ type: 'function_call_output', call_id: 'c', is_error: true })
    const told = events.find(({ type }) => /handoff_requested|taken/.test(type))
    expect(told!.data).toMatchObject({ cut_turn_id: 'turn-1', unfinished_calls: [{ call_id: 'c', name: 'look' }] })
    const isAnswered = deed === 'reply with take'
    expect(handling).toMatchObject(
      isAnswered ? { unanswered: 0 } : { unanswered: 2, unanswered_since: turn().queued_at },
    )
  })

  test.each<[string, (state: LockedConversation) => Decision<unknown>, number]>([
    ['is taken', take(ann, null), 3],
    ['hands off by its tool', (state) => decideHandOff(state, { turn_id: 'answer', lease: 7 }, byTool), 2],
    ['fails too often', (state) => decideAttemptResult(state, { turn_id: 'answer', lease: 7 }, failed), 3],
  ])('H4: a turn that answers after a return and %s leaves what it was to answer', (_what, decide, unanswered) => {
    const answering = { turn_id: 'answer', since: '2025-12-31T20:00:00.000000Z', messages: 2 }
    const returned_at = '2025-12-31T21:00:00.000000Z'
    const queue = states.queue({ unanswered_since: answering.since, unanswered: 2 })
    const input = { ...by, holder: ann, may: 'all' as const }
    const back = decideReturn(queue, { ...input, answer: { ...answerTurn, id: 'answer' } })
    if (isRefusal(back)) throw new Error(back.refused)
    expect(back.change.handling).toMatchObject({ answering, unanswered_since: null, unanswered: 0 })
    const own = turn({ id: 'answer', messages: 0, pending_calls: [byTool.call] })
    const open_turns = unanswered === 3 ? [own, waiting('later')] : [own]
    const decision = decide(locked({ handling: { ...back.change.handling!, returned_at }, open_turns }))
    if (isRefusal(decision)) throw new Error(decision.refused)
    expect(decision.change.handling).toMatchObject({ unanswered_since: answering.since, unanswered })
    const superseded = decideMessage(locked({ handling: back.change.handling!, open_turns: [own] }), {
      ...message,
      turn_id: 'next',
      concurrency: 'interrupt',
    })
    expect(superseded).toMatchObject({ change: { handling: { answering: { ...answering, turn_id: 'next' } } } })
    const another = decideTake(locked({ handling: back.change.handling!, open_turns: [turn()] }), {
      ...by,
      ...{ assignee: ann, from: null, partial: null },
    })
    expect(another).toMatchObject({ change: { handling: { unanswered_since: turn().queued_at, unanswered: 1 } } })
  })

  test('a turn that waits again after a lost attempt is cut', () => {
    const open_turns = [turn({ status: 'queued', lease: null, attempts: 1 })]
    const decision = decideTake(locked({ open_turns }), { ...by, assignee: ann, from: null, partial: null })
    expect(decision).toMatchObject({ change: { ended_turns: [{ outcome: 'taken_over' }] } })
  })
})

describe('H6: each wait has its end', () => {
  test.each(['request', 'assign to another person', 'assign to a team', 'assign to nobody'])('%s', (deed) => {
    for (const state of [states.agent(), states.person()]) {
      const decision = deeds[deed]!(state)
      if (isRefusal(decision)) continue
      const { waiting_since, wait_until, offered_until } = decision.change.handling!
      expect([waiting_since, wait_until]).toEqual([now, '2026-01-01T00:30:00.000000Z'])
      expect(offered_until).toBe(deed === 'assign to another person' ? '2026-01-01T00:01:00.000000Z' : null)
    }
  })

  test('a wait that ends the conversation says why, and what its rules say', () => {
    const rules = { ...rulesWithoutTeam, wait: { fallback: 'end' as const, end_message: 'x' } }
    const state = states.queue({ wait_until: now, rules })
    const closing = { message_id: 'm', text: 'Nobody is there.' }
    const end = { ...ending, end_reason: 'nobody_available' as const }
    const { change, answer } = decideHandlingTimer(state, { ...due, ending: end, closing })
    expect(change).toMatchObject({
      ...{ end: { status: 'completed', end_reason: 'nobody_available' }, handling: null },
      items: [{ author: { type: 'system' }, content: [{ text: 'Nobody is there.' }] }],
    })
    expect(answer).toBeNull()
  })

  test('a timer that fires early does nothing, and says when it is due', () => {
    const state = states.queue({
      offered_until: '2026-01-01T00:00:01.000000Z',
      assignee_type: 'user',
      assignee_id: 'bob',
    })
    expect(decideHandlingTimer(state, due)).toMatchObject({
      change: { items: [] },
      answer: '2026-01-01T00:00:01.000000Z',
    })
    expect(decideHandlingTimer(states.agent(), due).answer).toBeNull()
  })
})

test('end users are shown the names that the team shows', () => {
  const team = { id: 't', key: 'k', name: 'Support' }
  const rules = (shown_name: 'name' | 'first_name' | 'team') => ({ ...rulesWithoutTeam, team, shown_name })
  expect(['name', 'first_name', 'team'].map((how) => shownNameOf(rules(how as 'name'), 'Ada Lovelace'))).toEqual([
    ...[undefined, 'Ada', 'Support'],
  ])
  expect(withShownName(null, ann)).toEqual(ann)
  const address = 'ada@example.com'
  expect(['name', 'first_name', 'team'].map((how) => shownNameOf(rules(how as 'name'), address))).toEqual([
    ...['Support', 'Support', 'Support'],
  ])
  expect(shownNameOf(null, address)).toBe('A person')
})
